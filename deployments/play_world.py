"""``utyug world``: the stand-in world by itself, with the settings that reach it."""

import typer

from adapters.clock import Clock
from adapters.settings import ClockSettings, Settings
from deployments.demo_channels import Channels
from deployments.environment import settings_environment
from deployments.stopping import Stop
from deployments.world.served import served


def play(*, port: int, speed: float) -> None:
    """Serve the world until Ctrl+C; print the environment in which Utyug sells there."""
    clock = ClockSettings(epoch_at=Clock().now(), speed=speed)
    channels = Channels(clock)
    with served(channels.world(), port=port) as base:
        told = settings_environment(Settings(clock=clock, channels=channels.settings(base)))
        typer.echo(f"Мир отвечает по адресу {base}; распоряжения комнатам: {base}/_control/…")
        typer.echo("Чтобы Utyug продавал в нём, задайте (ключи придуманы и живут, пока мир работает):")
        for name in ("UTYUG_CLOCK", "UTYUG_CHANNELS"):
            typer.echo(f"export {name}='{told[name]}'")
        stop = Stop()
        stop.heed()
        stop.wait()
