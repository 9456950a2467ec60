"""Carriers that can be told where to send what happens to parcels."""

from adapters.capabilities import Subscribes
from adapters.carriers import open_carrier
from adapters.hub.hub import Hub
from adapters.settings import Settings


def keep_heard(hub: Hub, settings: Settings, target: str) -> None:
    """Have a carrier send its pushes to our gateway, where the settings have an address and a secret for them; repeating changes nothing.

    A carrier ends what it could not deliver for an hour, and tells nobody (`reference/services.md` §1).

    Args:
        hub: the hub.
        settings: of the shop.
        target: ``carrier:<name>``; a channel is told elsewhere, and nothing is done.

    Raises:
        SyncError: nobody knows whether it sends them.
    """
    kind, _, name = target.partition(":")
    public_url = settings.gateway.public_url
    if kind != "carrier" or public_url is None or (secret := settings.carriers[name].push_secret) is None:
        return
    with open_carrier(settings.carriers[name], hub=hub) as carrier:
        if isinstance(carrier, Subscribes):
            carrier.ensure_webhooks(f"{public_url.rstrip('/')}/hooks/{name}", secret=secret)
