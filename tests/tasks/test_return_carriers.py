"""What a carrier brings back is in the book of returns once, whatever it shows when, and whoever else tells of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.errors import ContractBroken, Unavailable
from adapters.hub.hub import Hub
from adapters.hub.pushes import Pushes
from adapters.hub.returns import Returns
from adapters.settings import Settings
from tasks.return_carriers import read_carrier
from tasks.returns import ReturnsRead
from tasks.rules.carrier import label_code
from tasks.rules.carrier_tracks import Related, ShipmentKind, Track, TrackEvent, TrackLine, TrackState
from tasks.rules.return_rules import ReturnSettings
from tasks.shipments import book_with, follow_with
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.return_shop import RULES, brought, coming
from tests.adapters.hub.shipping import BUYER, CARRIER, CHANNEL, PlayedCarrier, ShippingShop
from tests.adapters.hub.sold_once.hand import HandClock
from validation.returns import WORKBOOK

SETTINGS = Settings(returns=ReturnSettings())
DAY_S = 86_400
DIGEST = b"\x01" * 32


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(database_url: str, clock: HandClock) -> Iterator[Hub]:
    with Hub(database_url, clock=clock) as opened:
        yield opened


class Road:
    """A shop whose parcels a carrier has, and what the carrier shows of them."""

    def __init__(self, hub: Hub, clock: HandClock) -> None:
        self.hub, self.clock = hub, clock
        self.shop, self.carrier = ShippingShop(hub), PlayedCarrier()
        self.shop.goods(pcs=20, exposed=10)

    def send(self, ref: str = "1", pcs: int = 3) -> str:
        """An order that has left; our number of its shipment."""
        self.shop.record(report(ref, {"iron": pcs}, buyer=BUYER))
        self.shop.plan()
        list(book_with(self.shop.shipments, CARRIER, self.carrier))  # type: ignore[arg-type]
        self.shop.record(report(ref, {"iron": pcs}, buyer=BUYER, state="shipped"))
        (one,) = self.shop.parts(ref)
        self.shows(one.number, "in_transit")
        return one.number

    def shows(self, number: str, state: TrackState, reason: str | None = None, **told: Any) -> None:
        """Where the carrier says a shipment is from now on, and the hub's own look at it."""
        self.carrier.tracks[f"u-{number}"] = self._track(f"u-{number}", "direct", state, reason, **{"tracking": f"T{number}", **told})
        self.clock.wait(3600)
        list(follow_with(self.hub, self.shop.shipments, CARRIER, self.carrier, poll_s=1))  # type: ignore[arg-type]

    def brings(self, number: str, state: TrackState, *, pcs: int = 3, ref: str = "b", kind: ShipmentKind = "return") -> None:
        """What goes back of a shipment, and that the shipment is related to it."""
        direct = self.carrier.tracks[f"u-{number}"]
        others = {one.carrier_ref: one for one in direct.related} | {ref: Related(kind=kind, carrier_ref=ref, tracking=f"T{ref}")}
        self.carrier.tracks[f"u-{number}"] = replace(direct, related=tuple(others.values()))
        line = TrackLine(parcel="1", sku=label_code("iron"), pcs=pcs)
        back = Related(kind="direct", carrier_ref=f"u-{number}")
        self.carrier.tracks[ref] = self._track(ref, kind, state, None, lines=(line,), related=(back,), tracking=f"T{ref}")

    def look(self, **how: Any) -> list[ReturnsRead]:
        """A round of the flow with the carrier."""
        self.clock.wait(300)
        how = {"since": None, "dry_run": False, **how}
        return list(read_carrier(self.hub, SETTINGS, CARRIER, self.carrier, **how))  # type: ignore[arg-type]

    def batches(self) -> list[tuple[int, str, str]]:
        """Pieces, state and decision of everything that comes back."""
        return [(row[0], row[1], row[2]) for row in self.shop.rows("select pcs, state, decision from return_line order by return_line_id")]

    def returns(self) -> int:
        return len(self.shop.rows("select return_id from goods_return"))

    def asked(self) -> int:
        """How often the carrier was asked for a track, since it was asked this."""
        count = self.carrier.calls.count("track")
        self.carrier.calls.clear()
        return count

    def _track(self, ref: str, kind: ShipmentKind, state: TrackState, reason: str | None, **told: Any) -> Track:
        known = self.carrier.tracks.get(ref)
        happened = TrackEvent(at=self.clock.now(), code=state.upper(), state=state, reason=reason)
        return Track(**{"carrier_ref": ref, "kind": kind, "state": state, "events": (*(known.events if known else ()), happened), **told})


@pytest.fixture
def road(hub: Hub, clock: HandClock) -> Road:
    return Road(hub, clock)


def test_a_refusal_comes_arrives_and_is_one_return(road: Road) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11")
    road.look()
    assert road.batches() == [(3, "coming", "ask")]
    road.brings(number, "in_transit")
    road.look()
    assert road.batches() == [(3, "coming", "ask")]
    road.brings(number, "delivered")
    road.shows(number, "returned", related=road.carrier.tracks[f"u-{number}"].related)
    road.look()
    assert road.batches() == [(3, "received", "ask")]
    assert (road.returns(), road.shop.questions()) == (1, [("1", "return_waits_for_decision")])


def test_a_delivery_in_part_brings_back_the_rest(road: Road) -> None:
    number = road.send()
    road.shows(number, "delivered", "20", is_partial=True)
    road.brings(number, "in_transit", pcs=2)
    road.look()
    assert road.batches() == [(2, "coming", "ask")]
    (reason,) = road.shop.rows("select reason from return_telling")[0]
    assert reason == "Вручено не всё (код причины 20). Едет назад под номером Tb"


def test_the_same_look_again_changes_nothing(road: Road) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11")
    road.look()
    before = road.shop.rows("select version from outbox")
    again = road.look()
    assert [row.outcome for one in again if one.recorded for row in one.recorded.rows] == ["same"]
    assert road.shop.rows("select version from outbox") == before


def test_a_delivery_is_no_return(road: Road) -> None:
    number = road.send()
    road.shows(number, "delivered")
    road.look()
    assert (road.batches(), road.returns()) == ([], 0)


def test_a_refusal_that_is_taken_back_is_no_return_any_more_and_may_be_one_again(road: Road) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11")
    road.look()
    track = road.carrier.tracks[f"u-{number}"]
    road.carrier.tracks[f"u-{number}"] = replace(track, state="in_transit", events=track.events[:-1])
    road.look()
    assert road.batches() == []
    road.shows(number, "not_delivered", "11")
    road.look()
    assert road.batches() == [(3, "coming", "ask")]


def test_what_a_buyer_sends_back_weeks_later_is_found_without_a_push(road: Road) -> None:
    number = road.send()
    road.shows(number, "delivered")
    road.look()
    road.clock.wait(20 * DAY_S)
    road.brings(number, "registered", kind="client_return", ref="c")
    road.look()
    assert road.batches() == []
    road.brings(number, "in_transit", kind="client_return", ref="c", pcs=1)
    road.clock.wait(DAY_S)
    road.look()
    assert road.batches() == [(1, "coming", "ask")]


def test_what_ended_is_looked_at_every_hour_at_first_then_daily_and_then_no_more(road: Road) -> None:
    number = road.send()
    road.shows(number, "delivered")
    road.look()
    road.asked()
    seen = []
    for passed in (300, 3600, 2 * DAY_S, 7200, DAY_S, 60 * DAY_S):
        road.clock.wait(passed)
        road.look()
        seen.append(road.asked())
    assert seen == [0, 1, 1, 0, 1, 0]


def test_a_push_about_the_return_itself_has_the_shipment_looked_at(road: Road) -> None:
    number = road.send()
    road.shows(number, "delivered")
    road.look()
    road.brings(number, "in_transit", kind="client_return", ref="c")
    Pushes(road.hub).keep("cdek", topic="ORDER_STATUS", order_ref="c", digest=DIGEST, is_signed=False)
    Pushes(road.hub).settle("cdek", 10**9, road.clock.now())
    road.look()
    assert road.batches() == [(3, "coming", "ask")]
    road.asked()
    road.brings(number, "delivered", kind="client_return", ref="c")
    road.look()
    assert (road.batches(), road.asked()) == ([(3, "received", "ask")], 2)


def test_a_shipment_that_nobody_wants_any_more_is_cancelled_and_no_return(road: Road) -> None:
    number = road.send()
    road.shop.execute("update shipment set is_unwanted = true")
    road.shows(number, "not_delivered", "11")
    road.look()
    assert road.batches() == []


def test_a_return_that_the_carrier_does_not_show_takes_nothing_back(road: Road) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11")
    road.brings(number, "ready")
    road.look()
    del road.carrier.tracks["b"]
    road.look()
    assert road.batches() == [(3, "ready", "ask")]


def test_a_return_that_is_only_named_so_far_is_coming(road: Road) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11", related=(Related(kind="return", carrier_ref="b"),))
    road.look()
    assert road.batches() == [(3, "coming", "ask")]


def test_a_shipment_that_cannot_be_read_keeps_no_other_waiting_and_stops_the_run(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, right = road.send("1"), road.send("2")
    for number in (broken, right):
        road.shows(number, "not_delivered", "11")
    with monkeypatch.context() as patched:
        patched.setattr(road.carrier, "read_track", _breaks(road, f"u-{broken}", ContractBroken("Не то.", system="cdek", fragment="")))
        last = road.look()[-1]
    assert last.stopped_by is not None
    assert road.batches() == [(3, "coming", "ask")]
    road.look()
    assert road.batches() == [(3, "coming", "ask")] * 2


def test_a_carrier_that_is_away_is_asked_the_same_next_time(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    number = road.send()
    road.shows(number, "delivered")
    road.brings(number, "in_transit", kind="client_return", ref="c")
    with monkeypatch.context() as patched:
        patched.setattr(road.carrier, "read_track", _breaks(road, f"u-{number}", Unavailable("Не отвечает.", system="cdek")))
        assert road.look()[-1].stopped_by is not None
    road.look()
    assert road.batches() == [(3, "coming", "ask")]


def _breaks(road: Road, ref: str, error: Exception) -> Any:
    tracks: Mapping[str, Track] = road.carrier.tracks

    def read(carrier_ref: str) -> Track | None:
        if carrier_ref == ref:
            raise error
        return tracks.get(carrier_ref)

    return read


def test_a_dry_run_writes_nothing(road: Road) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11")
    assert sum(one.read for one in road.look(dry_run=True)) == 1
    assert (road.batches(), road.shop.rows("select * from cursor where system = :name", name=CARRIER)) == ([], [])


@pytest.mark.parametrize("order", [("site", "carrier", "workbook"), ("workbook", "carrier", "site"), ("carrier", "workbook", "site")])
def test_the_site_the_carrier_and_excel_tell_of_one_return(road: Road, order: tuple[str, ...]) -> None:
    number = road.send()
    road.shows(number, "not_delivered", "11")
    tells: dict[str, Callable[[], object]] = {
        "site": lambda: Returns(road.hub).record(CHANNEL, coming("9", channel=None, order_ref="1", pcs=3, state="announced"), rules=RULES),
        "carrier": road.look,
        "workbook": lambda: Returns(road.hub).record(WORKBOOK, brought("a", order_ref="1", pcs=3), rules=RULES),
    }
    for source in order:
        tells[source]()
    assert road.batches() == [(3, "received", "restock")]
    assert road.returns() == 1


def test_of_two_shipments_only_the_one_that_was_not_taken_comes_back(road: Road) -> None:
    refused, taken = road.send("1"), road.send("2")
    road.shows(refused, "not_delivered", "11")
    road.shows(taken, "delivered")
    road.look()
    assert road.shop.rows("select return_ref from return_telling") == [(refused,)]
