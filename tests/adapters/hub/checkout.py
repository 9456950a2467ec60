"""A site that asks at checkout, its shop, and a clock that a test may move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text, update

from adapters.clock import Clock
from adapters.hub.holds import Cart, Held, Holds, Refused
from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import bundle_recipe, item, product
from adapters.hub.tables.listing import listing
from adapters.hub.tables.offer import channel_watch
from adapters.settings import Settings
from tests.adapters.hub.shop import OURS, SOURCE, Shop

KEY = "site-key-0123456789"


def site(**changed: Any) -> dict[str, Any]:
    """Settings of a site whose checkout asks."""
    return {
        "kind": "woocommerce", "url": "http://site.test", "consumer_key": "ck", "consumer_secret": "cs",
        "asks": True, "reservation_key": KEY, **changed,
    }  # fmt: skip


def settings_of(*, channels: Mapping[str, Any] | None = None, **reservations: Any) -> Settings:
    """Settings of a shop with such sites."""
    return Settings.model_validate({"channels": channels or {"site": site()}, "reservations": reservations})


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved(Clock):
    """A clock that is ahead."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return Clock.now(self) + self.ahead


class Checkout(Shop):
    """A shop with a site."""

    def __init__(self, hub: Hub, settings: Settings | None = None) -> None:
        super().__init__(hub)
        self.settings = settings or settings_of()
        self.holds = Holds(hub, self.settings)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        ahead = self.hub.clock.ahead if isinstance(self.hub.clock, Moved) else timedelta()
        self.hub.clock = Moved(ahead=ahead + timedelta(seconds=seconds))

    def sells(self, sku: str, pcs: int, *, channel: str = "site", place: str = "main") -> int:
        """An item on the site, counted."""
        item_id = self.stock(pcs, ref=sku, place=place)
        self.list_on(channel, item_id, sku)
        return item_id

    def list_on(self, channel: str, item_id: int, sku: str) -> None:
        with self.hub.engine.begin() as connection:
            connection.execute(insert(listing).values(channel=channel, item_id=item_id, channel_sku=sku, refs={}, matched_at=OURS))

    def bundle(self, sku: str, parts: Mapping[str, int], **validity: Any) -> int:
        """A bundle on the site."""
        item_id = self.add_item(sku, is_bundle=True)
        self.list_on("site", item_id, sku)
        self.recipe(sku, parts, **validity)
        return item_id

    def recipe(self, sku: str, parts: Mapping[str, int], **validity: Any) -> None:
        rows = [{"source": SOURCE, "bundle_ref": sku, "component_ref": part, "pcs": pcs, **validity} for part, pcs in parts.items()]
        with self.hub.engine.begin() as connection:
            connection.execute(insert(bundle_recipe), rows)

    def mark(self, item_id: int, **claims: bool) -> None:
        with self.hub.engine.begin() as connection:
            connection.execute(update(item).where(item.c.item_id == item_id).values(**claims))

    def describe(self, ref: str, **claims: bool) -> None:
        row = {"source": SOURCE, "product_ref": ref, "name": ref, "kind": "goods", "feed_id": 1, "changed_at": OURS, **claims}
        with self.hub.engine.begin() as connection:
            connection.execute(insert(product).values(row))

    def polled(self, channel: str = "site", *, since: datetime | None = None) -> None:
        """All orders of the site were read just now."""
        now = self.hub.clock.now()
        row = {"channel": channel, "connected_at": OURS, "poll_began_at": now, "poll_ended_at": now, "polled_since": since or OURS}
        with self.hub.engine.begin() as connection:
            connection.execute(insert(channel_watch).values(row))

    def ask(self, key: str, lines: Mapping[str, int], **more: Any) -> Held | Refused:
        (answer,) = self.holds.reserve([Cart(channel=more.pop("channel", "site"), key=key, lines=lines, **more)])
        return answer

    def held(self, key: str, lines: Mapping[str, int], **more: Any) -> Held:
        answer = self.ask(key, lines, **more)
        assert isinstance(answer, Held)
        return answer

    def refused(self, key: str, lines: Mapping[str, int], **more: Any) -> dict[str, tuple[int, int]]:
        """Wanted and free pieces by sku."""
        answer = self.ask(key, lines, **more)
        assert isinstance(answer, Refused)
        return {one.sku: (one.wanted_pcs, one.free_pcs) for one in answer.shortages}

    def pool(self, item_id: int, place: str = "main") -> int:
        return self.accounts(item_id, place)["pool"]

    def states(self) -> list[str]:
        with self.hub.engine.begin() as connection:
            return list(connection.scalars(text("select state from hold order by held_at")))

    def today(self) -> date:
        return self.settings.today(self.hub.clock.now())
