"""A tester's hand on the stand-in world: orders to its rooms, and what they heard."""

from typing import Any

import httpx

SITE_KEY = "ck_world"
SITE_SECRET = "cs_world"


class Site:
    """The site's room, served at ``base``."""

    def __init__(self, base: str) -> None:
        self.url = f"{base}/woocommerce"
        self._control = httpx.Client(base_url=f"{base}/_control/woocommerce")

    def close(self) -> None:
        self._control.close()

    def put(self, *products: dict[str, Any]) -> list[int]:
        ids: list[int] = self._ask("POST", "/products", json=list(products))
        return ids

    def remove(self, sku: str) -> None:
        self._ask("DELETE", "/products", params={"sku": sku})

    def stock(self) -> dict[str, int | None]:
        stock: dict[str, int | None] = self._ask("GET", "/stock")
        return stock

    def set_stock(self, stock: dict[str, int | None]) -> None:
        self._ask("PUT", "/stock", json=stock)

    def buy(self, sku: str, pcs: int = 1) -> dict[str, int | None]:
        bought: dict[str, int | None] = self._ask("POST", "/orders", params={"sku": sku, "pcs": pcs})
        return bought

    def fault(self, kind: str, **details: Any) -> None:
        self._ask("POST", "/faults", json={"kind": kind, **details})

    def heard(self, method: str | None = None) -> list[dict[str, Any]]:
        exchanges: list[dict[str, Any]] = self._ask("GET", "/exchanges")
        return [exchange for exchange in exchanges if method in (None, exchange["method"])]

    def forget(self) -> None:
        self._ask("DELETE", "/exchanges")

    def order(self, method: str, path: str, **call: Any) -> Any:
        """Any other order to the room."""
        return self._ask(method, path, **call)

    def _ask(self, method: str, path: str, **call: Any) -> Any:
        answer = self._control.request(method, path, **call)
        answer.raise_for_status()
        return answer.json()
