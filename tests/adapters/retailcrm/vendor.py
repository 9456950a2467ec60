"""A tester's hand on the world's RetailCRM, and an account whose answers are exact."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.crm_settings import RetailCrmSettings
from adapters.retailcrm.account import RetailCrm
from tasks.rules.crm import CrmCustomer, CrmLine, CrmOrder

API_KEY = "key-of-the-account"
EPOCH = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
SPEED = 200.0
STATUSES: Mapping[str, str] = RetailCrmSettings.model_fields["statuses"].default


class Room:
    """The world's account served at ``base``."""

    def __init__(self, base: str) -> None:
        self.url = f"{base}/retailcrm"
        self._control = httpx.Client(base_url=f"{base}/_control/retailcrm")

    def close(self) -> None:
        self._control.close()

    def tell(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self._control.request(method, path, json=body, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, path: str, **details: Any) -> None:
        self.tell("POST", "/faults", {"kind": kind, "path": path, **details})

    def goods(self, sku: str, xml_id: str | None = None) -> None:
        self.tell("POST", "/goods", [{"sku": sku, "name": f"Товар {sku}", "xml_id": xml_id}])

    def orders(self) -> dict[str, Any]:
        """By our references."""
        return {one.get("externalId", ""): one for one in self.tell("GET", "/books")["orders"].values()}

    def customers(self) -> dict[str, Any]:
        """By our references."""
        return {one.get("externalId", ""): one for one in self.tell("GET", "/books")["customers"].values()}

    def last_id(self) -> str:
        return str(self.tell("GET", "/books")["last_history_ids"]["orders"])

    def edit_order(self, ref: str, **fields: Any) -> None:
        self.tell("PUT", f"/orders/{self.orders()[ref]['id']}", fields)

    def edit_customer(self, ref: str, **fields: Any) -> None:
        self.tell("PUT", f"/customers/{self.customers()[ref]['id']}", fields)

    def combine_customers(self, ref: str, into: str) -> None:
        ids = {name: one["id"] for name, one in self.customers().items()}
        self.tell("POST", f"/customers/{ids[ref]}/combine", into=ids[into])

    def copied(self) -> str:
        return str(self.tell("POST", "/copies")["copy_ref"])

    def heard(self, method: str = "POST") -> list[str]:
        """Paths of the calls that came, those that a fault swallowed apart."""
        return [one["path"].removeprefix("/api/v5/") for one in self.tell("GET", "/exchanges") if one["method"] == method]

    def forget(self) -> None:
        self.tell("DELETE", "/exchanges")


def opened(url: str, **settings: Any) -> RetailCrm:
    """Our adapter to an account, impatient, by the world's clock."""
    given: dict[str, Any] = {
        "api_key": SecretStr(API_KEY),
        "statuses": STATUSES,
        "read_statuses": {},
        "timeout_s": 1.0,
        "clock": Clock(epoch_at=EPOCH, speed=SPEED),
    }
    return RetailCrm(url=url, **(given | settings))


Say = Callable[[httpx.Request], httpx.Response]


def account_that(say: Say, **settings: Any) -> RetailCrm:
    """Our adapter to an account that answers so."""
    return opened("https://shop.retailcrm.example", transport=httpx.MockTransport(say), **settings)


def buyer(ref: str = "b1", **changes: Any) -> CrmCustomer:
    known: dict[str, Any] = {
        "last_name": "Щеглова",
        "first_name": "Юлия",
        "phones": ("+79161234567",),
        "emails": ("a@example.com",),
    }
    return CrmCustomer(ref=ref, **(known | changes))


def line(ref: str = "l1", item_ref: str | None = "guid-1", **changes: Any) -> CrmLine:
    known: dict[str, Any] = {"sku": "КР-7/2", "name": "Кружка", "pcs": 2, "price_kopecks": 49050}
    return CrmLine(line_ref=ref, item_ref=item_ref, **(known | changes))


def order(ref: str = "wb-1", **changes: Any) -> CrmOrder:
    known: dict[str, Any] = {
        "number": "101",
        "channel": "wb",
        "channel_title": "Wildberries",
        "channel_ref": "1",
        "state": "new",
        "placed_at": datetime(2026, 11, 22, 22, 0, tzinfo=UTC),
        "customer": buyer(),
        "lines": (line(),),
    }
    return CrmOrder(ref=ref, **(known | changes))
