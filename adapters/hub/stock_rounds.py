"""A stock run's rounds: one now, and in a shift another whenever the ledger moved."""

from collections.abc import Generator
from datetime import timedelta

from adapters.hub.hub import Hub
from adapters.hub.listen import Listener


def stock_rounds(hub: Hub, *, rounds: int | None, longest_s: float = 600.0, poll_s: float = 60.0) -> Generator[int, None, None]:
    """Numbers of rounds, from 1; between two it waits for the ledger's notice, at most ``poll_s``.

    Args:
        hub: whose ledger.
        rounds: how many; None for as many as fit into the shift.
        longest_s: of a shift.
        poll_s: a round comes after so long even in silence, because a site's own buyers give no notice.
    """
    ends_at = hub.clock.now() + timedelta(seconds=longest_s)
    with Listener(hub, "stock") as ear:
        ear.wait(0)
        number = 1
        yield number
        while number != rounds and hub.clock.now() + timedelta(seconds=poll_s) < ends_at:
            ear.wait(poll_s)
            number += 1
            yield number
