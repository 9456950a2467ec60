"""Settings of one shop: ``utyug.toml`` for what may be read by anyone, the environment for secrets.

Every key is also an environment variable: ``[onec.bases.main] login`` is ``UTYUG_ONEC__BASES__MAIN__LOGIN``. Secrets are taken from
the environment only; a secret in the file is refused, because files travel by mail and land in repositories.
"""

import os
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from adapters.carrier_settings import CarrierSettings
from adapters.channel_settings import ChannelSettings, WooCommerceSettings
from adapters.clock import Clock
from adapters.crm_settings import CrmSettings
from adapters.errors import Misconfigured
from adapters.onec.odata.settings import OdataSettings
from tasks.rules.customers import CustomerRules
from tasks.rules.latin import LatinRules
from tasks.rules.penalties import Penalties
from tasks.rules.quota_rules import QuotaRules
from tasks.rules.quote_rules import QuoteRules
from tasks.rules.recipes import Recipe
from tasks.rules.return_rules import ReturnSettings
from tasks.rules.shipping_rules import ShippingRules, Ships
from tasks.rules.tiers import TierRules
from validation.part import Part

SECRET_KEYS = frozenset({"password", "secret", "token", "key", "database_url", "urls", "ping_url"})


class ClockSettings(Part):
    """The shop's clock; only the stand-in world runs faster than 1."""

    epoch_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    speed: float = Field(default=1.0, gt=0)


class OnecBase(Part):
    """One 1C base that exchanges with us under its own login, and may be asked by OData beside that."""

    login: str
    password: SecretStr
    odata: OdataSettings | None = Field(default=None, description="the second way: registers are read, documents written")


class OnecSettings(Part):
    """The standard «Обмен с сайтом» (`/1c/exchange`)."""

    bases: dict[str, OnecBase] = Field(default_factory=dict)
    zip: bool = True
    file_limit_bytes: int = Field(default=8_000_000, ge=10_000, description="piece of a file in one POST, told to 1C")
    max_file_bytes: int = Field(default=1_500_000_000, description="one file or archive, all pieces together")
    max_unpacked_bytes: int = Field(default=4_000_000_000, description="all files of one archive")
    max_archive_files: int = 100_000
    progress_wait_s: float = Field(default=20.0, description="how long `import` waits before it says progress")
    stalled_after_s: float = Field(default=600.0, description="no movement for so long means failure")
    session_life_s: float = 6 * 3600.0
    file_quiet_s: float = Field(default=30.0, description="a file without `import` is complete after this silence")
    series_quiet_s: float = Field(default=900.0, description="a full export is over after this silence")
    shift_idle_s: float = Field(default=20.0, description="a catalogue run waits so long for the next portion")
    reserves_when: str = Field(default="shipped", pattern="^(shipped|posted)$")
    silent_exchanges: int = Field(default=300, ge=1, description="sale exchanges without a report of an order until it is an incident")
    watched_folder: Path | None = None
    watched_base: str = "folder"

    @property
    def by_odata(self) -> dict[str, OdataSettings]:
        """Bases that may be asked by OData."""
        return {name: base.odata for name, base in self.bases.items() if base.odata is not None}


class GateSettings(Part):
    """When a feed is held until a person looks at it (DESIGN §6)."""

    zeroed_share: float = Field(default=0.5, gt=0, le=1)
    price_factor: float = Field(default=5.0, gt=1)
    shrunk_share: float = Field(default=0.3, gt=0, le=1)
    at_least: int = Field(default=20, ge=1, description="fewer rows than this are never a catastrophe")


class GatewaySettings(Part):
    """The HTTP front door."""

    host: str = "127.0.0.1"
    port: int = 8642
    max_body_bytes: int = Field(default=512_000_000, description="one POST")
    public_url: str | None = Field(default=None, description="where the world finds this gateway: a site is told it for its webhooks")
    hooks_secret: SecretStr | None = Field(default=None, description="shared with Prefect automations")


class ReservationSettings(Part):
    """Carts reserved at checkout."""

    ttl_s: float = Field(default=900.0, gt=0, description="how long a cart is held unless the site asks for less or more")
    longest_s: float = Field(default=3600.0, gt=0, description="the longest it may ask for; an extension begins anew")
    order_within_s: float = Field(default=3600.0, gt=0, description="a committed cart whose order never came is given back after so long")
    most_lines: int = Field(default=100, ge=1)


class Route(Part):
    """Where messages of some kinds go: any Apprise URLs, tried in order until one delivers."""

    urls: list[SecretStr]
    kinds: list[str] = Field(default_factory=lambda: ["*"])


class MessageSettings(Part):
    """How a person hears of trouble (DESIGN §8)."""

    routes: dict[str, Route] = Field(default_factory=dict)
    language: str = Field(default="ru", pattern="^(ru|en)$")
    cooldown_s: float = 900.0
    silent_after_s: float = Field(default=60.0, gt=0, description="server, worker or gateway not answering for so long is an incident")
    ping_url: SecretStr | None = Field(default=None, description="an outside address that raises the alarm when our pings stop")
    ping_every_s: float = Field(default=60.0, gt=0)
    ui_url: str = "http://127.0.0.1:4200"


class PrefectSettings(Part):
    """Prefect's own server, where `utyug up` starts it. The port 0 means any free one."""

    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=0, le=65535)


class Settings(BaseSettings):
    """Everything Utyug is told. Read once at the top of a flow, passed down in parts."""

    model_config = SettingsConfigDict(
        env_prefix="UTYUG_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    var_dir: Path = Path("var")
    time_zone: str = Field(default="Europe/Moscow", description="of the shop: promotions and recipes begin and end at its midnight")
    database_url: SecretStr | None = None
    clock: ClockSettings = ClockSettings()
    onec: OnecSettings = OnecSettings()
    gate: GateSettings = GateSettings()
    gateway: GatewaySettings = GatewaySettings()
    reservations: ReservationSettings = ReservationSettings()
    shipping: ShippingRules = ShippingRules()
    quotas: QuotaRules = QuotaRules()
    quotes: QuoteRules = QuoteRules()
    tiers: TierRules = TierRules()
    customers: CustomerRules = CustomerRules()
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    crm: dict[str, CrmSettings] = Field(default_factory=dict, description="имя → CRM, которой передаются заказы")
    carriers: dict[str, CarrierSettings] = Field(default_factory=dict, description="имя → перевозчик, который возит посылки")
    penalties: Penalties = Field(default=Penalties(), description="what channels take for an order that the shop cancels, by kind")
    recipes: list[Recipe] = Field(default_factory=list, description="составы комплектов, которых нет в 1С или которые идут прежде неё")
    returns: ReturnSettings = ReturnSettings()
    recipes_workbook: Path | None = Field(default=None, description="книга Excel с составами комплектов; она идёт прежде recipes")
    messages: MessageSettings = MessageSettings()
    prefect: PrefectSettings = PrefectSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then ``utyug.toml``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _toml_path())

    def hub_url(self) -> str:
        """SQLAlchemy URL of the hub: ``UTYUG_DATABASE_URL``, else the embedded server's, which it leaves in ``var``.

        Raises:
            Misconfigured: neither is there.
        """
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        left = self.var_dir / "hub.url"
        if left.exists():
            return left.read_text().strip()
        raise Misconfigured("База Utyug не запущена: выполните `utyug up` или задайте UTYUG_DATABASE_URL.")

    @model_validator(mode="after")
    def _prices_are_told_once(self) -> "Settings":
        if twice := sorted(name for name in self.quotes.channels if name in self.channels and self.channels[name].prices is not None):
            raise ValueError(f"цены сайта заданы и в channels.…prices, и в quotes.channels: {', '.join(twice)}; оставьте одно")
        known = {tier.code for tier in self.tiers.levels}
        if known and (odd := sorted(self.quotes.tiers.keys() - known)):
            raise ValueError(f"в quotes.tiers уровни, которых нет в tiers.levels: {', '.join(odd)}")
        return self

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> "Settings":
        if twice := sorted(self.carriers.keys() & self.channels.keys()):
            raise ValueError(f"перевозчик и канал называются одинаково: {', '.join(twice)}; у их уведомлений был бы один адрес")
        return self

    def channels_with_real_contacts(self) -> frozenset[str]:
        """Channels whose phones and emails are the buyers' own: as told, else the sites."""
        told = self.customers.channels
        sites = (name for name, channel in self.channels.items() if isinstance(channel, WooCommerceSettings))
        return frozenset(sites if told is None else told)

    def returns_folder(self) -> Path:
        """Where managers put workbooks of returns."""
        return self.returns.folder or self.var_dir / "returns"

    def ships_of(self, channel: str) -> Ships:
        """How the orders of a channel leave."""
        own = self.channels[channel].shipping
        carrier = self.carriers.get(own.carrier or "")
        latin = carrier.latin if carrier is not None else LatinRules()
        return Ships(channel=channel, own=own, shop=self.shipping, latin=latin, time_zone=self.time_zone)

    def today(self, now: datetime) -> date:
        """The shop's day: promotions and recipes begin and end at its midnight."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def shop_clock(self) -> Clock:
        """The clock everything else is given."""
        return Clock(epoch_at=self.clock.epoch_at, speed=self.clock.speed)


def read_settings() -> Settings:
    """Settings from the environment and ``utyug.toml`` (or the file named by ``UTYUG_TOML``).

    Raises:
        Misconfigured: an unknown key, a missing one, a wrong value, or a secret in the file; names the key, never its value.
    """
    path = _toml_path()
    if path.exists():
        _refuse_secrets(tomllib.loads(path.read_text(encoding="utf-8")))
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise Misconfigured(f"Настройки не читаются: {faults}") from None


def _toml_path() -> Path:
    return Path(os.environ.get("UTYUG_TOML", "utyug.toml"))


def _refuse_secrets(section: dict[str, Any], path: str = "") -> None:
    for key, value in section.items():
        if isinstance(value, dict):
            _refuse_secrets(value, f"{path}{key}.")
        elif any(key.endswith(secret) for secret in SECRET_KEYS):
            variable = f"UTYUG_{path}{key}".upper().replace(".", "__")
            raise Misconfigured(f"Секрет {path}{key} не пишут в файл: уберите его и задайте переменную {variable}.")
