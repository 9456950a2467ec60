"""A shift: feeds one after another as they come, so that the portions of an exchange do not each pay for a new process."""

from collections.abc import Generator
from datetime import timedelta

from adapters.hub.feeds import Feed
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.listen import Listener


def arriving_feeds(hub: Hub, *, idle_s: float, longest_s: float) -> Generator[Feed, None, None]:
    """Feeds waiting for work, in order, each once; then those that come, or are let past the gate, while the shift lasts.

    Args:
        hub: where the inbox is.
        idle_s: how long to wait for the next feed; 0 ends with the last that is there already.
        longest_s: after so long the shift takes no further feed.
    """
    inbox, seen = Inbox(hub), set[tuple[int, bool]]()
    ends_at = hub.clock.now() + timedelta(seconds=longest_s)
    with Listener(hub, "feed") as ear:
        while hub.clock.now() < ends_at:
            waiting = next((feed for feed in inbox.waiting() if (feed.feed_id, feed.is_accepted) not in seen), None)
            if waiting is not None:
                seen.add((waiting.feed_id, waiting.is_accepted))
                yield waiting
            elif not idle_s or not ear.wait(idle_s):
                return
