<?php
/**
 * As much of WordPress and WooCommerce as the checkout plugin touches, and the order in which WooCommerce calls it.
 *
 * php stubs.php PLUGIN, with a scenario as JSON on standard input: {"url", "key", "preorders", "products": {sku: {name, virtual}},
 * "session": {...}, "orders": {...}, "acts": [[verb, ...], ...]}; prints what each act came to, the session and the orders. Session and
 * orders may be handed to the next run, as WordPress keeps them from request to request.
 */

declare( strict_types=1 );

define( 'ABSPATH', __DIR__ );

$scenario = json_decode( stream_get_contents( STDIN ), true, 64, JSON_THROW_ON_ERROR );
$hooks    = array();
$notices  = array();
define( 'UTYUG_URL', $scenario['url'] );
define( 'UTYUG_KEY', $scenario['key'] );
define( 'UTYUG_PREORDERS', $scenario['preorders'] ?? false );

class WP_Error {
	public array $messages = array();
	public function add( $code, $message ) { $this->messages[] = $message; }
	public function has_errors() { return (bool) $this->messages; }
}

class WC_Product {
	private string $sku;
	public function __construct( string $sku ) { $this->sku = $sku; }
	private function told( string $what, $else ) { global $scenario; return $scenario['products'][ $this->sku ][ $what ] ?? $else; }
	public function get_sku() { return $this->told( 'sku', $this->sku ); }
	public function get_name() { return $this->told( 'name', $this->sku ); }
	public function is_virtual() { return $this->told( 'virtual', false ); }
}

class WC_Order_Item_Product {
	private string $sku;
	private $pcs;
	public function __construct( string $sku, $pcs ) { $this->sku = $sku; $this->pcs = $pcs; }
	public function get_product() { return new WC_Product( $this->sku ); }
	public function get_quantity() { return $this->pcs; }
}

class WC_Order {
	public array $data;
	public function __construct( array $data ) { $this->data = $data + array( 'meta' => array(), 'notes' => array(), 'status' => 'pending' ); }
	public function get_id() { return $this->data['id']; }
	public function get_order_key() { return 'wc_order_' . $this->data['id']; }
	public function get_meta( $name ) { return $this->data['meta'][ $name ] ?? ''; }
	public function update_meta_data( $name, $value ) { $this->data['meta'][ $name ] = $value; }
	public function add_order_note( $note ) { $this->data['notes'][] = $note; }
	public function has_status( $status ) { return in_array( $this->data['status'], (array) $status, true ); }
	public function save() { global $orders; $orders[ $this->data['id'] ] = $this; }
	public function get_items() {
		return array_map( static fn( $sku, $pcs ) => new WC_Order_Item_Product( (string) $sku, $pcs ), array_keys( $this->data['lines'] ), $this->data['lines'] );
	}
	public function update_status( $status, $note = '' ) {
		$this->data['status'] = $status;
		$this->add_order_note( $note );
		$this->save();
		do_action( 'woocommerce_order_status_' . $status, $this->get_id(), $this );
	}
}

class Cart {
	public array $lines = array();
	public function get_cart() {
		return array_map( static fn( $sku, $pcs ) => array( 'data' => new WC_Product( (string) $sku ), 'quantity' => $pcs ), array_keys( $this->lines ), $this->lines );
	}
	public function empty_cart() { $this->lines = array(); do_action( 'woocommerce_cart_emptied', true ); }
}

class Session {
	public array $kept;
	public function __construct( array $kept ) { $this->kept = $kept; }
	public function get( $name ) { return $this->kept[ $name ] ?? null; }
	public function set( $name, $value ) { $this->kept[ $name ] = $value; }
}

final class WooCommerce {
	public Cart $cart;
	public Session $session;
}

$shop          = new WooCommerce();
$shop->cart    = new Cart();
$shop->session = new Session( $scenario['session'] ?? array() );
$orders        = array_map( static fn( $data ) => new WC_Order( $data ), $scenario['orders'] ?? array() );

function WC() { global $shop; return $shop; }
function wc_get_order( $id ) { global $orders; return $orders[ $id ] ?? false; }
function wc_add_notice( $message, $type ) { global $notices; $notices[] = $message; }
function wp_json_encode( $value ) { return json_encode( $value ); }
function wp_generate_uuid4() { return bin2hex( random_bytes( 16 ) ); }
function esc_html( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function apply_filters( $name, $value ) { return $value; }
function is_wp_error( $answer ) { return $answer instanceof WP_Error; }
function wp_remote_retrieve_body( $answer ) { return $answer['body']; }
function wp_remote_retrieve_response_code( $answer ) { return $answer['code']; }
function add_action( $name, $do, $priority = 10, $accepted = 1 ) { global $hooks; $hooks[ $name ][ $priority ][] = array( $do, $accepted ); }

function do_action( $name, ...$given ) {
	global $hooks;
	$by_priority = $hooks[ $name ] ?? array();
	ksort( $by_priority );
	foreach ( $by_priority as $listed ) {
		foreach ( $listed as list( $do, $accepted ) ) {
			$do( ...array_slice( $given, 0, $accepted ) );
		}
	}
}

function wp_remote_request( $url, $options ) {
	$headers = '';
	foreach ( $options['headers'] as $name => $value ) {
		$headers .= "$name: $value\r\n";
	}
	$http = array(
		'method'          => $options['method'],
		'header'          => $headers,
		'content'         => (string) $options['body'],
		'timeout'         => $options['timeout'],
		'ignore_errors'   => true,
		'follow_location' => 0,
	);
	$body = @file_get_contents( $url, false, stream_context_create( array( 'http' => $http ) ) );
	if ( false === $body ) {
		return new WP_Error();
	}
	return array( 'body' => $body, 'code' => (int) explode( ' ', $http_response_header[0] )[1] );
}

/** As WC_Checkout::process_checkout: validation, order, hooks, payment; a thrown exception is a notice. */
function checkout( array $lines, int $order_id, bool $is_paid ): array {
	global $shop, $notices;
	$notices           = array();
	$shop->cart->lines = $lines;
	try {
		do_action( 'woocommerce_before_checkout_form' );
		$errors = new WP_Error();
		do_action( 'woocommerce_after_checkout_validation', array(), $errors );
		if ( $errors->has_errors() ) {
			return array( 'paid' => false, 'notices' => $errors->messages );
		}
		$order = new WC_Order( array( 'id' => $order_id, 'lines' => $lines ) );
		do_action( 'woocommerce_checkout_create_order', $order, array() );
		$order->save();
		do_action( 'woocommerce_checkout_order_processed', $order_id, array(), $order );
		pay( $order, $is_paid );
		return array( 'paid' => $is_paid, 'notices' => $notices );
	} catch ( Exception $error ) {
		return array( 'paid' => false, 'notices' => array( $error->getMessage() ) );
	}
}

function pay( WC_Order $order, bool $is_paid ): void {
	$order->update_status( $is_paid ? 'processing' : 'failed' );
	if ( $is_paid ) {
		WC()->cart->empty_cart();
	}
}

/** As the Store API's checkout: the order is there, the hook may throw, then payment. */
function block( array $lines, int $order_id ): array {
	$order = wc_get_order( $order_id ) ?: new WC_Order( array( 'id' => $order_id ) );
	$order->data['lines']  = $lines;
	$order->data['status'] = 'pending';
	$order->save();
	try {
		do_action( 'woocommerce_store_api_checkout_order_processed', $order );
		$order->update_status( 'processing' );
		return array( 'paid' => true, 'notices' => array() );
	} catch ( Automattic\WooCommerce\StoreApi\Exceptions\RouteException $error ) {
		return array( 'paid' => false, 'notices' => array( $error->getMessage() ) );
	}
}

/** As WC_Form_Handler::pay_action: an error notice keeps the payment back. */
function pay_later( int $order_id ): array {
	global $notices;
	$notices = array();
	$order   = wc_get_order( $order_id );
	do_action( 'woocommerce_before_pay_action', $order );
	if ( ! $notices ) {
		$order->update_status( 'processing' );
	}
	return array( 'paid' => ! $notices, 'notices' => $notices );
}

function empty_cart(): array { WC()->cart->empty_cart(); return array(); }

require __DIR__ . '/route_exception.php';
require $argv[1];

$told = array();
foreach ( $scenario['acts'] as $act ) {
	$told[] = $act[0]( ...array_slice( $act, 1 ) );
}
echo json_encode(
	array(
		'acts'    => $told,
		'session' => (object) $shop->session->kept,
		'orders'  => (object) array_map( static fn( $order ) => $order->data, $orders ),
	)
);
