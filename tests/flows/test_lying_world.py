import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect import Task
from sqlalchemy import select

import tasks.listings
import tasks.stock
from adapters.clock import Clock
from adapters.errors import ContractBroken, SyncError, Unauthorized, Unavailable
from adapters.hub.cards import Cards
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.tables.journal import quarantine
from deployments.world.yandex_market.books import Lags
from flows.listings import listings
from flows.stock import stock
from tests.flows.cabinets import KINDS, SPEED, Cabinets, environment, opened_cabinets, settings_of, spoilt, tell_1c

pytestmark = pytest.mark.usefixtures("prefect_server")

Goods = Mapping[str, tuple[int, int]]

LATE_S = 600.0
ROUNDS_AT_MOST = 12
SPOILT = {"site": "ответ: list_type", "wb": "cards: 17", "ozon": "items: 17", "ym": "result: 17"}
"""Where an answer breaks each vendor's contract, and what stands there."""
STALE: Goods = {"A0": (0, 1000), "A1": (1, 1000), "A2": (2, 1000), "A3": (3, 1000)}
MORNING: Goods = {"A0": (4, 1100), "A1": (0, 1200), "A2": (1, 1000), "A3": (7, 900), "Н/1": (3, 800), "Н-2": (1, 700)}
EVENING: Goods = {"A0": (2, 1300), "A1": (5, 1100), "A2": (0, 1000), "A3": (6, 950), "Н/1": (9, 850), "Н-2": (0, 750)}
GROWN: Goods = {"A0": (4, 1000), "A1": (5, 1000), "A2": (6, 1000), "A3": (7, 1000)}
DEARER: Goods = {"A0": (5, 1100), "A1": (6, 1100), "A2": (7, 1100), "A3": (0, 1100)}
LAGGING = {"ym"}
"""It shows a figure a while after it took it."""
UNKNOWN_FOR = timedelta(minutes=15)
"""What Yandex Market did with the good rows of a batch that it refused is not known sooner."""
SLOWER = 90.0
SHORT_LAGS = Lags(**dict.fromkeys(("catalog", "card", "price", "stock"), timedelta(seconds=10)))
"""So that what is refused again only after an hour is not refused again within a test."""
CODES = {"wb": {"Н/1": "Н-1"}, "ozon": {"Н/1": "Н-1"}}


@pytest.fixture
def speed() -> float:
    return SPEED


@pytest.fixture
def lags() -> Lags:
    """Yandex Market's, the vendor's own."""
    return Lags()


@pytest.fixture
def cabinets(speed: float, lags: Lags) -> Iterator[Cabinets]:
    with opened_cabinets(speed=speed, lags=lags) as opened:
        for channel in KINDS:
            opened.put(channel, STALE)
        yield opened


@pytest.fixture
def settings(cabinets: Cabinets) -> dict[str, dict[str, Any]]:
    """Every channel shows all there is, so that what it should show is plain; quotas have their own worst hour."""
    return {name: told | {"mirror": {"articles": ["*"], "buffer_pcs": 0}} for name, told in settings_of(cabinets).items()}


@pytest.fixture
def hub(cabinets: Cabinets, settings: dict[str, Any], database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub that the flows open by their settings; what they repeat they repeat at once."""
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    for name, value in environment(cabinets, settings).items():
        monkeypatch.setenv(name, value)
    for step in [*vars(tasks.stock).values(), *vars(tasks.listings).values()]:
        if isinstance(step, Task):
            monkeypatch.setattr(step, "retry_delay_seconds", [0.0, 0.0, 0.0])
    with Hub(database_url, clock=Clock(epoch_at=cabinets.clock.epoch_at, speed=cabinets.clock.speed)) as opened:
        yield opened


def differing(cabinets: Cabinets, channel: str, goods: Goods) -> dict[str, Any]:
    """What the channel's own books have otherwise than 1C; nobody can buy what no figure was given for."""
    books = cabinets.books(channel)
    wanted = {CODES.get(channel, {}).get(sku, sku): (pcs, roubles * 100) for sku, (pcs, roubles) in goods.items()}
    shown = {sku: (pcs or 0, kopecks) for sku, (pcs, kopecks) in books.items()}
    return {sku: (told, shown.get(sku)) for sku, told in wanted.items() if shown.get(sku) != told}


def knows_its_cards(hub: Hub, channel: str) -> bool:
    ours = Cards(hub).kept(channel).filter("is_ours")
    return ours.height == 2 and ours["sent_hash"].equals(ours["accepted_hash"])


def told_of(flow: Any) -> int:
    """What a run sent; a channel that stopped fails the run after the others had theirs."""
    try:
        return int(flow().changed)
    except ExceptionGroup as stopped:
        if stopped.split(SyncError)[1] is not None:
            raise
        return 0


def quarantined(hub: Hub) -> list[tuple[str, str, str, str]]:
    return Quarantine(hub).list().select("source", "entity", "key", "sentence").rows()


def was_lied_to(hub: Hub) -> bool:
    caught = select(quarantine.c.source).where(quarantine.c.reason == "not_shown", quarantine.c.state == "resolved")
    with hub.engine.begin() as connection:
        return connection.execute(caught).first() is not None


def lie(cabinets: Cabinets) -> None:
    """Everything that may go wrong on the way, on every channel, until it is cleared; two first figures are lied about for sure."""
    cabinets.fault("wb", "lie", method="PUT", path="/api/v3/stocks/")
    cabinets.fault("ozon", "lie", path="/v2/products/stocks")
    for channel in KINDS:
        cabinets.fault(channel, "lie", times=None, share=0.1)
        cabinets.fault(channel, "timeout_after", times=None, share=0.1)
        cabinets.fault(channel, "rate_limited", times=None, share=0.15, retry_after="1")
        cabinets.fault(channel, "late", times=None, share=0.1, seconds=LATE_S)
        cabinets.fault(channel, "error_after", times=None, share=0.05)
        cabinets.fault(channel, "html", times=None, share=0.05)


def test_while_the_world_lies_every_channel_comes_to_show_what_1c_says(cabinets: Cabinets, hub: Hub) -> None:
    lie(cabinets)
    tell_1c(hub, MORNING)
    told_of(listings)
    told_of(stock)
    tell_1c(hub, EVENING)
    for _ in range(ROUNDS_AT_MOST):
        told_of(listings)
        cabinets.forget()
        told_of(stock)
        for channel in KINDS:
            twice = {figure: times for figure, times in cabinets.told(channel).items() if figure[1] > 0 and times > 1}
            assert twice == {}, channel
        if all(not differing(cabinets, channel, EVENING) and knows_its_cards(hub, channel) for channel in KINDS):
            break
    cabinets.clear()
    hub.clock.sleep_until(hub.clock.now() + timedelta(seconds=2 * LATE_S))
    assert [differing(cabinets, channel, EVENING) for channel in KINDS] == [{}] * len(KINDS)
    assert (listings().changed, stock().changed) == (0, 0)
    assert was_lied_to(hub)
    assert quarantined(hub) == []
    assert [cabinets.limited(channel) for channel in KINDS] == [{}] * len(KINDS)


@pytest.mark.parametrize("channel", KINDS)
def test_an_answer_that_breaks_its_contract_stops_its_channel_and_no_other(
    channel: str, cabinets: Cabinets, hub: Hub, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_1c(hub, GROWN)
    broken = settings | {channel: spoilt(settings[channel], cabinets.base)}
    monkeypatch.setenv("UTYUG_CHANNELS", environment(cabinets, broken)["UTYUG_CHANNELS"])
    with pytest.raises(ExceptionGroup, match=f"{channel}: .*{SPOILT[channel]}") as stopped:
        stock()
    (error,) = stopped.value.exceptions
    assert isinstance(error, ContractBroken)
    assert error.fragment == SPOILT[channel]
    assert {one for one in KINDS if one not in LAGGING and differing(cabinets, one, GROWN)} == {channel} - LAGGING
    assert cabinets.heard(channel) == []


def test_closed_doors_are_told_apart_and_knocked_at_no_more_than_need_be(
    cabinets: Cabinets, hub: Hub, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_1c(hub, GROWN)
    revoked = settings | {"site": settings["site"] | {"consumer_key": "ck_revoked"}}
    monkeypatch.setenv("UTYUG_CHANNELS", environment(cabinets, revoked)["UTYUG_CHANNELS"])
    cabinets.fault("wb", "error_before", status=402, times=None)
    cabinets.fault("ozon", "error_before", status=403, times=None)
    cabinets.fault("ym", "html", times=None)
    with pytest.raises(ExceptionGroup) as stopped:
        stock()
    told = {error.system: type(error) for error in stopped.value.exceptions if isinstance(error, SyncError)}
    assert told == {"woocommerce": Unauthorized, "wildberries": Unauthorized, "ozon": Unauthorized, "yandex_market": Unavailable}
    for sentence in ("site: Сайт ответил 401", "wb: .* ответил 402.*: доступ не оплачен", "ozon: Ozon ответил 403", "ym: .* ответил 503"):
        assert re.search(sentence, str(stopped.value)), sentence
    assert len(cabinets.heard("site")) == 1

    cabinets.clear()
    monkeypatch.setenv("UTYUG_CHANNELS", environment(cabinets, settings)["UTYUG_CHANNELS"])
    stock()
    assert {one for one in KINDS if one not in LAGGING and differing(cabinets, one, GROWN)} == set()


@pytest.mark.parametrize(("speed", "lags"), [(SLOWER, SHORT_LAGS)])
def test_one_bad_row_holds_back_no_other_is_quarantined_and_not_sent_again_at_once(cabinets: Cabinets, hub: Hub) -> None:
    tell_1c(hub, GROWN)
    stock()
    tell_1c(hub, DEARER)
    for channel in KINDS:
        cabinets.fault(channel, "refuse_item", sku="A1", times=1 if channel == "ozon" else None)
    # What refuses an item of a batch there says that its card is not ready, which is tried again within minutes.
    cabinets.order("ozon", "PUT", "/barred", json={"A1": "MULTIBOX_NOT_ALLOWED_FOR_FBS"})
    listings()
    stock()
    hub.clock.sleep_until(hub.clock.now() + UNKNOWN_FOR)
    stock()
    hub.clock.sleep_until(hub.clock.now() + SHORT_LAGS.stock)
    assert {channel: set(differing(cabinets, channel, DEARER)) for channel in KINDS} == {channel: {"A1"} for channel in KINDS}
    cabinets.forget()
    assert (listings().changed, stock().changed) == (0, 0)
    assert [cabinets.told(channel) for channel in KINDS] == [{}] * len(KINDS)
    rows = quarantined(hub)
    told = {(source, entity): sentence for source, entity, key, sentence in rows if key.startswith("A1")}
    assert len(rows) == len(told)
    assert set(told) == {(channel, entity) for channel in KINDS for entity in ("stock", "price")}
    assert [sentence for sentence in told.values() if "Площадка пишет: «" not in sentence] == []
