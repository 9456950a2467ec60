from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.settings import MessageSettings, Route
from deployments.sender import HubSilence, Pinger, Teller, send
from deployments.silence import Watch, answers
from deployments.stopping import Stop
from tests.deployments.mailbox import Mailbox, opened_mailbox

NOWHERE = "mailto://127.0.0.1:9?mode=insecure&from=a@shop.test&to=b@shop.test"


class HandClock(Clock):
    """A clock a test moves."""

    def __init__(self) -> None:
        super().__init__()
        vars(self)["at"] = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        at: datetime = vars(self)["at"]
        return at

    def forward(self, by: timedelta) -> None:
        vars(self)["at"] += by


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(database_url: str, clock: HandClock) -> Iterator[Hub]:
    with Hub(database_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with opened_mailbox() as opened:
        yield opened


def told(*urls: str) -> MessageSettings:
    return MessageSettings(routes={"owner": Route(urls=[SecretStr(url) for url in urls])}, cooldown_s=900, silent_after_s=60)


def report(hub: Hub, times: int = 1) -> None:
    for _ in range(times):
        Incidents(hub).report(kind="feed_held", cause="feed:7", sentence="Выгрузка задержана.")


def test_a_hundred_reports_of_one_cause_are_one_letter_with_a_count(hub: Hub, mailbox: Mailbox, clock: HandClock) -> None:
    report(hub, times=100)
    teller = Teller(hub, settings=told(mailbox.url), clock=clock)
    assert (teller.tell(), teller.tell()) == (1, 0)
    assert mailbox.subjects[0].endswith("(×100)")


def test_more_of_the_same_is_told_after_the_cooldown(hub: Hub, mailbox: Mailbox, clock: HandClock) -> None:
    teller = Teller(hub, settings=told(mailbox.url), clock=clock)
    report(hub)
    teller.tell()
    report(hub, times=2)
    clock.forward(timedelta(seconds=899))
    assert teller.tell() == 0
    clock.forward(timedelta(seconds=2))
    assert teller.tell() == 1
    assert mailbox.subjects[1].endswith("(×3)")


def test_the_end_is_told_at_once(hub: Hub, mailbox: Mailbox, clock: HandClock) -> None:
    teller = Teller(hub, settings=told(mailbox.url), clock=clock)
    report(hub)
    teller.tell()
    Incidents(hub).recover(kind="feed_held", cause="feed:7")
    assert teller.tell() == 1
    assert "Прошло" in mailbox.subjects[1]


def test_what_nobody_took_is_tried_again_with_growing_pauses_until_somebody_does(hub: Hub, mailbox: Mailbox, clock: HandClock) -> None:
    mailbox.is_refusing = True
    teller = Teller(hub, settings=told(mailbox.url), clock=clock)
    report(hub)
    tries: list[tuple[int, int]] = []
    for second in range(80):
        if teller.tell() or teller.patience_of(1) != (tries[-1][1] if tries else 0):
            tries.append((second, teller.patience_of(1)))
        clock.forward(timedelta(seconds=1))
    assert tries == [(0, 1), (5, 2), (15, 3), (35, 4), (75, 5)]
    mailbox.is_refusing = False
    clock.forward(timedelta(minutes=10))
    assert teller.tell() == 1
    assert len(mailbox.letters) == 1


def test_a_sender_that_was_restarted_tells_what_the_last_one_could_not(hub: Hub, mailbox: Mailbox, clock: HandClock) -> None:
    report(hub)
    Teller(hub, settings=told(NOWHERE), clock=clock).tell()
    assert Teller(hub, settings=told(mailbox.url), clock=clock).tell() == 1


def test_an_address_that_fails_is_an_incident_told_by_the_next_one_and_over_when_it_works(
    hub: Hub, mailbox: Mailbox, clock: HandClock
) -> None:
    with opened_mailbox() as first:
        first.is_refusing = True
        teller = Teller(hub, settings=told(first.url, mailbox.url), clock=clock)
        report(hub)
        teller.tell()
        teller.tell()
        assert [i.cause for i in Incidents(hub).live(kind="route_broken")] == ["owner 1"]
        assert any("owner 1" in text for text in mailbox.texts)
        first.is_refusing = False
        Incidents(hub).recover(kind="feed_held", cause="feed:7")
        teller.tell()
        assert Incidents(hub).live(kind="route_broken") == []


def test_a_silent_part_is_an_incident_after_its_time_and_over_when_it_answers(hub: Hub, clock: HandClock) -> None:
    lives = {"worker": True, "gateway": True}
    watch = Watch(
        incidents=Incidents(hub),
        probes={part: lambda part=part: lives[part] for part in lives},  # type: ignore[misc]
        settings=told(NOWHERE),
        clock=clock,
    )
    assert watch.look()
    lives["worker"] = False
    clock.forward(timedelta(seconds=59))
    assert watch.look()
    clock.forward(timedelta(seconds=2))
    assert not watch.look()
    assert not watch.look()
    assert [(i.cause, i.times) for i in Incidents(hub).live(kind="silent")] == [("worker", 1)]
    lives["worker"] = True
    assert watch.look()
    assert Incidents(hub).live(kind="silent") == []


def test_a_part_that_answers_again_after_the_sender_was_restarted_ends_the_old_incident(hub: Hub, clock: HandClock) -> None:
    Incidents(hub).report(kind="silent", cause="worker", sentence="Молчит.")
    Watch(incidents=Incidents(hub), probes={"worker": lambda: True}, settings=told(NOWHERE), clock=clock).look()
    assert Incidents(hub).live() == []


def test_a_part_that_is_not_there_does_not_answer() -> None:
    assert not answers("http://127.0.0.1:9/health")()


def test_the_hub_s_own_silence_is_told_without_the_hub(mailbox: Mailbox, clock: HandClock) -> None:
    settings = told(mailbox.url)
    nowhere = Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=clock)
    silence = HubSilence(Teller(nowhere, settings=settings, clock=clock), settings=settings, clock=clock)
    silence.silent()
    assert mailbox.letters == []
    clock.forward(timedelta(seconds=61))
    silence.silent()
    silence.silent()
    assert len(mailbox.letters) == 1
    assert "База данных Utyug не отвечает" in mailbox.texts[0]
    silence.answered()
    silence.answered()
    assert len(mailbox.letters) == 2
    assert "Прошло" in mailbox.subjects[1]


def test_a_hub_that_was_away_for_a_moment_is_nobody_s_news(mailbox: Mailbox, clock: HandClock) -> None:
    settings = told(mailbox.url)
    nowhere = Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=clock)
    silence = HubSilence(Teller(nowhere, settings=settings, clock=clock), settings=settings, clock=clock)
    silence.silent()
    silence.answered()
    clock.forward(timedelta(seconds=61))
    silence.silent()
    assert mailbox.letters == []


def test_the_outside_address_is_pinged_no_more_often_than_asked(monkeypatch: pytest.MonkeyPatch, clock: HandClock) -> None:
    pinged: list[str] = []

    def get(url: str, **_kept: object) -> httpx.Response:
        pinged.append(url)
        raise httpx.ConnectError("away")

    monkeypatch.setattr(httpx, "get", get)
    pinger = Pinger(MessageSettings(ping_url=SecretStr("https://ping.test/t0ken"), ping_every_s=60), clock=clock)
    pinger.ping()
    pinger.ping()
    clock.forward(timedelta(seconds=60))
    pinger.ping()
    assert pinged == ["https://ping.test/t0ken"] * 2


def test_the_sender_outlives_a_hub_that_goes_away(monkeypatch: pytest.MonkeyPatch, hub: Hub, mailbox: Mailbox) -> None:
    rounds = 0
    tell = Teller.tell

    def falters(teller: Teller) -> int:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise OperationalError("select 1", {}, Exception("the server went away"))
        if rounds == 3:
            raise SystemExit(0)
        return tell(teller)

    monkeypatch.setattr(Teller, "tell", falters)
    monkeypatch.setattr("deployments.sender.LOOK_EVERY_S", 0.05)
    report(hub)
    with pytest.raises(SystemExit):
        send(hub, settings=told(mailbox.url), probes={}, stop=Stop())
    assert len(mailbox.letters) == 1
