from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.pushes import KEPT, Pushes
from adapters.settings import OnecSettings, Settings
from deployments.keeper import keep
from deployments.stopping import Stop
from tests.adapters.hub.checkout import Checkout

XML = '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.05"></КоммерческаяИнформация>'.encode()


class StopsAfter(Stop):
    """Lets a number of ticks pass."""

    def __init__(self, ticks: int, between: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.ticks = ticks
        self.between = between

    def wait(self, timeout_s: float | None = None) -> None:  # noqa: ARG002
        self.ticks -= 1
        if self.ticks == 0:
            raise SystemExit(0)
        self.between()


def receive(hub: Hub) -> int:
    inbox = Inbox(hub)
    session_ref = inbox.open_session(source="main", exchange="catalog")
    feed_id = inbox.begin(source="main", exchange="catalog", name="import.xml", kind="xml", session_ref=session_ref)
    inbox.append(feed_id, BytesIO(XML))
    return feed_id


@pytest.mark.parametrize(("quiet_s", "state"), [(0.0, "waiting"), (600.0, "receiving")])
def test_a_file_of_which_nothing_more_comes_is_complete(hub: Hub, tmp_path: Path, quiet_s: float, state: str) -> None:
    feed_id = receive(hub)
    with pytest.raises(SystemExit):
        keep(hub, Settings(var_dir=tmp_path, onec=OnecSettings(file_quiet_s=quiet_s)), stop=StopsAfter(1))
    assert Inbox(hub).feed(feed_id).state == state


def test_a_file_dropped_into_the_watched_folder_is_taken(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "import.xml").write_bytes(XML)
    with pytest.raises(SystemExit):
        keep(hub, Settings(var_dir=tmp_path, onec=OnecSettings(watched_folder=folder)), stop=StopsAfter(3))
    assert [(feed.source, feed.name) for feed in Inbox(hub).waiting()] == [("folder", "import.xml")]


def test_the_keeper_outlives_a_hub_that_goes_away(hub: Hub, tmp_path: Path) -> None:
    feed_id = receive(hub)
    nowhere = Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=hub.clock)
    engines = iter([hub.engine])

    def comes_back() -> None:
        nowhere.engine = next(engines)

    with pytest.raises(SystemExit):
        keep(nowhere, Settings(var_dir=tmp_path, onec=OnecSettings(file_quiet_s=0.0)), stop=StopsAfter(2, comes_back))
    assert Inbox(hub).feed(feed_id).state == "waiting"


def test_carts_whose_time_is_over_and_those_without_an_order_are_given_back(hub: Hub) -> None:
    shop = Checkout(hub)
    iron = shop.sells("iron", 5)
    shop.held("abandoned", {"iron": 2})
    shop.holds.commit("site", shop.held("unordered", {"iron": 1}).hold_id)
    shop.wait(4000)
    shop.polled()
    with pytest.raises(SystemExit):
        keep(hub, shop.settings, stop=StopsAfter(1))
    assert sorted(shop.states()) == ["expired", "reconciled"]
    assert shop.pool(iron) == 5


def test_pushes_that_were_answered_long_ago_are_forgotten(hub: Hub, tmp_path: Path) -> None:
    pushes, now = Pushes(hub), hub.clock.now()
    pushes.keep("site", topic="order.created", order_ref="58", digest=b"1", is_signed=True)
    pushes.settle("site", 1_000_000, now - 2 * KEPT)
    with pytest.raises(SystemExit):
        keep(hub, Settings(var_dir=tmp_path), stop=StopsAfter(1))
    assert pushes.trim() == 0
    assert pushes.waiting("site") == []
