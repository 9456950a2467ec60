"""A WooCommerce site: how it is called.

Source: `reference/services.md` §3, measured on WooCommerce 10.0.2; https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

import json
from collections.abc import Generator, Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, cast

import httpx
from oauthlib import oauth1
from pydantic import SecretStr, TypeAdapter

from adapters.clock import Clock
from adapters.errors import ContractBroken, Rejected
from adapters.http import Connection
from adapters.pace import Pace
from adapters.woocommerce import paths
from adapters.woocommerce.limits import SITE

T = TypeVar("T")
TrackingNote = Literal["none", "shop", "buyer"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class SignedAuth(httpx.Auth):
    """OAuth 1.0a without a token, in the Authorization header: over plain http a site reads nothing else."""

    def __init__(self, *, key: SecretStr, secret: SecretStr, clock: Clock) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign with a nonce of its own; a JSON body is no part of the signature (RFC 5849 §3.4.1.3.1)."""
        signer = oauth1.Client(
            self._key.get_secret_value(),
            client_secret=self._secret.get_secret_value(),
            signature_method=oauth1.SIGNATURE_HMAC_SHA256,
            timestamp=str(int(self._clock.now().timestamp())),
        )
        _, headers, _ = signer.sign(str(request.url), http_method=cast("Method", request.method))
        request.headers.update(headers)
        yield request


class WooCommerceClient:
    """One site.

    Args:
        url: the site's address, as its visitors open it.
        consumer_key: ``ck_…``
        consumer_secret: ``cs_…``; over https both go as Basic, over http they only sign.
        tracking_note: whether a tracking number is also remarked beside its order, for the shop alone or for the buyer, who gets a letter.
        timeout_s: of one call.
        clock: the shop's clock.
        pace: the site's turns, shared with whoever else calls it.
        transport: the test seam.
    """

    # https://woocommerce.github.io/woocommerce-rest-api-docs/#pagination
    PAGE_MAX = 100
    # https://woocommerce.github.io/woocommerce-rest-api-docs/#batch-update-products: above it 413
    BATCH_MAX = 100

    def __init__(
        self,
        *,
        url: str,
        consumer_key: SecretStr,
        consumer_secret: SecretStr,
        clock: Clock,
        tracking_note: TrackingNote = "none",
        timeout_s: float = 30.0,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        basic = httpx.BasicAuth(consumer_key.get_secret_value(), consumer_secret.get_secret_value())
        signed = SignedAuth(key=consumer_key, secret=consumer_secret, clock=clock)
        self._url = url.rstrip("/")
        self._is_secure = url.lower().startswith("https://")
        self._clock = clock
        self._tracking_note = tracking_note
        self._connection = Connection(
            system="woocommerce",
            title="Сайт",
            base_url=f"{self._url}/{paths.API}",
            auth=basic if self._is_secure else signed,
            timeout_s=timeout_s,
            clock=clock,
            refusal_code=_refusal_code,
            pace=pace,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    @property
    def account(self) -> str:
        """What the limits belong to: the site."""
        return self._url

    def ping(self) -> httpx.Response:
        """The answer of a site whose address and keys are good.

        Raises:
            SyncError: says what is not.
        """
        try:
            response = self.get(paths.PRODUCTS, {"per_page": 1})
        except Rejected as error:
            advice = "проверьте адрес сайта, что WooCommerce включён и что постоянные ссылки WordPress не «простые»"
            raise Rejected(f"{error.sentence} Что сделать: {advice}.", system=error.system, request_id=error.request_id) from error
        page_count(response)
        return response

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> httpx.Response:
        """What the site has at an address.

        Raises:
            SyncError: as `Connection.call`.
        """
        return self._connection.call("GET", path, params=params, limits={SITE: 1})

    def ask(self, path: str, shape: TypeAdapter[T], params: Mapping[str, str | int] | None = None) -> T:
        """The same, read.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`.
        """
        return self._connection.read(self.get(path, params), shape, is_repeatable=True)

    def tell(self, method: Method, path: str, body: Mapping[str, Any], shape: TypeAdapter[T], *, is_repeatable: bool) -> T:
        """What the site says of a write; where that cannot be read, nobody knows what became of it.

        Raises:
            SyncError: as `Connection.call` and `Connection.read`.
        """
        response = self._connection.call(method, path, json=body, limits={SITE: 1}, is_repeatable=is_repeatable)
        return self._connection.read(response, shape, is_repeatable=False)


def page_count(response: httpx.Response) -> int:
    """How many pages a list has.

    Raises:
        ContractBroken: the answer does not say.
    """
    given = response.headers.get("x-wp-totalpages", "")
    if not given.isdigit():
        sentence = "Сайт ответил не как WooCommerce: нет числа страниц. Проверьте адрес и не режет ли прокси заголовки."
        raise ContractBroken(sentence, system="woocommerce")
    return int(given)


def _refusal_code(response: httpx.Response) -> str | None:
    """WooCommerce's own code; plain input errors carry one even when they call themselves 500."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and code != "internal_server_error" else None
