"""`POST /quotes`: a site asks what one buyer pays, and why (DESIGN §6).

Who the buyer is stands in the body only, is looked up and forgotten: neither the answer nor a log line holds a phone or an email.
"""

from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.gateway.reservations import WantedLine
from adapters.gateway.site_door import Body, NotServed, SiteDoor, Text, read_body
from adapters.gateway.site_keys import SiteKeys
from adapters.gateway.threads import Threads
from adapters.hub.customers import Customers
from adapters.hub.hub import Hub
from adapters.hub.quote_goods import QuoteGoods
from adapters.settings import Settings
from tasks.rules.formats import FORMATS
from tasks.rules.price_rules import PriceRules
from tasks.rules.quote_rules import RegionPrices
from tasks.rules.quotes import Quote, Quoted, quote
from tasks.rules.tiers import Tier


class AskedBy(Body):
    """Who asks, as far as the site knows."""

    phone: Text | None = None
    email: Text | None = None


class WantedQuote(Body):
    """`POST /quotes`."""

    lines: Annotated[list[WantedLine], Field(min_length=1)]
    region: Text | None = None
    customer: AskedBy | None = None


class Answer(NamedTuple):
    """What a site is answered."""

    quote: Quote
    region: RegionPrices | None
    tier: Tier | None


class Quotes:
    """The door for prices.

    Args:
        hub: the hub.
        settings: the sites, their keys, the rules.
        threads: where the hub is spoken to.
    """

    def __init__(self, *, hub: Hub, settings: Settings, threads: Threads) -> None:
        self._clock = hub.clock
        self._goods = QuoteGoods(hub)
        self._customers = Customers(hub)
        self._door = SiteDoor(SiteKeys(settings.channels))
        self._settings = settings
        self._kept = {name: channel.prices for name, channel in settings.channels.items() if channel.prices is not None}
        self._threads = threads

    def routes(self) -> list[Route]:
        """The address of the door."""
        return [Route("/quotes", self._door.serving(self._quote, needs_till=False), methods=["POST"])]

    async def _quote(self, request: Request, site: str) -> Response:
        wanted = await read_body(request, WantedQuote)
        most = self._settings.reservations.most_lines
        if len(wanted.lines) > most:
            raise NotServed(422, f"В запросе больше {most} строк: разделите его на несколько.")
        base = self._settings.quotes.base(site, self._kept)
        if base is None:
            raise NotServed(
                403, f"Для сайта «{site}» в utyug.toml не заданы цены: раздел channels.{site}.prices или quotes.channels.{site}."
            )
        return JSONResponse(_told(await self._threads.quick(self._answer, site, base, wanted)))

    def _answer(self, site: str, base: PriceRules, wanted: WantedQuote) -> Answer:
        rules = self._settings.quotes
        now = self._clock.now().astimezone(ZoneInfo(self._settings.time_zone))
        lines, goods = self._goods.read(site, [(line.sku, line.pcs) for line in wanted.lines], now.date())
        region, tier = rules.region(wanted.region), self._tier(wanted.customer)
        channel = FORMATS[self._settings.channels[site].kind]
        return Answer(quote(lines, goods, rules=rules, base=base, channel=channel, region=region, tier=tier, now=now), region, tier)

    def _tier(self, asked_by: AskedBy | None) -> Tier | None:
        if asked_by is None:
            return None
        known = self._customers.find(phone=asked_by.phone, email=asked_by.email)
        return self._settings.tiers.find(known.tier) if known else None


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "currency": "RUB",
        "valid_until": answer.quote.valid_until.isoformat(),
        "region": answer.region.title if answer.region else None,
        "tier": answer.tier.title if answer.tier else None,
        "lines": [_line(line) for line in answer.quote.lines],
    }


def _line(line: Quoted) -> dict[str, Any]:
    told = {"sku": line.sku, "pcs": line.pcs, "price_kopecks": line.price_kopecks, "price": _roubles(line.price_kopecks)}
    if line.price_kopecks is None:
        return told | {"reason": line.why_not}
    return told | {
        "old_price_kopecks": line.old_kopecks,
        "sum_kopecks": line.price_kopecks * line.pcs,
        "explanation": list(line.steps),
    }


def _roubles(kopecks: int | None) -> str | None:
    return None if kopecks is None else f"{kopecks // 100}.{kopecks % 100:02}"
