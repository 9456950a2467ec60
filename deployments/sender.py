"""The sender: one small process that tells people, and needs neither the worker nor the Prefect server to do it.

It wakes on NOTIFY and every few seconds, tells what the hub says is to be told, and asks the other parts whether they live. When the
hub itself is silent it says so without it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy.exc import OperationalError

from adapters.clock import Clock
from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.incidents import CHANNEL, Incident, Incidents
from adapters.hub.listen import Listener
from adapters.notify.client import Messenger
from adapters.notify.texts import route_sentence, silent_sentence, write_message
from adapters.settings import MessageSettings
from deployments.silence import Probe, Watch
from deployments.stopping import Stop

LOG = logging.getLogger("utyug.sender")
LOOK_EVERY_S = 2.0
RETRY_S = timedelta(seconds=5)
RETRY_AT_MOST = timedelta(minutes=10)
ROUTE_BROKEN = "route_broken"
OF_THE_HUB = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How often an incident's message was refused by everybody, and when it is tried again."""

    tries: int
    until_at: datetime


class Teller:
    """Tells what is to be told, once; what nobody took is tried again with growing pauses until somebody does.

    Args:
        hub: whose incidents.
        settings: routes, language and cooldown.
        clock: the real clock.
    """

    def __init__(self, hub: Hub, *, settings: MessageSettings, clock: Clock) -> None:
        self._hub = hub
        self._incidents = Incidents(hub)
        self._settings = settings
        self._messenger = Messenger(routes=settings.routes)
        self._clock = clock
        self._patience: dict[int, Patience] = {}

    def tell(self) -> int:
        """One round over the hub; returns how many messages were delivered."""
        due = self._incidents.to_tell(self._hub.clock.now(), timedelta(seconds=self._settings.cooldown_s))
        self._forget_all_but({OF_THE_HUB, *(incident.incident_id for incident in due)})
        told = 0
        for incident in due:
            if self.deliver(incident):
                self._incidents.mark_told(incident)
                told += 1
        return told

    def deliver(self, incident: Incident) -> bool:
        """Send one message, unless it is paused; False, and a longer pause, where nobody took it."""
        patience = self._patience.get(incident.incident_id)
        if patience is not None and patience.until_at > self._clock.now():
            return False
        delivery = self._messenger.deliver(write_message(incident, language=self._settings.language), kind=incident.kind)
        if delivery.taken_by is None:
            self._postpone(incident)
            return False
        self._patience.pop(incident.incident_id, None)
        if incident.kind != ROUTE_BROKEN and incident.incident_id != OF_THE_HUB:
            self._note_routes(broken=delivery.refused_by, sound=delivery.taken_by)
        return True

    def patience_of(self, incident_id: int) -> int:
        """How often nobody took this incident's message."""
        patience = self._patience.get(incident_id)
        return patience.tries if patience else 0

    def _forget_all_but(self, kept: set[int]) -> None:
        self._patience = {incident_id: patience for incident_id, patience in self._patience.items() if incident_id in kept}

    def _postpone(self, incident: Incident) -> None:
        before = self._patience.get(incident.incident_id)
        tries = before.tries + 1 if before else 1
        pause = min(RETRY_S * 2 ** (tries - 1), RETRY_AT_MOST)
        self._patience[incident.incident_id] = Patience(tries=tries, until_at=self._clock.now() + pause)
        LOG.warning("incident %s (%s): nobody took the message, again in %s", incident.incident_id, incident.kind, pause)

    def _note_routes(self, *, broken: tuple[str, ...], sound: str) -> None:
        self._incidents.recover(kind=ROUTE_BROKEN, cause=sound)
        for address in broken:
            sentence = route_sentence(address, language=self._settings.language)
            self._incidents.report(kind=ROUTE_BROKEN, cause=address, sentence=sentence)


class HubSilence:
    """The one incident that cannot be written to the hub: its own silence. Told directly, once, and again when it is over."""

    def __init__(self, teller: Teller, *, settings: MessageSettings, clock: Clock) -> None:
        self._teller = teller
        self._settings = settings
        self._clock = clock
        self._since_at: datetime | None = None
        self._is_told = False

    def silent(self) -> None:
        """The hub did not answer just now."""
        now = self._clock.now()
        self._since_at = self._since_at or now
        if not self._is_told and now - self._since_at >= timedelta(seconds=self._settings.silent_after_s):
            self._is_told = self._teller.deliver(self._incident(now, recovered_at=None))

    def answered(self) -> None:
        """The hub answered just now."""
        now = self._clock.now()
        if self._is_told:
            self._is_told = not self._teller.deliver(self._incident(now, recovered_at=now))
        if not self._is_told:
            self._since_at = None

    def _incident(self, now: datetime, *, recovered_at: datetime | None) -> Incident:
        since_at = self._since_at or now
        return Incident(
            incident_id=OF_THE_HUB,
            kind="silent",
            cause="hub",
            sentence=silent_sentence("hub", seconds=(now - since_at).total_seconds(), language=self._settings.language),
            meaning=None,
            advice=None,
            link=None,
            times=1,
            told_times=0,
            first_at=since_at,
            last_at=now,
            told_at=None,
            recovered_at=recovered_at,
        )


class Pinger:
    """Tells an outside address that all is well; that address raises the alarm when it no longer hears."""

    def __init__(self, settings: MessageSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._next_at = clock.now()

    def ping(self) -> None:
        """One ping, if its time has come."""
        if self._settings.ping_url is None or self._clock.now() < self._next_at:
            return
        self._next_at = self._clock.now() + timedelta(seconds=self._settings.ping_every_s)
        try:
            httpx.get(self._settings.ping_url.get_secret_value(), timeout=5.0)
        except httpx.HTTPError as error:
            LOG.warning("the outside address did not answer: %s", type(error).__name__)


def send(hub: Hub, *, settings: MessageSettings, probes: Mapping[str, Probe], stop: Stop) -> None:
    """Tell and watch until stopped."""
    clock = Clock()
    teller = Teller(hub, settings=settings, clock=clock)
    silence = HubSilence(teller, settings=settings, clock=clock)
    watch = Watch(incidents=Incidents(hub), probes=probes, settings=settings, clock=clock)
    pinger = Pinger(settings, clock=clock)
    if not settings.routes:
        LOG.warning("messages.routes is empty: nobody will hear of an incident")
    with Listener(hub, CHANNEL) as listener:
        while True:
            try:
                with stop.interrupts():
                    listener.wait(LOOK_EVERY_S)
                teller.tell()
                if watch.look():
                    pinger.ping()
                silence.answered()
            except (Unavailable, OperationalError):
                silence.silent()
                stop.wait(LOOK_EVERY_S)
