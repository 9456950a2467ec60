"""Where a spec contradicts its vendor's own text: each deviation by name, with who says so.

`tests.contracts.test_deviations` asserts their number, and that each is needed.
"""

import copy
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

Change = Literal["optional", "required", "schema", "status", "hosts"]


class Deviation(NamedTuple):
    """One thing in a spec that is read otherwise.

    ``part`` is ``request`` or a status; ``field`` is where in the body (``/stocks/*/product_id``, ``*`` for every item of a list).
    ``optional`` and ``required`` are about the field in what holds it, ``schema`` replaces or adds the field's schema (the empty
    ``field`` is the whole body), ``status`` declares an answer with this schema (None: without a body), ``hosts`` names in ``field``
    hosts that answer too.
    """

    vendor: str
    operation: str
    part: str
    field: str
    change: Change
    source: str
    schema: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """As reports call it."""
        return f"{self.vendor}: {self.operation} {self.part} {self.field} {self.change}".replace("  ", " ")

    def applied(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A copy of the schema, read otherwise.

        Raises:
            LookupError: the spec has nothing there to be read otherwise.
        """
        if not self.field:
            return self.schema or {}
        changed = copy.deepcopy(schema)
        *above, name = self.field.strip("/").split("/")
        holders = [changed]
        for part in above:
            holders = [found for holder in holders for found in _inside(holder, part, changed)]
        holders = [found for holder in holders for found in _branches(holder, changed)]
        if not self._changes(holders, name):
            raise LookupError(self.name)
        return changed

    def _changes(self, holders: list[dict[str, Any]], name: str) -> bool:
        if self.change == "optional":
            those = [one for one in holders if name in one.get("required", ())]
            for one in those:
                one["required"] = [field for field in one["required"] if field != name]
            return bool(those)
        those = [one for one in holders if name in one.get("properties", {})] or [one for one in holders if "properties" in one][:1]
        for one in those:
            if self.change == "required":
                one["required"] = [*one.get("required", ()), name]
            else:
                one["properties"][name] = self.schema
        return bool(those)


def _branches(holder: dict[str, Any], root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield holder
    if "$ref" in holder:
        yield from _branches(root["$defs"][holder["$ref"].rpartition("/")[2].replace("~1", "/").replace("~0", "~")], root)
    for word in ("allOf", "oneOf", "anyOf"):
        for branch in holder.get(word, ()):
            yield from _branches(branch, root)


def _inside(holder: dict[str, Any], part: str, root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in _branches(holder, root):
        if part == "*" and isinstance(one.get("items"), dict):
            yield one["items"]
        elif part in one.get("properties", {}):
            yield one["properties"][part]


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
LATE_PAYMENT = "tag push_types: in_process_at may be empty where a posting is paid late"

DEVIATIONS = [
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
        schema={"type": ["integer", "string"], "format": "int64"},
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
        vendor="wildberries",
        operation="GET /ping",
        part="servers",
        field="content-api discounts-prices-api marketplace-api",
        change="hosts",
        source="the operation's own text: each service has its own ping, a table of hosts follows",
    ),
]
