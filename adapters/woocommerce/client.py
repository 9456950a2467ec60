"""A WooCommerce site: how it is called, and how its goods are read.

Source: `reference/services.md` §3, measured on WooCommerce 10.0.2; https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

import io
import json
from collections.abc import Generator
from types import TracebackType
from typing import Literal, NamedTuple, Self, cast

import httpx
import polars as pl
from oauthlib import oauth1
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.errors import ContractBroken, Rejected
from adapters.http import Connection
from adapters.pace import Pace

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Columns = dict[str, type[pl.DataType] | pl.DataType]
GOODS: Columns = {
    "id": pl.Int64,
    "type": pl.String,
    "sku": pl.String,
    "parent_id": pl.Int64,
    "manage_stock": pl.String,
    "stock_quantity": pl.Float64,
}
REFS = pl.Struct({"id": pl.Int64, "parent_id": pl.Int64})


class GoodsRead(NamedTuple):
    """Goods found by code, and the codes whose search did not come to its end: what the site has of those is not known."""

    goods: pl.DataFrame
    unasked: list[str]


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
        timeout_s: of one call.
        clock: the shop's clock.
        pace: the site's turns, shared with whoever else calls it.
        transport: the test seam.
    """

    # https://woocommerce.github.io/woocommerce-rest-api-docs/#pagination
    PAGE_MAX = 100
    # A code may be long and Cyrillic; nginx takes 8 KB of address by default (large_client_header_buffers).
    SKUS_PER_CALL = 50
    SKU_BYTES_PER_CALL = 3000
    # So many goods with a code like the one searched for are looked through.
    SEARCH_PAGES_MAX = 30
    # More codes than this are looked for together, among all goods with a comma in their code.
    SEARCHES_MAX = 20

    def __init__(
        self,
        *,
        url: str,
        consumer_key: SecretStr,
        consumer_secret: SecretStr,
        clock: Clock,
        timeout_s: float = 30.0,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        basic = httpx.BasicAuth(consumer_key.get_secret_value(), consumer_secret.get_secret_value())
        signed = SignedAuth(key=consumer_key, secret=consumer_secret, clock=clock)
        self._connection = Connection(
            system="woocommerce",
            title="Сайт",
            base_url=f"{url.rstrip('/')}/wp-json/wc/v3/",
            auth=basic if url.lower().startswith("https://") else signed,
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

    def ping(self) -> None:
        """Returns where address, keys and rights are good.

        Raises:
            SyncError: says what is not.
        """
        try:
            response = self._connection.call("GET", "products", params={"per_page": 1})
        except Rejected as error:
            advice = "проверьте адрес сайта, что WooCommerce включён и что постоянные ссылки WordPress не «простые»"
            raise Rejected(f"{error.sentence} Что сделать: {advice}.", system=error.system, request_id=error.request_id) from error
        self._page_count(response)

    def read_goods(self, skus: pl.Series) -> GoodsRead:
        """Products and variations by code, one row per goods with exactly such a code, ``pcs`` null where stock is not managed.

        Codes go into the ``sku`` filter many at a time; a comma separates them there, so a code that holds one goes alone into
        ``search_sku``, which finds parts of codes. A site's comparison ignores case, ours does not.

        Source: arguments of GET /wc/v3/products in the recorded index of 10.0.2. Variations are found as well as products:
        prepare_objects_query in class-wc-rest-products-controller.php asks for both post types with either argument, and
        add_search_criteria_to_wp_query_where compares ``LIKE %code%`` with each one's own code (seen in versions before and after 10.0).
        """
        asked = pl.DataFrame({"sku": skus.unique(maintain_order=True)})
        has_comma = pl.col("sku").str.contains(",", literal=True)
        size = pl.col("sku").str.len_bytes() * 3
        lots = (
            asked.filter(~has_comma)
            .with_columns(by_number=pl.int_range(pl.len()) // self.SKUS_PER_CALL, by_size=size.cum_sum() // self.SKU_BYTES_PER_CALL)
            .partition_by("by_number", "by_size", maintain_order=True)
        )
        listed = [page for lot in lots for page in self._pages(",".join(lot["sku"]))]
        searched = self._search(asked.filter(has_comma)["sku"].to_list())
        goods = pl.concat([pl.DataFrame(schema=GOODS), *listed, searched.goods]).join(asked, on="sku", how="semi")
        pcs = pl.when(pl.col("manage_stock") == "true").then(pl.col("stock_quantity").floor().cast(pl.Int64))
        return GoodsRead(goods.with_columns(pcs=pcs).drop("manage_stock", "stock_quantity"), searched.unasked)

    def _pages(self, sku: str) -> Generator[pl.DataFrame, None, None]:
        page = pages = 1
        while page <= pages:
            shown, pages = self._page(page, sku=sku)
            yield shown
            page += 1

    def _search(self, skus: list[str]) -> GoodsRead:
        """Codes with a comma, one by one; all goods with a comma at once where that is less to ask and comes to its end."""
        if len(skus) > self.SEARCHES_MAX:
            goods, is_whole = self._look_through(",")
            if is_whole:
                return GoodsRead(goods, [])
        looked = {sku: self._look_through(sku) for sku in skus}
        exact = [goods.filter(pl.col("sku") == sku) for sku, (goods, _) in looked.items()]
        return GoodsRead(pl.concat([pl.DataFrame(schema=GOODS), *exact]), [sku for sku, (_, is_whole) in looked.items() if not is_whole])

    def _look_through(self, part: str) -> tuple[pl.DataFrame, bool]:
        """Goods whose code holds ``part``, and whether these are all of them: not where they are too many or a page repeats."""
        goods = pl.DataFrame(schema=GOODS)
        page = pages = 1
        while page <= min(pages, self.SEARCH_PAGES_MAX):
            shown, pages = self._page(page, search_sku=part)
            if pages and shown.join(goods, on="id", how="anti").is_empty():
                return goods, False
            goods = pl.concat([goods, shown]).unique("id", maintain_order=True)
            page += 1
        return goods, page > pages

    def _page(self, page: int, **wanted: str) -> tuple[pl.DataFrame, int]:
        """One page of goods, and how many pages there are."""
        response = self._connection.call("GET", "products", params={**wanted, "per_page": self.PAGE_MAX, "page": page})
        return self._parse(response, GOODS, is_repeatable=True), self._page_count(response)

    def _page_count(self, response: httpx.Response) -> int:
        given = response.headers.get("x-wp-totalpages", "")
        if not given.isdigit():
            sentence = "Сайт ответил не как WooCommerce: нет числа страниц. Проверьте адрес и не режет ли прокси заголовки."
            raise ContractBroken(sentence, system="woocommerce")
        return int(given)

    def _parse(self, response: httpx.Response, schema: Columns, *, is_repeatable: bool) -> pl.DataFrame:
        try:
            return pl.read_json(io.BytesIO(response.content), schema=schema)
        except pl.exceptions.PolarsError as error:
            raise self._connection.garbled(response, is_repeatable=is_repeatable) from error


def _refusal_code(response: httpx.Response) -> str | None:
    """WooCommerce's own code; plain input errors carry one even when they call themselves 500."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and code != "internal_server_error" else None
