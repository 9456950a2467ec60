"""`/hooks/<name>`: channels and carriers tell that something happened. Kept as a hint, answered at once, worked on after (DESIGN §5, §7).

Polling finds the truth with pushes or without, so that one lost is no trouble; a silent channel is no alarm here.
"""

import asyncio
import hashlib
import hmac
import logging
import re
from collections import Counter
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from adapters.carrier_settings import CarrierSettings
from adapters.cdek.pushes import CdekPushes
from adapters.channel_settings import ChannelSettings, OzonSettings, WooCommerceSettings, YandexMarketSettings
from adapters.clock import Clock
from adapters.errors import Misconfigured
from adapters.gateway import answers
from adapters.gateway.pushes_source import Network, is_within, networks_of, source_of
from adapters.gateway.threads import HUB_AWAY, Threads
from adapters.hub.pushes import CARRIER_NOTICE, NOTICE, Pushes
from adapters.ozon.pushes import OzonPushes
from adapters.pushes import Fault, PushRefused, ReadsPushes, Told
from adapters.settings import Settings
from adapters.woocommerce.pushes import WooCommerceDeliveries
from adapters.yandex_market.pushes import YandexPushes

LOG = logging.getLogger("utyug.gateway")
PATHS = ("/hooks/{channel}", "/hooks/{channel}/{secret}", "/hooks/{channel}/{secret}/notification")
"""Yandex Market appends its own last word to the address it is given."""

ANSWER_WITHIN_S = 4.0
"""Ozon stops sending to whoever takes more than 5 s, Yandex Market waits for 10; nothing but the hub takes long here."""

IN_ADDRESS, IN_HEADER = re.compile(r"[A-Za-z0-9_-]{16,}"), re.compile(r".{16,}", re.DOTALL)
STATUSES: dict[Fault, int] = {"no_address": 404, "outside": 403, "unsigned": 401, "garbage": 400, "too_large": 413, "ours": 503}


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """How pushes of one channel or carrier come in; ``notice``: whom they wake."""

    vendor: ReadsPushes
    secret: bytes
    networks: tuple[Network, ...]
    notice: str = NOTICE


class PushHooks:
    """The doors of all channels and carriers that can push.

    Args:
        pushes: where hints are kept.
        settings: channels and carriers, with their secrets; one without a secret has no door.
        clock: the shop's.
        threads: where the hub is spoken to.
        within_s: an answer leaves after so long whatever the hub does.

    Attributes:
        refused: how many were not taken, by channel and status; a channel that is none of ours is counted as ``?``.
    """

    def __init__(self, *, pushes: Pushes, settings: Settings, clock: Clock, threads: Threads, within_s: float = ANSWER_WITHIN_S) -> None:
        self._pushes = pushes
        self._clock = clock
        self._threads = threads
        self._within_s = within_s
        self._doors = {name: door for name, channel in settings.channels.items() if (door := _door(name, channel)) is not None}
        self._doors |= {name: door for name, carrier in settings.carriers.items() if (door := _carrier_door(name, carrier)) is not None}
        self._keeping: set[asyncio.Task[bool]] = set()
        self.refused: Counter[tuple[str, int]] = Counter()

    async def answer(self, request: Request) -> Response:
        """200 for what was taken, now or before; 401 to 413 for strangers and garbage; 503 for the vendor to send it again."""
        heard = answers.Heard(request.receive)
        return answers.without_body(await self._answer(Request(request.scope, heard)), heard)

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["channel"]
        door = self._doors.get(name) if request.method == "POST" else None
        if door is None:
            return self._refuse("?", 404, {"status": "not found"}, why="no such channel")
        try:
            async with asyncio.timeout(self._within_s):
                return await self._take(request, name, door)
        except PushRefused as error:
            refused = error
        except (*HUB_AWAY, TimeoutError, ClientDisconnect) as error:
            refused = PushRefused("ours", f"try again: {type(error).__name__}")
        body = door.vendor.refused(refused.fault, refused.sentence)
        return self._refuse(name, STATUSES[refused.fault], body, why=refused.sentence)

    async def _take(self, request: Request, channel: str, door: Door) -> Response:
        began_at = self._clock.now()
        _let_in(request, door)
        body = await _body(request, door.vendor.max_body_bytes)
        told = door.vendor.read(request.headers, body)
        if told.is_kept:
            await self._keep(channel, door.notice, told, body)
        return JSONResponse(door.vendor.taken(told, began_at))

    async def _keep(self, channel: str, notice: str, told: Told, body: bytes) -> None:
        """Let the hub finish even where nobody waits for it any longer: the same push again is the same row."""
        digest = hashlib.sha256(told.topic.encode() + b"\0" + body).digest()

        def keep() -> bool:
            return self._pushes.keep(
                channel, topic=told.topic, order_ref=told.order_ref, digest=digest, is_signed=told.is_signed, notice=notice
            )

        task = asyncio.create_task(self._threads.quick(keep))
        self._keeping.add(task)
        task.add_done_callback(self._kept)
        await asyncio.shield(task)

    def _kept(self, task: asyncio.Task[bool]) -> None:
        """An error after the answer has left is nobody's: the vendor was told to send the push again."""
        self._keeping.discard(task)
        if not task.cancelled():
            task.exception()

    def _refuse(self, channel: str, status: int, body: dict[str, object], *, why: str) -> Response:
        """Say no; the log hears of the first, the second, the fourth … so that a stranger cannot fill it."""
        self.refused[channel, status] += 1
        times = self.refused[channel, status]
        if times & (times - 1) == 0:
            LOG.warning("push for %s not taken (%s): %s; so far %s", channel, status, why, times)
        return JSONResponse(body, status_code=status)


def _door(name: str, channel: ChannelSettings) -> Door | None:
    secret = channel.orders.push_secret
    vendor = None if secret is None else _vendor(channel, secret)
    if secret is None or vendor is None:
        return None
    given = channel.orders.push_networks
    networks = networks_of(f"channels.{name}.orders", vendor.networks if given is None else given)
    return Door(vendor=vendor, secret=_strong(f"channels.{name}.orders", secret, vendor), networks=networks)


def _carrier_door(name: str, carrier: CarrierSettings) -> Door | None:
    if carrier.push_secret is None:
        return None
    vendor = CdekPushes()
    networks = networks_of(f"carriers.{name}", carrier.push_networks)
    return Door(vendor=vendor, secret=_strong(f"carriers.{name}", carrier.push_secret, vendor), networks=networks, notice=CARRIER_NOTICE)


def _strong(section: str, secret: SecretStr, vendor: ReadsPushes) -> bytes:
    """A secret that cannot be guessed."""
    allowed = IN_ADDRESS if vendor.is_address_secret else IN_HEADER
    if not allowed.fullmatch(secret.get_secret_value()):
        kind = "латинских букв, цифр, - и _" if vendor.is_address_secret else "знаков"
        raise Misconfigured(f"{section}.push_secret: нужно не меньше 16 {kind}, иначе его можно подобрать.")
    return secret.get_secret_value().encode()


def _vendor(channel: ChannelSettings, secret: SecretStr) -> ReadsPushes | None:
    match channel:
        case WooCommerceSettings():
            return WooCommerceDeliveries(secret)
        case OzonSettings():
            return OzonPushes()
        case YandexMarketSettings():
            return YandexPushes()
        case _:
            return None


def _let_in(request: Request, door: Door) -> None:
    """Only by the secret address, compared in constant time (the bare one where the body is signed), and only from known networks."""
    wanted = door.secret if door.vendor.is_address_secret else b""
    if not hmac.compare_digest(wanted, request.path_params.get("secret", "").encode("utf-8", "surrogateescape")):
        raise PushRefused("no_address", "not found")
    if door.networks:
        peer = request.client.host if request.client else None
        source = source_of(peer, request.headers.getlist("x-forwarded-for"))
        if not is_within(source, door.networks):
            raise PushRefused("outside", f"not from the vendor's network: {source or 'unknown'}")


async def _body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > max_bytes:
            raise PushRefused("too_large", "too large")
    return bytes(body)
