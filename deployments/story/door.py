"""The hub's front door in a story: the real gateway over HTTP, where channels push and the site's checkout asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from adapters.channel_settings import ChannelSettings, OrderSettings
from adapters.gateway.app import make_app
from adapters.hub.hub import Hub
from adapters.settings import OnecBase, OnecSettings, Settings
from deployments.story.counted import SOURCE
from deployments.story.goods import CHANNELS
from deployments.story.lags import PUSH_AFTER_S
from deployments.story.stage import Stage
from deployments.world.served import served

PUSH_SECRET, RESERVATION_KEY = "a-secret-of-the-story", "a-key-of-the-story"
ASKED_WITHIN_S = 2.0


class StorySettings(Settings):
    """Settings that nobody's file or environment has a word in."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only."""
        return (init_settings,)


def story_settings(stage: Stage, work: Path, *, asks: bool) -> Settings:
    """A shop with the stage's channels, each with a door for its pushes."""
    channels = {name: _pushed(channel) for name, channel in stage.settings(asks=asks, reservation_key=RESERVATION_KEY).items()}
    bases = {SOURCE: OnecBase(login="1c", password=SecretStr(PUSH_SECRET))}
    return StorySettings(var_dir=work, channels=channels, onec=OnecSettings(bases=bases))


@contextmanager
def opened_door(stage: Stage, hub: Hub, settings: Settings) -> Iterator[str]:
    """The gateway's address while the block lasts; the channels push there, and the site asks where it is to ask."""
    with served(make_app(hub, settings)) as base:
        for channel in (name for name in CHANNELS if name in PUSH_AFTER_S):
            stage.push_to(channel, f"{base}/hooks/{channel}", secret=PUSH_SECRET, delay_s=PUSH_AFTER_S[channel])
        if settings.channels["site"].is_asking:
            stage.order("site", "PUT", "/asks", {"url": base, "key": RESERVATION_KEY, "timeout_s": ASKED_WITHIN_S})
        yield base


def _pushed(channel: ChannelSettings) -> ChannelSettings:
    """From this machine, which is no vendor's network."""
    return channel.model_copy(update={"orders": OrderSettings(push_secret=SecretStr(PUSH_SECRET), push_networks=["127.0.0.0/8"])})
