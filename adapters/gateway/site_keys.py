"""Which site speaks, by the key that its checkout shows."""

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from adapters.channel_settings import ChannelSettings, WooCommerceSettings


class SiteKeys:
    """The keys of the sites.

    Args:
        channels: of the settings; those without a key are let in nowhere.
    """

    def __init__(self, channels: Mapping[str, ChannelSettings]) -> None:
        sites = {name: site for name, site in channels.items() if isinstance(site, WooCommerceSettings)}
        self._keys = {name: site.reservation_key.get_secret_value().encode() for name, site in sites.items() if site.reservation_key}
        self._asking = {name for name, site in sites.items() if site.is_asking}

    def site_of(self, request: Request) -> str | None:
        """The site whose key the request shows, or nothing.

        Every site is compared whatever the outcome of the one before, so that the time of an answer tells nothing.
        """
        scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
        shown = given.strip().encode("latin-1", errors="replace") if scheme.lower() == "bearer" else b""
        found: str | None = None
        for name, key in self._keys.items():
            if hmac.compare_digest(key, shown) and key:
                found = name
        return found

    def is_asking(self, site: str) -> bool:
        """Whether the settings say that the site's checkout asks."""
        return site in self._asking
