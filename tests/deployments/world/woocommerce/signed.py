"""A plain OAuth 1.0a client, none of ours."""

from collections.abc import Iterator

import httpx
from oauthlib import oauth1

from tests.world import SITE_KEY, SITE_SECRET, Site


class Signed(httpx.Auth):
    """Signs a call with the site's keys."""

    def __init__(self, method: str = oauth1.SIGNATURE_HMAC_SHA1, **fixed: str) -> None:
        self.client = oauth1.Client(SITE_KEY, client_secret=SITE_SECRET, signature_method=method, **fixed)

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        _, headers, _ = self.client.sign(str(request.url), http_method=request.method)  # type: ignore[arg-type]
        request.headers.update(headers)
        yield request


def rest(site: Site, auth: httpx.Auth | None = None) -> httpx.Client:
    """The site's REST API."""
    return httpx.Client(base_url=f"{site.url}/wp-json/wc/v3", auth=auth or Signed())
