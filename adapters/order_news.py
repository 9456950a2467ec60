"""Telling news of orders: what every channel's way of doing it has in common.

The channel's present state is looked at first and decides whether anything is sent; where nobody knows what became of a call, or the
channel refuses it, its state is looked at again and decides what happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.errors import ContractBroken, OutcomeUnknown, Rejected, Retryable, SyncError, Unauthorized
from adapters.lots import UNKNOWN_MAX, WORDS
from tasks.rules.order_news import told
from validation.order_news import NEWS_SENTENCES, OrderNews, OrderTold, Outcome

Answered = tuple[OrderNews, OrderTold]
Send = Callable[[Sequence[OrderNews]], list[OrderTold]]
"""Sends news that the channel's state does not answer; raises a `SyncError` where nothing is known order by order."""
Look = Callable[[Sequence[OrderNews]], list[OrderTold | None]]
"""What the channel's present state answers to each piece of news; None: it is to be told."""


@dataclass(frozen=True, kw_only=True)
class Lot:
    """News that leave in one call.

    Args:
        news: to be told.
        send: sends them, or a part of them.
        look: looks where their orders stand now.
        words: the channel's own words in a refusal.
    """

    news: Sequence[OrderNews]
    send: Send
    look: Look
    words: Callable[[Rejected], str]


def by_state(news: Sequence[OrderNews], look: Look) -> tuple[list[Answered], list[OrderNews]]:
    """What the present state answers, and the news that are to be told.

    Raises:
        SyncError: it could not be looked at, so nothing was done.
    """
    looked = list(zip(news, look(news), strict=True)) if news else []
    return [(one, answer) for one, answer in looked if answer is not None], [one for one, answer in looked if answer is None]


def tell_lots(lots: Sequence[Lot]) -> list[Answered]:
    """The news of all lots, told. When the other side stops answering or refuses the keys, the rest is ``unknown``.

    Raises:
        Retryable: nothing at all was sent, and it may be tried again.
        Unauthorized: nothing at all was sent, the keys are bad.
    """
    done: list[Answered] = []
    silent = 0
    for number, lot in enumerate(lots):
        try:
            answers = _told(lot)
        except (Retryable, Unauthorized) as error:
            if not done:
                raise
            return [*done, *not_left(_news(lots[number:]), error)]
        except ContractBroken as error:
            return [*done, *((one, unknown(one, error.sentence)) for one in lot.news), *not_left(_news(lots[number + 1 :]), error)]
        done += zip(lot.news, answers, strict=True)
        silent = silent + 1 if all(one.outcome == "unknown" for one in answers) else 0
        if silent == UNKNOWN_MAX:
            return [*done, *not_left(_news(lots[number + 1 :]))]
    return done


def refused(news: OrderNews, reason: str, words: str | None = None) -> OrderTold:
    """It is not taken, with what the vendor said of it."""
    said = " ".join((words or "").split())[:WORDS]
    sentence = NEWS_SENTENCES[reason]
    return told(news, "refused", reason, f"{sentence} Площадка пишет: «{said}»." if said else sentence)


def unknown(news: OrderNews, sentence: str | None = None, *, reason: str = "news_outcome_is_unknown") -> OrderTold:
    """Nobody can tell."""
    return told(news, "unknown", reason, sentence or NEWS_SENTENCES[reason])


def standing(news: OrderNews, answer: tuple[Outcome, str | None] | None) -> OrderTold | None:
    """`tasks.rules.order_news.answered` with its sentence."""
    if answer is None:
        return None
    outcome, reason = answer
    return told(news, outcome, reason, NEWS_SENTENCES[reason] if reason else None)


def not_left(news: Sequence[OrderNews], error: SyncError | None = None) -> list[Answered]:
    """They were not sent at all."""
    return [(one, unknown(one, error.sentence if error else None, reason="news_has_not_left")) for one in news]


def in_lots(news: Sequence[OrderNews], size: int) -> list[Sequence[OrderNews]]:
    """Parts of at most so many."""
    return [news[start : start + size] for start in range(0, len(news), size)]


def in_their_order(news: Sequence[OrderNews], answers: Sequence[Answered]) -> list[OrderTold]:
    """One answer per piece of news, in the order in which they were given."""
    by_news = {id(one): answer for one, answer in answers}
    return [by_news[id(one)] for one in news]


def _told(lot: Lot) -> list[OrderTold]:
    """One lot; refused whole, it is halved until the order is found that it was refused for."""
    try:
        return lot.send(lot.news)
    except OutcomeUnknown as error:
        return [_after(one, answer, error) for one, answer in zip(lot.news, _looked(lot), strict=True)]
    except Rejected as error:
        if len(lot.news) == 1:
            return [_looked(lot)[0] or refused(lot.news[0], "channel_refuses_news", lot.words(error))]
    half = len(lot.news) // 2
    first = _told(replace(lot, news=lot.news[:half]))
    try:
        return [*first, *_told(replace(lot, news=lot.news[half:]))]
    except (Retryable, Unauthorized) as interrupted:
        return [*first, *(answer for _, answer in not_left(lot.news[half:], interrupted))]


def _looked(lot: Lot) -> list[OrderTold | None]:
    """What the channel's state answers now; nothing where it cannot be looked at."""
    try:
        return lot.look(lot.news)
    except SyncError:
        return [None] * len(lot.news)


def _after(news: OrderNews, answer: OrderTold | None, error: OutcomeUnknown) -> OrderTold:
    """What is there after a call of which nobody knows: what it was to do was done by it."""
    if answer is None:
        return unknown(news, error.sentence)
    return told(news, "accepted") if answer.outcome == "already" else answer


def _news(lots: Sequence[Lot]) -> list[OrderNews]:
    return [one for lot in lots for one in lot.news]
