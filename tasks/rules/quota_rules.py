"""How what there is is shared among the channels: the section ``quotas`` of the settings."""

from pydantic import Field

from validation.part import Part

DAY_S = 86_400


class ChannelQuota(Part):
    """What a channel may be given of one listing."""

    priority: float = Field(default=1.0, gt=0, le=1000, description="сколько стоит продажа здесь по сравнению с другими площадками")
    cover_days: float = Field(default=7.0, gt=0, le=365, description="не больше, чем продаётся за столько дней")
    at_least_pcs: int = Field(default=10, ge=1, description="но столько можно всегда, если хватает")
    cap_pcs: int | None = Field(default=None, ge=0, description="не больше стольких штук одного товара")
    cap_share: float | None = Field(default=None, gt=0, le=1, description="не больше такой доли того, что есть")


class QuotaRules(Part):
    """How pieces are shared, and when a channel is told a new figure."""

    pool_share: float = Field(default=0.1, ge=0, lt=1, description="доля общего запаса: из неё пополняются площадки и продаёт сайт")
    moves_within_s: float = Field(default=3600.0, gt=0, description="за сколько штука снимается с одной площадки и отдаётся другой")
    stay_factor: float = Field(default=5.0, ge=1, description="штука снимается с площадки, если на другой она дороже во столько раз")
    act_share: float = Field(default=0.5, ge=0, lt=1, description="разница меньше такой доли не стоит записи")
    dwell_s: float = Field(default=300.0, ge=0, description="чаще число одной карточки не меняется; нуль не ждёт")
    memory_s: float = Field(default=3.0 * DAY_S, gt=0, description="за сколько забываются прошлые продажи")
    prior_pcs: float = Field(default=0.5, gt=0, description="столько продаж за это же время приписано каждой карточке сверх настоящих")
    habit_pcs: float = Field(default=10.0, gt=0, description="столько продаж товара весят столько же, сколько привычка всего магазина")
    channels: dict[str, ChannelQuota] = Field(default_factory=dict, description="площадка → чем она отличается")

    def for_channel(self, channel: str) -> ChannelQuota:
        """What a channel may be given; the usual where nothing is told."""
        return self.channels.get(channel, ChannelQuota())

    @property
    def moves_within_days(self) -> float:
        """How long a piece is bound where it was given."""
        return self.moves_within_s / DAY_S
