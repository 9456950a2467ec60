<?php
/** The exception that the Store API turns into an answer. */

namespace Automattic\WooCommerce\StoreApi\Exceptions;

class RouteException extends \Exception {
	public function __construct( $code, $message, $status ) {
		parent::__construct( $message, $status );
	}
}
