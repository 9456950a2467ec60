"""The manager who takes back what was sold and is not there: by each vendor's own API, one piece of Wildberries at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from adapters.woocommerce.client import SignedAuth
from deployments.story.crowd import Record, Release, Sale
from deployments.story.stage import Stage
from deployments.world.whole import OZON_CLIENT
from deployments.world.yandex_market.make import SEPARATE

OUT_OF_STOCK = 352
"""Ozon's reason «товар закончился на складе продавца»."""


@dataclass(kw_only=True)
class Manager:
    """Cancels, and writes down what was cancelled."""

    stage: Stage
    record: Record

    def cancel(self, channel: str, order_ref: str, basket_ref: str | None, pcs: int) -> bool:
        """Take an order back; false where the vendor no longer lets.

        Args:
            channel: where.
            order_ref: as the adapter tells it: of Wildberries a task.
            basket_ref: what the buyer placed together.
            pcs: of the order.
        """
        answer = self._ways()[channel](order_ref)
        if answer.is_client_error:
            return False
        answer.raise_for_status()
        sale = self._sale(channel, (basket_ref or order_ref) if channel == "wb" else order_ref)
        self.record.happened.append(Release(sale=sale, pcs=pcs, at=self.stage.clock.now(), is_by_seller=True))
        return True

    def _sale(self, channel: str, order_ref: str) -> Sale:
        return next(sale for sale in self.record.sales if (sale.channel, sale.order_ref) == (channel, order_ref))

    def _ways(self) -> dict[str, Callable[[str], httpx.Response]]:
        return {"wb": self._at_wildberries, "ozon": self._at_ozon, "ym": self._at_market, "site": self._at_site}

    def _at_wildberries(self, order_ref: str) -> httpx.Response:
        token = self.stage.keys.wildberries(self.stage.world_clock)
        url = f"{self.stage.base}/wildberries/marketplace-api/api/v3/orders/{order_ref}/cancel"
        return httpx.patch(url, headers={"Authorization": token}, timeout=60, trust_env=False)

    def _at_ozon(self, order_ref: str) -> httpx.Response:
        headers = {"Client-Id": OZON_CLIENT, "Api-Key": self.stage.keys.ozon}
        body = {"posting_number": order_ref, "cancel_reason_id": OUT_OF_STOCK, "cancel_reason_message": ""}
        return httpx.post(f"{self.stage.base}/ozon/v2/posting/fbs/cancel", headers=headers, json=body, timeout=60, trust_env=False)

    def _at_market(self, order_ref: str) -> httpx.Response:
        url = f"{self.stage.base}/yandex_market/v2/campaigns/{SEPARATE[0].campaign_id}/orders/{order_ref}/status"
        body = {"order": {"status": "CANCELLED", "substatus": "SHOP_FAILED"}}
        return httpx.put(url, headers={"Api-Key": self.stage.keys.market}, json=body, timeout=60, trust_env=False)

    def _at_site(self, order_ref: str) -> httpx.Response:
        auth = SignedAuth(key=SecretStr(self.stage.keys.site_key), secret=SecretStr(self.stage.keys.site_secret), clock=self.stage.clock)
        url = f"{self.stage.base}/woocommerce/wp-json/wc/v3/orders/{order_ref}"
        return httpx.put(url, auth=auth, json={"status": "cancelled"}, timeout=60, trust_env=False)
