from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from deployments.world.yandex_market.operations import HOUR, MINUTE, OPERATIONS
from tests.deployments.world.yandex_market.cabinet import Cabinet, complaint, opened

STOCK = {"skuItems": [{"sku": "А-1", "partnerWarehouseId": 3001, "count": 1}]}


def tell(cabinet: Cabinet, body: Any = STOCK) -> httpx.Response:
    return cabinet.post("/v3/{b}/offers/stocks/update", body)


def test_the_fifty_first_stock_call_of_a_minute_is_420_until_the_next_minute(cabinet: Cabinet) -> None:
    assert {tell(cabinet).status_code for _ in range(50)} == {200}
    refused = tell(cabinet)
    assert refused.status_code == 420
    assert complaint(refused).startswith("Hit rate limit of 50 requests per 1 minute for resource updateStocksOnPartnerWarehouses")
    assert cabinet.ask("GET", "/limited") == {"updateStocksOnPartnerWarehouses": 1}
    until = parsedate_to_datetime(refused.headers["X-RateLimit-Resource-Until"])
    assert (until - cabinet.clock.now()).total_seconds() == 30
    cabinet.clock.turn(seconds=29)
    assert tell(cabinet).status_code == 420
    cabinet.clock.turn(seconds=1)
    assert tell(cabinet).status_code == 200


def test_every_answer_tells_what_is_left(cabinet: Cabinet) -> None:
    answer = tell(cabinet)
    assert {name: answer.headers[f"X-RateLimit-Resource-{name}"] for name in ("Limit", "Remaining", "Until")} == {
        "Limit": "50",
        "Remaining": "49",
        "Until": "Sun, 22 Nov 2026 09:01:00 GMT",
    }


def test_a_refused_call_spends_too_and_the_markets_own_failure_does_not(cabinet: Cabinet) -> None:
    assert tell(cabinet, {"skuItems": []}).status_code == 400
    cabinet.ask("POST", "/faults", json={"kind": "error_before", "status": 500})
    assert tell(cabinet).status_code == 500
    assert tell(cabinet).headers["X-RateLimit-Resource-Remaining"] == "48"


def test_prices_are_counted_by_rows(cabinet: Cabinet) -> None:
    offers = [{"offerId": f"А-{n}", "price": {"value": 10, "currencyId": "RUR"}} for n in range(500)]
    answers = [cabinet.post("/v2/{b}/offer-prices/updates", {"offers": offers}) for _ in range(20)]
    assert answers[-1].headers["X-RateLimit-Resource-Remaining"] == "0"
    assert cabinet.post("/v2/{b}/offer-prices/updates", {"offers": offers[:1]}).status_code == 420


def test_a_read_counted_by_rows_costs_the_rows_of_its_answer(cabinet: Cabinet) -> None:
    for n in range(3):
        cabinet.put_good(f"А-{n}")
    assert cabinet.post("/v2/{b}/offer-prices").headers["X-RateLimit-Resource-Remaining"] == "4997"


def test_the_fifth_call_at_a_time_is_420_and_orders_have_a_limit_of_their_own() -> None:
    with opened(answer_takes_s=1.5) as cabinet, ThreadPoolExecutor(11) as callers:
        settings = [callers.submit(cabinet.post, "/v2/{b}/settings") for _ in range(5)]
        orders = [callers.submit(cabinet.post, "/v1/{b}/orders") for _ in range(6)]
        answers = [call.result() for call in settings]
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 420]
        assert {call.result().status_code for call in orders} == {200}
        refused = next(answer for answer in answers if answer.status_code == 420)
        assert complaint(refused) == "Hit rate limit of 4 parallel requests for businessId 1001"
        assert cabinet.ask("GET", "/limited") == {"parallel": 1}


def test_an_ordered_420_tells_until_when_and_is_nobodys_fault(cabinet: Cabinet) -> None:
    cabinet.ask("POST", "/faults", json={"kind": "rate_limited", "retry_after": "90"})
    refused = tell(cabinet)
    assert (refused.status_code, refused.headers["X-RateLimit-Resource-Until"]) == (420, "Sun, 22 Nov 2026 09:02:00 GMT")
    assert cabinet.ask("GET", "/limited") == {}


def test_a_body_above_512_kb_is_refused(cabinet: Cabinet) -> None:
    rows = [{"sku": f"{n:0>255}", "partnerWarehouseId": 3001, "count": 1} for n in range(2000)]
    refused = tell(cabinet, {"skuItems": rows})
    assert refused.status_code == 400
    assert complaint(refused).startswith("The request is too big")
    assert tell(cabinet, {"skuItems": rows[:1500]}).status_code == 200


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_limits_and_scopes_are_those_of_the_specification(contracts_dir: Path, name: str) -> None:
    told, operation = specification(contracts_dir)[name], OPERATIONS[name]
    limit = told["x-resource-limit-config"]
    period_s = {"minutes": MINUTE, "hours": HOUR}[limit["none"]["period"]] * limit["none"]["period-duration"]
    assert (operation.amount, operation.period_s) == (limit["none"]["amount"], period_s)
    assert (operation.counts, operation.own_parallel) == (limit["path"], limit.get("parallel-limit-value"))
    assert {scope.upper().replace("-", "_").replace(":", "_") for scope in told["x-auth-scopes"]} == set(operation.scopes)


def specification(contracts_dir: Path) -> dict[str, Any]:
    folder = contracts_dir / "yandex_market/openapi/paths"
    words = [yaml.safe_load(path.read_text()) for path in folder.iterdir()]
    return {told["operationId"]: told for methods in words for told in methods.values()}


def test_a_call_answered_or_refused_makes_room_for_the_next(cabinet: Cabinet) -> None:
    tell(cabinet)
    tell(cabinet, {"skuItems": []})
    assert +cabinet.room.in_flight == {}
