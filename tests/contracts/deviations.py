"""Where the specs contradict their vendors' own text: each deviation by name, with who says so.

Their number is asserted (`tests.contracts.test_deviations`); each vendor's suite asserts that each is needed.
"""

from typing import Any

from tests.contracts.deviation import Deviation

OZON_ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "integer", "format": "int32"},
        "message": {"type": "string"},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"typeUrl": {"type": "string"}, "value": {"type": "string"}},
                "unevaluatedProperties": False,
            },
        },
    },
    "unevaluatedProperties": False,
}

INSTANT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
POSTINGS = ("POST /v4/posting/fbs/list", "POST /v4/posting/fbs/unfulfilled/list")
NUMBER_OR_TEXT = {"type": ["integer", "string"], "format": "int64"}
LATE_PAYMENT = "tag push_types: in_process_at may be empty where a posting is paid late"

OZON = [
    Deviation(
        vendor="ozon",
        operation="POST /v2/products/stocks",
        part="request",
        field="/stocks/*/product_id",
        change="optional",
        source="the operation's own text: «Для избежания неоднозначности используйте только один из параметров» (offer_id, product_id)",
    ),
    Deviation(
        vendor="ozon",
        operation="POST /v2/products/stocks",
        part="request",
        field="/stocks/*/quant_size",
        change="optional",
        source="the spec's own list of fields and its example have none of this name",
    ),
    Deviation(
        vendor="ozon",
        operation="*",
        part="429",
        field="",
        change="status",
        source="tag Errors: «You have reached request rate limit per second», 50 in a second over all methods",
        schema=OZON_ERROR,
    ),
    Deviation(
        vendor="ozon",
        operation="POST /v1/product/import/info",
        part="request",
        field="/task_id",
        change="schema",
        source="the operation's own example of a request has the number in quotes",
        schema=NUMBER_OR_TEXT,
    ),
    Deviation(
        vendor="ozon",
        operation="POST /v2/warehouse/list",
        part="200",
        field="/warehouses/*/pause_at",
        change="schema",
        source="the field's own text: «Если значение null, склад активный»",
        schema=INSTANT_OR_NULL,
    ),
    *(
        Deviation(
            vendor="ozon",
            operation=operation,
            part="200",
            field="/postings/*/in_process_at",
            change="schema",
            source=LATE_PAYMENT,
            schema=INSTANT_OR_NULL,
        )
        for operation in POSTINGS
    ),
    *(
        Deviation(
            vendor="ozon",
            operation=operation,
            part="200",
            field="/postings/*/delivering_date",
            change="schema",
            source="the example of POST /v4/posting/fbs/unfulfilled/list has null",
            schema=INSTANT_OR_NULL,
        )
        for operation in POSTINGS
    ),
    Deviation(
        vendor="ozon",
        operation="POST /v3/posting/fbs/get",
        part="200",
        field="/result/delivering_date",
        change="schema",
        source="the operation's own example",
        schema=INSTANT_OR_NULL,
    ),
    Deviation(
        vendor="ozon",
        operation="POST /v3/posting/fbs/get",
        part="200",
        field="/result/in_process_at",
        change="schema",
        source=LATE_PAYMENT,
        schema=INSTANT_OR_NULL,
    ),
    Deviation(
        vendor="ozon",
        operation="POST /v2/warehouse/list",
        part="request",
        field="/warehouse_ids/*",
        change="schema",
        source="the operation's own example has numbers",
        schema=NUMBER_OR_TEXT,
    ),
    *(
        Deviation(
            vendor="ozon",
            operation=operation,
            part="request",
            field=f"/filter/{field}/*",
            change="schema",
            source="the operation's own example has numbers",
            schema=NUMBER_OR_TEXT,
        )
        for operation in POSTINGS
        for field in ("delivery_method_ids", "provider_ids", "warehouse_ids")
    ),
    *(
        Deviation(
            vendor="ozon",
            operation=operation,
            part="request",
            field="/sort_dir",
            change="schema",
            source="the operation's own example has it small",
            schema={"enum": ["ASC", "DESC", "asc", "desc"]},
        )
        for operation in POSTINGS
    ),
]

WILDBERRIES = [
    Deviation(
        vendor="wildberries",
        operation="GET /ping",
        part="servers",
        field="content-api discounts-prices-api marketplace-api",
        change="hosts",
        source="the operation's own text: each service has its own ping, a table of hosts follows",
    ),
    Deviation(
        vendor="wildberries",
        operation="POST /content/v2/cards/upload",
        part="403",
        field="",
        change="status",
        source="POST /content/v2/cards/update beside it declares 403 «Доступ запрещён»: a token that may only read opens neither",
        schema={
            "type": "object",
            "properties": {
                "data": {"type": ["object", "null"]},
                "error": {"type": "boolean"},
                "errorText": {"type": "string"},
                "additionalErrors": {"type": ["object", "string", "null"]},
            },
            "unevaluatedProperties": False,
        },
    ),
]

SETTING = ("id", "label", "description", "type", "default", "tip", "value")
NOTE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        **{name: {"type": "string"} for name in ("author", "date_created", "date_created_gmt", "note")},
        "customer_note": {"type": "boolean"},
        "_links": {"type": "object"},
    },
    "required": ["id", "note", "customer_note"],
    "unevaluatedProperties": False,
}
SETTINGS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {**{name: {"type": "string"} for name in SETTING}, "options": {"type": "object"}, "_links": {"type": "object"}},
        "required": ["id", "type", "value"],
        "unevaluatedProperties": False,
    },
}
_SITE: list[tuple[str, str, dict[str, Any], str]] = [
    ("/products", "/shipping_class_id", {"type": "integer"}, "sample: product"),
    ("/products", "/stock_quantity", {"type": ["integer", "null"]}, "sample: variable_product"),
    ("/products", "/_links", {"type": "object"}, "sample: product"),
    ("/products", "/attributes/*/slug", {"type": "string"}, "sample: variable_product"),
    (
        "/products",
        "/type",
        {"enum": ["simple", "grouped", "external", "variable", "variation"]},
        "class-wc-rest-products-controller.php: with sku or search_sku, post_type is product and product_variation",
    ),
    ("/products", "/manage_stock", {"enum": [True, False, "parent"]}, "WC_Product_Variation::get_manage_stock"),
    ("/products", "/attributes/*/option", {"type": "string"}, "as for type: variations are among the products"),
    ("/orders", "/shipping/phone", {"type": "string"}, "sample: order"),
    ("/orders", "/line_items/*/parent_name", {"type": ["string", "null"]}, "sample: order"),
    ("/orders", "/line_items/*/image/id", {"type": ["integer", "string"]}, "sample: order"),
    ("/orders", "/currency_symbol", {"type": "string"}, "sample: order"),
    ("/orders", "/_links", {"type": "object"}, "sample: order"),
    ("/orders", "/line_items/*/sku", {"type": ["string", "null"]}, "sample: order_bad_sku"),
    ("/orders/<id>/refunds", "/line_items/*/image", {"type": "object"}, "sample: refunds"),
    ("/orders/<id>/refunds", "/line_items/*/parent_name", {"type": ["string", "null"]}, "sample: refunds"),
    ("/orders/<id>/refunds", "/line_items/*/meta_data/*/display_key", {"type": "string"}, "sample: refunds"),
    ("/orders/<id>/refunds", "/line_items/*/meta_data/*/display_value", {"type": "string"}, "sample: refunds"),
    ("/orders/<id>/refunds", "/_links", {"type": "object"}, "sample: refunds"),
    ("/webhooks", "/_links", {"type": "object"}, "sample: webhooks"),
    ("/orders/<id>/notes", "", NOTE, "https://woocommerce.github.io/woocommerce-rest-api-docs/#order-note-properties: not recorded"),
    ("/settings", "", SETTINGS, "https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-setting-options: not recorded"),
    ("/products/<id>/variations", "/shipping_class_id", {"type": "integer"}, "sample: variation_batch"),
    ("/products/<id>/variations", "/image", {"type": ["object", "null"]}, "sample: variation_batch"),
    ("/products/<id>/variations", "/attributes/*/slug", {"type": "string"}, "sample: variation_batch"),
    ("/products/<id>/variations", "/stock_quantity", {"type": ["integer", "null"]}, "as for products"),
    ("/products/<id>/variations", "/manage_stock", {"enum": [True, False, "parent"]}, "WC_Product_Variation::get_manage_stock"),
    ("/products/<id>/variations", "/name", {"type": "string"}, "sample: variation_batch"),
    ("/products/<id>/variations", "/parent_id", {"type": "integer"}, "sample: variation_batch"),
    ("/products/<id>/variations", "/date_created_gmt", {"type": "string"}, "sample: variation_batch"),
    ("/products/<id>/variations", "/date_modified_gmt", {"type": "string"}, "sample: variation_batch"),
    ("/products/<id>/variations", "/_links", {"type": "object"}, "sample: variation_batch"),
]
REFUNDED_LINES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "quantity": {"type": "integer"},
            "refund_total": {"type": "number"},
            "refund_tax": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"id": {"type": "integer"}, "refund_total": {"type": "number"}},
                    "unevaluatedProperties": False,
                },
            },
        },
        "required": ["id"],
        "unevaluatedProperties": False,
    },
}
WOOCOMMERCE = [
    Deviation(
        "woocommerce",
        "/orders/<id>/refunds",
        "request",
        "/line_items",
        "schema",
        "https://woocommerce.github.io/woocommerce-rest-api-docs/#create-a-refund: its own example; the schema has them as read only",
        REFUNDED_LINES,
    ),
    *(Deviation("woocommerce", route, "item", field, "schema", source, schema) for route, field, schema, source in _SITE),
    Deviation("woocommerce", "*", "429", "", "status", "a hosting's own answer, before WordPress hears of the call", {}),
]

DEVIATIONS = [*OZON, *WILDBERRIES, *WOOCOMMERCE]
