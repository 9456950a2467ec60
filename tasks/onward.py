"""Who hears of orders beside 1C, as the settings say."""

from adapters.settings import Settings
from tasks.rules.onward import ChannelTells, Onward


def onward_of(settings: Settings) -> Onward:
    """CRMs by channel, and what each channel is told of its orders."""
    return Onward(
        crms={
            name: sorted(crm for crm, told in settings.crm.items() if told.channels is None or name in told.channels)
            for name in settings.channels
        },
        tells={
            name: ChannelTells(tells=channel.tells, statuses=channel.news.onec_statuses, less=channel.news.less)
            for name, channel in settings.channels.items()
        },
    )
