"""The flow that ships, by its settings, on a real Prefect server: the world's site and the world's CDEK."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.labels import Labels
from adapters.hub.runs import Runs
from flows.shipments import shipments
from tests.adapters.hub.order_shop import as_json
from tests.flows.street import ROUNDS, Street, opened_street

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def street(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Street]:
    with opened_street(database_url, monkeypatch, tmp_path) as opened:
        yield opened


def until(street: Street, ref: str, state: str) -> None:
    """Runs of the flow until the order's first part is so far: the carrier settles in its own time."""
    for _ in range(ROUNDS):
        shipments()
        if street.state(ref) == state:
            return
    raise AssertionError(street.shop.parts(ref))


def test_an_order_is_shipped_followed_and_told_of(hub: Hub, street: Street) -> None:
    ref = street.order(2)
    until(street, ref, "booked")
    (one,) = street.shop.parts(ref)
    assert street.carried() == [one.number]
    street.moves(ref, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    until(street, ref, "handed")
    street.moves(ref, "DELIVERED")
    until(street, ref, "delivered")
    assert ("channel:site", "delivered", street.shop.number(ref)) in street.shop.owed()
    assert one.tracking is not None
    assert street.told_site(ref) == [f"СДЭК {one.tracking}"]
    assert Runs(hub).newest(flow="shipments")[0].state == "completed"


def test_packers_find_labels_and_a_list(hub: Hub, street: Street) -> None:
    ref = street.order()
    until(street, ref, "booked")
    for _ in range(ROUNDS):
        shipments()
        kept = Labels(hub).of(street.shop.parts(ref)[0].number)
        if len(kept) == 2:
            break
    assert [one.kind for one in kept] == ["barcode", "waybill"]
    assert all((street.var_dir / one.path).read_bytes().startswith(b"%PDF") for one in kept)
    assert (street.var_dir / "picking.xlsx").is_file()
    assert shipments().detail["to_pick"] == 1


def test_an_address_that_is_not_whole_waits_for_a_person_and_nothing_is_sent(street: Street) -> None:
    ref = street.order(buyer=as_json({"billing": {"first_name": "Юлия", "phone": "+79161234567"}}))
    report_ = shipments()
    assert report_.refused == 1
    assert street.carried() == []
    (one,) = street.shop.parts(ref)
    assert {reason for _, reason in street.shop.questions()} == {"address_is_told", "name_is_full"}
    street.shop.shipments.correct(one.number, {"city": "Новосибирск", "line": "ул. Мира, 1"})
    until(street, ref, "booked")
    assert street.shop.questions() == []


def test_a_run_that_has_nothing_to_do_does_nothing_and_says_so(street: Street) -> None:
    shipments()
    told = shipments()
    assert (told.rows_in, told.changed, told.accepted) == (0, 0, 0)


def test_a_dry_run_writes_nothing(hub: Hub, street: Street) -> None:
    ref = street.order()
    shipments(dry_run=True)
    assert street.shop.parts(ref) == []
    assert Runs(hub).newest(flow="shipments") == []


def test_a_cancelled_order_is_taken_back(street: Street) -> None:
    ref = street.order()
    until(street, ref, "booked")
    street.is_cancelled(ref)
    until(street, ref, "cancelled")


def test_a_carrier_that_is_away_fails_the_run_and_is_owed_still(street: Street) -> None:
    street.order()
    street.fault("error_before", "", status=503)
    with pytest.raises(ExceptionGroup, match="carrier:cdek"):
        shipments()
    assert any(target == "carrier:cdek" for target, _, _ in street.shop.owed())


def test_a_carrier_that_is_not_in_the_settings_is_named(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTYUG_CARRIERS", "{}")
    with pytest.raises(Misconfigured, match="site: cdek"):
        shipments()


def test_a_carrier_that_keeps_one_step_from_its_end_fails_the_run_although_the_next_step_went_well(street: Street) -> None:
    street.order()
    street.fault("error_before", "calculator", status=503, times=None)
    with pytest.raises(ExceptionGroup, match="carrier:cdek"):
        shipments()
    street.heals()
    assert shipments().detail["targets"]["carrier:cdek"]["asked"] == 0
