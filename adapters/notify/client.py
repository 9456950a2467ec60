"""Delivery through Apprise: Telegram, e-mail, any of its addresses, tried in order until one delivers.

An address is a secret (it holds a token or a password) and often a person: it is never logged, a route is named instead.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import apprise

from adapters.notify.texts import Message
from adapters.settings import Route

LOG = logging.getLogger("utyug.notify")


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of one message: the address that took it, if any, and those that did not before it."""

    taken_by: str | None
    refused_by: tuple[str, ...]


class Messenger:
    """The shop's addresses.

    Args:
        routes: by name; a route that names a kind goes before the routes for any kind, otherwise in the order of the settings.
    """

    def __init__(self, *, routes: Mapping[str, Route]) -> None:
        self._routes = routes
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)

    def deliver(self, message: Message, *, kind: str) -> Delivery:
        """Send to the first address of the kind's routes that takes it; never raises, a failure is in the answer."""
        refused: list[str] = []
        for name, url in self._addresses(kind):
            if _send(url, message):
                return Delivery(taken_by=name, refused_by=tuple(refused))
            LOG.warning("not delivered: %s (%s)", name, kind)
            refused.append(name)
        return Delivery(taken_by=None, refused_by=tuple(refused))

    def _addresses(self, kind: str) -> Iterator[tuple[str, str]]:
        for wanted in (kind, "*"):
            for name, route in self._routes.items():
                if wanted in route.kinds and not (wanted == "*" and kind in route.kinds):
                    for n, url in enumerate(route.urls, start=1):
                        yield f"{name} {n}", url.get_secret_value()


def _send(url: str, message: Message) -> bool:
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Utyug", app_desc="Utyug", app_url=""))
    if not service.add(_splitting(url)):
        return False
    # Apprise 1.x answers True, False or None, 2.x an object that is falsy where nobody was reached.
    return bool(service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT))


def _splitting(url: str) -> str:
    """A message too long for the service is sent in parts: Telegram rejects it otherwise (services.md §6)."""
    if "overflow=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}overflow=split"
