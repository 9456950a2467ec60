"""Who calls the site: WooCommerce's own check of keys and OAuth 1.0a signatures, written from its description, not from a client's.

Over https Basic is read; over plain http Basic is ignored and only a signature counts (`reference/services.md` §3). A timestamp is
good for 15 minutes either way, a nonce once. However fast the world's clock runs, what a call loses on its way it loses in real time.
"""

import base64
import hashlib
import hmac
import re
from urllib.parse import quote, unquote

from starlette.requests import Request

from deployments.world.clock import WorldClock

WINDOW_S = 15 * 60
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
FIELDS = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


class Doorkeeper:
    """Knows one pair of keys and the nonces already used."""

    def __init__(self, *, key: str, secret: str, clock: WorldClock) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock
        self._window_s = WINDOW_S * max(1.0, clock.speed)
        self._nonces: dict[str, int] = {}

    def refusal(self, request: Request) -> tuple[str, str] | None:
        """Why the caller may not enter, as (code, message); ``None`` where it may."""
        header = request.headers.get("authorization", "")
        if request.url.scheme == "https" and header.startswith("Basic "):
            return self._judge_basic(header)
        if header.startswith("OAuth "):
            return self._judge_signature(request, header)
        return "woocommerce_rest_cannot_view", "Sorry, you cannot list resources."

    def _judge_basic(self, header: str) -> tuple[str, str] | None:
        key, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        if key != self._key:
            return "woocommerce_rest_cannot_view", "Sorry, you cannot list resources."
        if not hmac.compare_digest(secret, self._secret):
            return "woocommerce_rest_authentication_error", "Consumer secret is invalid."
        return None

    def _judge_signature(self, request: Request, header: str) -> tuple[str, str] | None:
        given = {name: unquote(value) for name, value in re.findall(r'(oauth_[a-z_-]*)="([^"]*)"', header)}
        if missing := [name for name in FIELDS if not given.get(name)]:
            return "woocommerce_rest_authentication_missing_parameter", f"Missing OAuth parameters {', '.join(missing)}"
        code = "woocommerce_rest_authentication_error"
        if given["oauth_consumer_key"] != self._key:
            return code, "Consumer key is invalid."
        if given["oauth_signature_method"] not in HASHES:
            return code, "Invalid signature - signature method is invalid."
        if not hmac.compare_digest(self._sign(request, given), given["oauth_signature"]):
            return code, "Invalid signature - provided signature does not match."
        fault = self._judge_moment(given)
        return (code, fault) if fault else None

    def _judge_moment(self, given: dict[str, str]) -> str | None:
        now, stamp = int(self._clock.now().timestamp()), int(given["oauth_timestamp"])
        if abs(stamp - now) > self._window_s:
            return "Invalid timestamp."
        if given["oauth_nonce"] in self._nonces:
            return "Invalid nonce - nonce has already been used."
        self._nonces = {nonce: at for nonce, at in self._nonces.items() if at >= now - self._window_s}
        self._nonces[given["oauth_nonce"]] = stamp
        return None

    def _sign(self, request: Request, given: dict[str, str]) -> str:
        fields = {**dict(request.query_params), **given}
        del fields["oauth_signature"]
        pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in fields.items())
        address = f"{request.url.scheme}://{request.url.netloc}{request.scope['raw_path'].decode()}"
        text = "&".join(quote(part, safe="~") for part in (request.method, address, "&".join("=".join(pair) for pair in pairs)))
        digest = hmac.new(f"{self._secret}&".encode(), text.encode(), HASHES[given["oauth_signature_method"]])
        return base64.b64encode(digest.digest()).decode()
