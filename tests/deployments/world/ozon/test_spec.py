"""Every operation that the room plays, walked once, against the vendor's specification."""

from pathlib import Path
from typing import Any

import pytest

from deployments.world.ozon.make import MAIN
from deployments.world.ozon.taxonomy import COLOUR, MUG, TABLEWARE
from tests.contracts.deviations import DEVIATIONS
from tests.contracts.spec import Spec
from tests.deployments.world.ozon.conftest import Cabinet, mug

NULLS = {
    ("/v2/warehouse/list", "pause_at"): "the field's own text: null where the warehouse is active",
    ("/v3/posting/fbs/get", "in_process_at"): "tag push_types: may be empty on late payment",
    ("/v4/posting/fbs/list", "in_process_at"): "the same",
    ("/v4/posting/fbs/unfulfilled/list", "in_process_at"): "the same",
    ("/v3/posting/fbs/get", "delivering_date"): "the operation's example",
    ("/v4/posting/fbs/list", "delivering_date"): "as in the other two",
    ("/v4/posting/fbs/unfulfilled/list", "delivering_date"): "the operation's example",
}
"""Where the vendor's text or example has null and the schema does not, by whose word."""


@pytest.fixture(scope="session")
def spec(contracts_dir: Path) -> Spec:
    return Spec("ozon", contracts_dir / "ozon", DEVIATIONS)


def walk(cabinet: Cabinet) -> None:
    """Every method of the first key, once or more."""
    cabinet.put("A", price="990.00", barcode="4600000000015", pcs={str(MAIN): 5})
    task_id = cabinet.import_(mug(primary_image="https://x/0.jpg", old_price="600.00"), mug("B", name=""))
    cabinet.outcome(task_id)
    cabinet.clock.pass_(hours=2)
    number = cabinet.order("POST", "/orders", {"sku": "A", "pcs": 2})["order_ref"]
    other = cabinet.order("POST", "/orders", {"sku": "A", "pcs": 1, "buyer": {"is_paid": False}})["order_ref"]
    cabinet.order("PUT", f"/orders/{other}", {"status": "awaiting_deliver"})
    cabinet.put("B-2", pcs={str(MAIN): 9})
    big, sent = (cabinet.order("POST", "/orders", {"sku": "B-2", "pcs": 4})["order_ref"] for _ in range(2))
    cabinet.order("POST", f"/orders/{other}/returns", {"pcs": 1, "status": "ReceivedBySeller"})
    kind = {"description_category_id": TABLEWARE, "type_id": MUG}
    everything = {"analytics_data": True, "barcodes": True, "financial_data": True, "legal_info": True}
    period = {"since": "2026-11-01T00:00:00Z", "to": "2026-11-30T00:00:00Z"}
    (card,) = cabinet.told("/v3/product/info/list", {"offer_id": ["A"]})["items"]
    (parted,) = cabinet.told("/v3/product/info/list", {"offer_id": ["B-2"]})["items"]
    one_piece = {"products": [{"product_id": parted["sku"], "quantity": 1}]}
    dropped = {"items": [{"sku": parted["sku"], "quantity": 1}], "cancel_reason_id": 352, "cancel_reason_message": "нет"}
    asked: list[tuple[str, Any]] = [
        ("/v1/posting/fbs/split", {"posting_number": big, "postings": [one_piece]}),
        ("/v2/posting/fbs/product/cancel", {"posting_number": big, **dropped}),
        ("/v4/posting/fbs/ship/package", {"posting_number": big, **one_piece}),
        ("/v4/posting/fbs/ship", {"posting_number": sent, "packages": [one_piece] * 4, "with": {"additional_data": True}}),
        ("/v1/description-category/tree", {"language": "DEFAULT"}),
        ("/v1/description-category/attribute", kind),
        ("/v1/description-category/attribute/values", {**kind, "attribute_id": COLOUR, "limit": 3}),
        ("/v1/product/import/info", {"task_id": task_id}),
        ("/v3/product/list", {"filter": {"visibility": "ALL"}, "limit": 10, "last_id": ""}),
        ("/v3/product/info/list", {"offer_id": ["A", "КР-7/2"]}),
        ("/v2/product/pictures/info", {"product_id": [str(card["id"])]}),
        (
            "/v1/product/import/prices",
            {"prices": [{"offer_id": "A", "price": "900", "old_price": "1000"}, {"offer_id": "none", "price": "1"}]},
        ),
        ("/v5/product/info/prices", {"filter": {"offer_id": ["A"]}, "limit": 10, "cursor": ""}),
        (
            "/v2/products/stocks",
            {"stocks": [{"offer_id": "A", "stock": 3, "warehouse_id": MAIN}, {"offer_id": "Z", "stock": 3, "warehouse_id": MAIN}]},
        ),
        ("/v2/product/info/stocks-by-warehouse/fbs", {"offer_id": ["A"], "limit": 10}),
        ("/v2/product/info/stocks-by-warehouse/fbs", {"sku": [str(card["sku"])], "limit": 10}),
        ("/v1/product/info/warehouse/stocks", {"warehouse_id": MAIN, "limit": 10}),
        ("/v4/product/info/stocks", {"filter": {"offer_id": ["A"], "visibility": "ALL"}, "limit": 10}),
        ("/v2/warehouse/list", {"limit": 200}),
        ("/v4/posting/fbs/unfulfilled/list", {"limit": 100, "with": everything, "filter": {"statuses": ["awaiting_packaging"]}}),
        ("/v4/posting/fbs/list", {"limit": 100, "with": everything, "filter": period, "sort_dir": "DESC"}),
        ("/v3/posting/fbs/get", {"posting_number": number, "with": {**everything, "product_exemplars": True, "related_postings": True}}),
        ("/v1/returns/list", {"filter": {"return_schema": "FBS", "posting_numbers": [other]}, "limit": 500, "last_id": 0}),
        ("/v1/posting/fbs/cancel-reason", {"related_posting_numbers": [number]}),
        ("/v2/posting/fbs/cancel", {"posting_number": number, "cancel_reason_id": 352}),
    ]
    for method, body in asked:
        cabinet.told(method, body)
    for method in ("/v1/roles", "/v1/seller/info", "/v4/product/info/limit"):
        assert cabinet.client.post(method).status_code == 200


def test_every_method_is_walked(cabinet: Cabinet) -> None:
    walk(cabinet)
    assert {one.path for one in cabinet.room.exchanges} == cabinet.room.methods


def test_answers_are_what_the_specification_says(cabinet: Cabinet, spec: Spec) -> None:
    walk(cabinet)
    faults = {
        (one.path, fault)
        for one in cabinet.room.exchanges
        for fault in spec.operation(one.method, "", one.path).answer_faults(one.status, one.answer)
        if not any(one.path == path and f"/{field}: None is not of type" in fault for path, field in NULLS)
    }
    assert not faults


def test_what_is_taken_is_what_the_specification_takes(cabinet: Cabinet, spec: Spec) -> None:
    walk(cabinet)
    faults = {
        (one.path, fault)
        for one in cabinet.room.exchanges
        for fault in spec.operation(one.method, "", one.path).request_faults([], one.body)
    }
    assert not faults
