<?php
/**
 * Plugin Name: Utyug: касса
 * Description: Перед оплатой спрашивает Utyug, есть ли товар, и продаёт только то, что он подтвердил.
 * Version: 1.0.0
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 8.2
 * License: GPL-2.0-or-later
 *
 * A must-use plugin: put this file into wp-content/mu-plugins/. Settings are constants of wp-config.php:
 * UTYUG_URL (the gateway), UTYUG_KEY (the site's reservation key), UTYUG_PREORDERS (true: buyers may wait for expected goods).
 *
 * A cart is reserved when the checkout is validated, and committed for its order before any payment. Where Utyug does not answer in
 * two seconds the checkout declines politely: nothing is set aside for that case.
 *
 * Orders are touched through WC_Order only, so it makes no difference where WooCommerce keeps them (HPOS).
 */

declare( strict_types=1 );

namespace Utyug\Checkout;

defined( 'ABSPATH' ) || exit;

const TIMEOUT_S   = 2;
const META        = '_utyug_reservation';
const META_CART   = '_utyug_cart';
const SESSION     = 'utyug_cart';
const AWAY        = 'Не удалось проверить наличие товара. Пожалуйста, повторите через минуту: корзина сохранена, деньги не списаны.';
const PLACED      = 'Этот заказ уже оформлен. Проверьте его в личном кабинете или в письме о заказе.';
const ENDED       = array( 'cancelled', 'failed', 'refunded', 'trash' );

/** An answer of the gateway; status 0 where there was none in time. */
final class Answer {
	public int $status;
	/** @var array<string, mixed> */
	public array $body;

	/** @param array<string, mixed> $body */
	public function __construct( int $status, array $body ) {
		$this->status = $status;
		$this->body   = $body;
	}

	public function is_granted(): bool {
		return 200 === $this->status || 201 === $this->status;
	}
}

/** The gateway did not grant it; the message is for the buyer. */
final class Declined extends \Exception {
}

/** @param array<string, mixed>|null $body */
function ask( string $method, string $path, ?array $body = null ): Answer {
	$answer = wp_remote_request(
		rtrim( (string) UTYUG_URL, '/' ) . $path,
		array(
			'method'      => $method,
			'timeout'     => TIMEOUT_S,
			'redirection' => 0,
			'headers'     => array(
				'Authorization' => 'Bearer ' . UTYUG_KEY,
				'Content-Type'  => 'application/json',
			),
			'body'        => null === $body ? null : wp_json_encode( $body ),
		)
	);
	if ( is_wp_error( $answer ) ) {
		return new Answer( 0, array() );
	}
	$told = json_decode( (string) wp_remote_retrieve_body( $answer ), true );
	return new Answer( (int) wp_remote_retrieve_response_code( $answer ), is_array( $told ) ? $told : array() );
}

/**
 * What of a cart or an order lies on a shelf: pieces and name by SKU. Virtual goods are nobody's stock.
 *
 * @param iterable<array{0: mixed, 1: int|float}> $wanted products and quantities.
 * @return array<string, array{pcs: int, name: string}>
 * @throws Declined a piece of goods that Utyug cannot know, or a part of one.
 */
function lines( iterable $wanted ): array {
	$lines = array();
	foreach ( $wanted as list( $product, $quantity ) ) {
		if ( ! is_object( $product ) || ! apply_filters( 'utyug_is_on_a_shelf', ! $product->is_virtual(), $product ) ) {
			continue;
		}
		$sku  = (string) $product->get_sku();
		$name = (string) $product->get_name();
		if ( '' === $sku || (float) (int) $quantity !== (float) $quantity ) {
			throw new Declined( sprintf( 'Товар «%s» сейчас нельзя заказать. Пожалуйста, напишите нам.', $name ) );
		}
		$lines[ $sku ] = array(
			'pcs'  => ( $lines[ $sku ]['pcs'] ?? 0 ) + (int) $quantity,
			'name' => $name,
		);
	}
	ksort( $lines, SORT_STRING );
	return $lines;
}

/** @return array<string, array{pcs: int, name: string}> */
function lines_of_cart(): array {
	$wanted = array();
	foreach ( WC()->cart->get_cart() as $row ) {
		$wanted[] = array( $row['data'], $row['quantity'] );
	}
	return lines( $wanted );
}

/** @return array<string, array{pcs: int, name: string}> */
function lines_of_order( \WC_Order $order ): array {
	$wanted = array();
	foreach ( $order->get_items() as $row ) {
		$wanted[] = array( $row->get_product(), $row->get_quantity() );
	}
	return lines( $wanted );
}

/**
 * Reserve these lines under a key; the reservation's id.
 *
 * @param array<string, array{pcs: int, name: string}> $lines what is wanted.
 * @throws Declined not granted.
 */
function reserve( string $key, array $lines ): string {
	$wanted = array();
	foreach ( $lines as $sku => $line ) {
		$wanted[] = array(
			'sku' => (string) $sku,
			'pcs' => $line['pcs'],
		);
	}
	$answer = ask(
		'POST',
		'/reservations',
		array(
			'key'               => $key,
			'lines'             => $wanted,
			'accepts_backorder' => defined( 'UTYUG_PREORDERS' ) && UTYUG_PREORDERS,
		)
	);
	if ( ! $answer->is_granted() || ! is_string( $answer->body['reservation'] ?? null ) ) {
		throw new Declined( refusal( $answer, $lines ) );
	}
	return $answer->body['reservation'];
}

/**
 * Why the buyer cannot have it: every shortage by the product's name.
 *
 * @param array<string, array{pcs: int, name: string}> $lines what was wanted.
 */
function refusal( Answer $answer, array $lines ): string {
	$short = array();
	foreach ( (array) ( $answer->body['shortages'] ?? array() ) as $one ) {
		$name    = $lines[ $one['sku'] ]['name'] ?? $one['sku'];
		$free    = (int) $one['free_pcs'];
		$short[] = $free > 0
			? sprintf( '«%s»: осталось %d шт., а в корзине %d', $name, $free, (int) $one['wanted_pcs'] )
			: sprintf( '«%s» закончился', $name );
	}
	return $short ? 'Не хватает товара. ' . implode( '; ', $short ) . '. Измените корзину и оформите заказ снова.' : AWAY;
}

/**
 * What is wanted, in short: the same goods in the same quantities give the same.
 *
 * @param array<string, array{pcs: int, name: string}> $lines what is wanted.
 */
function digest( array $lines ): string {
	return substr( hash( 'sha256', (string) wp_json_encode( array_map( static fn( array $line ): int => $line['pcs'], $lines ) ) ), 0, 32 );
}

/**
 * The name of this buyer's cart: a second click is the same cart, a changed or an emptied one is another.
 *
 * @param array<string, array{pcs: int, name: string}> $lines what is in it.
 */
function key_of_cart( array $lines ): string {
	$kept = WC()->session->get( SESSION );
	if ( ! is_array( $kept ) || empty( $kept['token'] ) ) {
		$kept = array( 'token' => wp_generate_uuid4() );
		WC()->session->set( SESSION, $kept );
	}
	return $kept['token'] . ':' . digest( $lines );
}

/** The reservation is the order's now and no longer the cart's; a click for the same cart still finds it by its name. */
function forget_reservation(): void {
	$kept = WC()->session->get( SESSION );
	if ( is_array( $kept ) ) {
		unset( $kept['reservation'] );
		WC()->session->set( SESSION, $kept );
	}
}

/** Reserve what is in the cart and remember it; a cart that was changed gives back what it had. */
function reserve_cart(): void {
	$lines = lines_of_cart();
	$key   = key_of_cart( $lines );
	$kept  = WC()->session->get( SESSION );
	if ( ! empty( $kept['reservation'] ) && ( $kept['key'] ?? '' ) !== $key ) {
		ask( 'DELETE', '/reservations/' . rawurlencode( $kept['reservation'] ) );
		unset( $kept['reservation'] );
	}
	if ( $lines ) {
		$kept['key']         = $key;
		$kept['reservation'] = reserve( $key, $lines );
	}
	WC()->session->set( SESSION, $kept );
}

/**
 * Promise the order's reservation to it; only then may money be taken.
 *
 * @throws Declined not granted.
 */
function commit( \WC_Order $order ): void {
	$lines = lines_of_order( $order );
	if ( ! $lines ) {
		return;
	}
	$reservation = (string) $order->get_meta( META );
	if ( '' === $reservation || digest( $lines ) !== $order->get_meta( META_CART ) ) {
		release_order( $order->get_id(), $order );
		$reservation = reserve_order( $order, $lines );
	}
	$answer = commit_for( $order, $reservation );
	if ( 404 === $answer->status || is_of_an_ended_order( $answer ) ) {
		$answer = commit_for( $order, reserve_order( $order, $lines ) );
	}
	if ( 409 === $answer->status && isset( $answer->body['order_ref'] ) ) {
		throw new Declined( PLACED );
	}
	if ( ! $answer->is_granted() ) {
		throw new Declined( refusal( $answer, $lines ) );
	}
	note_promises( $order, $answer, $lines );
}

/** @param array<string, array{pcs: int, name: string}> $lines what is in the order. */
function reserve_order( \WC_Order $order, array $lines ): string {
	$named       = substr( hash( 'sha256', $order->get_order_key() ), 0, 32 );
	$reservation = reserve( 'order:' . $order->get_id() . ':' . $named . ':' . digest( $lines ), $lines );
	$order->update_meta_data( META, $reservation );
	$order->update_meta_data( META_CART, digest( $lines ) );
	$order->save();
	return $reservation;
}

function commit_for( \WC_Order $order, string $reservation ): Answer {
	return ask( 'POST', '/reservations/' . rawurlencode( $reservation ) . '/commit', array( 'order_ref' => (string) $order->get_id() ) );
}

/** The reservation went to an earlier order of the same cart, which came to nothing. */
function is_of_an_ended_order( Answer $answer ): bool {
	$order_ref = $answer->body['order_ref'] ?? null;
	if ( 409 !== $answer->status || null === $order_ref ) {
		return false;
	}
	$earlier = wc_get_order( (int) $order_ref );
	return ! $earlier || $earlier->has_status( ENDED );
}

/** @param array<string, array{pcs: int, name: string}> $lines what is in the order. */
function note_promises( \WC_Order $order, Answer $answer, array $lines ): void {
	foreach ( (array) ( $answer->body['lines'] ?? array() ) as $line ) {
		if ( ! empty( $line['backordered_pcs'] ) ) {
			$name = $lines[ $line['sku'] ]['name'] ?? $line['sku'];
			$order->add_order_note( sprintf( 'Предзаказ: «%s», %d шт., ожидается %s.', $name, $line['backordered_pcs'], $line['promised_on'] ) );
		}
	}
}

/** A new order that Utyug did not grant must not wait for payment. */
function give_up( \WC_Order $order, string $why ): void {
	if ( $order->has_status( array( 'pending', 'checkout-draft' ) ) ) {
		$order->update_status( 'cancelled', 'Utyug не подтвердил наличие: ' . $why );
	}
}

/* The classic checkout. */

add_action(
	'woocommerce_before_checkout_form',
	static function (): void {
		try {
			key_of_cart( lines_of_cart() );
		} catch ( Declined $declined ) {
			wc_add_notice( $declined->getMessage(), 'error' );
		}
	},
	1
);

add_action(
	'woocommerce_after_checkout_validation',
	static function ( $data, $errors ): void {
		if ( $errors->has_errors() ) {
			return;
		}
		try {
			reserve_cart();
		} catch ( Declined $declined ) {
			$errors->add( 'utyug', esc_html( $declined->getMessage() ) );
		}
	},
	99,
	2
);

add_action(
	'woocommerce_checkout_create_order',
	static function ( \WC_Order $order ): void {
		$kept = WC()->session->get( SESSION );
		if ( ! empty( $kept['reservation'] ) ) {
			$order->update_meta_data( META, $kept['reservation'] );
			$order->update_meta_data( META_CART, digest( lines_of_cart() ) );
		}
	},
	10,
	1
);

add_action(
	'woocommerce_checkout_order_processed',
	static function ( $order_id, $data, \WC_Order $order ): void {
		try {
			commit( $order );
			forget_reservation();
		} catch ( Declined $declined ) {
			give_up( $order, $declined->getMessage() );
			throw new \Exception( esc_html( $declined->getMessage() ) );
		}
	},
	1,
	3
);

/* The page where an order placed before is paid: a payment that failed, an order made by a manager. */

add_action(
	'woocommerce_before_pay_action',
	static function ( \WC_Order $order ): void {
		try {
			commit( $order );
		} catch ( Declined $declined ) {
			wc_add_notice( esc_html( $declined->getMessage() ), 'error' );
		}
	},
	1
);

/* The block checkout (Store API): there the order exists as a draft before the first click. */

function decline_block( Declined $declined ): void {
	throw new \Automattic\WooCommerce\StoreApi\Exceptions\RouteException( 'utyug_declined', esc_html( $declined->getMessage() ), 409 );
}

add_action(
	'woocommerce_store_api_checkout_order_processed',
	static function ( \WC_Order $order ): void {
		try {
			commit( $order );
		} catch ( Declined $declined ) {
			give_up( $order, $declined->getMessage() );
			decline_block( $declined );
		}
	},
	1
);

/* A cart that is emptied is over; what it had and did not pay for is given back. */

add_action(
	'woocommerce_cart_emptied',
	static function (): void {
		$kept = WC()->session ? WC()->session->get( SESSION ) : null;
		if ( is_array( $kept ) && ! empty( $kept['reservation'] ) ) {
			ask( 'DELETE', '/reservations/' . rawurlencode( $kept['reservation'] ) );
		}
		if ( is_array( $kept ) ) {
			WC()->session->set( SESSION, null );
		}
	}
);

/* An order that came to nothing before it was committed gives back; a committed one is heard of with the orders. */

function release_order( int $order_id, ?\WC_Order $order = null ): void {
	$order       = $order ?? wc_get_order( $order_id );
	$reservation = $order ? (string) $order->get_meta( META ) : '';
	if ( '' !== $reservation ) {
		ask( 'DELETE', '/reservations/' . rawurlencode( $reservation ) );
	}
}

add_action( 'woocommerce_order_status_cancelled', __NAMESPACE__ . '\\release_order', 10, 2 );
add_action( 'woocommerce_order_status_failed', __NAMESPACE__ . '\\release_order', 10, 2 );
