"""Every rule is needed: a day that the hub survives as it is, and oversells on with the rule weaker."""

from collections.abc import Callable, Iterator

import pytest

from adapters.hub.hub import Hub
from tests.adapters.hub.sold_once import mutants, stories
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.market import Market
from tests.adapters.hub.sold_once.truth import assert_nothing_is_sold_twice, check, come_to_rest, read_books

Story = Callable[[Market], None]
DAYS: dict[str, tuple[Story, mutants.Mutant]] = {
    "settling waits for a complete poll": (stories.sold_unseen, mutants.settles_without_a_poll),
    "a read-back may be as old as S": (stories.shown_late, mutants.knows_no_s),
    "a write lives until T is over": (stories.still_on_its_way, mutants.knows_no_t),
    "a cancelled piece may return until R is over": (stories.restored_late, mutants.knows_no_r),
    "a cancelled piece goes back to its channel": (stories.restored_at_once, mutants.gives_cancelled_pieces_to_the_pool),
    "a poll is of all statuses": (stories.cancelled_unseen, mutants.polls_only_living_orders),
    "what is reserved there counts": (stories.reserved_unpaid, mutants.ignores_reserved),
    "pieces are set aside before a figure leaves": (stories.died_after_sending, mutants.sets_aside_after_sending),
    "a figure leaves once": (stories.sent_again, mutants.sends_whatever_it_is_given),
    "a figure leaves in time or never": (stories.left_late, mutants.sends_whatever_it_is_given),
    "the time of a figure begins anew with its call": (stories.long_call, mutants.counts_from_when_it_was_set_aside),
    "what a freeze overtook is still alive": (stories.overtaken, mutants.forgets_what_a_freeze_overtook),
    "an equal figure proves nothing": (stories.same_figure, mutants.believes_an_equal_figure),
    "a figure needs all of its pieces in the pool": (stories.grown_by_the_difference, mutants.pays_only_the_difference),
    "the pool pays for what a channel shows when it is connected": (stories.connected, mutants.connects_for_nothing),
}


@pytest.fixture
def market(database_url: str) -> Iterator[Market]:
    """An empty shop whose clock stands still."""
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        yield Market(hub=hub, clock=clock)


@pytest.mark.parametrize("rule", DAYS)
def test_the_hub_survives_the_day(market: Market, rule: str) -> None:
    DAYS[rule][0](market)
    check(market)
    come_to_rest(market)


@pytest.mark.parametrize("rule", DAYS)
def test_without_the_rule_a_piece_is_sold_twice(market: Market, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story, mutant = DAYS[rule]
    mutant(monkeypatch)
    story(market)
    with pytest.raises(AssertionError, match="OVERSOLD"):
        assert_nothing_is_sold_twice(market, read_books(market.hub))
