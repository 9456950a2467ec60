"""Noticing silence: the parts that should answer are asked, and one that does not for too long is an incident."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx

from adapters.clock import Clock
from adapters.hub.incidents import Incidents
from adapters.notify.texts import silent_sentence
from adapters.settings import MessageSettings

LOG = logging.getLogger("utyug.silence")
ANSWER_S = 3.0

Probe = Callable[[], bool]


def answers(url: str) -> Probe:
    """A probe: whether a GET of ``url`` is answered 2xx in time."""

    def probe() -> bool:
        try:
            return httpx.get(url, timeout=ANSWER_S, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    return probe


class Watch:
    """What is watched, since when each part is silent, and whether that is an incident already.

    Args:
        incidents: where silence is written.
        probes: by part.
        settings: how long silence may last.
        clock: the real clock: silence is not measured in the shop's time.
    """

    def __init__(self, *, incidents: Incidents, probes: Mapping[str, Probe], settings: MessageSettings, clock: Clock) -> None:
        self._incidents = incidents
        self._probes = probes
        self._settings = settings
        self._clock = clock
        self._answered_at: dict[str, datetime] = dict.fromkeys(probes, clock.now())
        self._is_reported: dict[str, bool | None] = dict.fromkeys(probes)

    def look(self) -> bool:
        """Ask every part once; True while none has been silent for too long."""
        for part, probe in self._probes.items():
            if probe():
                self._answered(part)
            else:
                self._silent(part)
        return not any(self._is_reported.values())

    def _answered(self, part: str) -> None:
        self._answered_at[part] = self._clock.now()
        if self._is_reported[part] is not False:
            self._incidents.recover(kind="silent", cause=part)
            self._is_reported[part] = False

    def _silent(self, part: str) -> None:
        for_so_long = self._clock.now() - self._answered_at[part]
        if for_so_long < timedelta(seconds=self._settings.silent_after_s) or self._is_reported[part]:
            return
        LOG.warning("%s is silent", part)
        sentence = silent_sentence(part, seconds=for_so_long.total_seconds(), language=self._settings.language)
        self._incidents.report(kind="silent", cause=part, sentence=sentence, link=self._settings.ui_url)
        self._is_reported[part] = True
