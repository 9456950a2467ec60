from collections.abc import Sequence
from typing import Any

import pytest

from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from adapters.order_news import Lot, by_state, in_lots, in_their_order, tell_lots
from tasks.rules.order_news import told
from validation.order_news import OrderNews, OrderTold


def news(*refs: str) -> list[OrderNews]:
    return [OrderNews(order_ref=ref, number="1", action="confirm") for ref in refs]


class Vendor:
    """Takes whatever it is told, but for what is said here; remembers each call."""

    def __init__(
        self, *, raises: dict[str, SyncError] | None = None, shows: dict[str, str] | None = None, cannot_look: bool = False
    ) -> None:
        self.raises, self.shows, self.cannot_look = raises or {}, shows or {}, cannot_look
        self.calls: list[list[str]] = []

    def send(self, lot: Sequence[OrderNews]) -> list[OrderTold]:
        self.calls.append([one.order_ref for one in lot])
        for one in lot:
            if one.order_ref in self.raises:
                raise self.raises[one.order_ref]
        return [told(one, "accepted") for one in lot]

    def look(self, lot: Sequence[OrderNews]) -> list[OrderTold | None]:
        if self.cannot_look:
            raise Unavailable("нет ответа", system="test")
        answers: list[OrderTold | None] = []
        for one in lot:
            outcome: Any = self.shows.get(one.order_ref)
            answers.append(told(one, outcome, "order_is_cancelled" if outcome == "refused" else None) if outcome else None)
        return answers

    def tell(self, *lots: list[OrderNews]) -> list[tuple[str, str, str | None]]:
        made = [Lot(news=lot, send=self.send, look=self.look, words=lambda _: "так нельзя") for lot in lots]
        return [(one.order_ref, answer.outcome, answer.reason) for one, answer in tell_lots(made)]


def unknown() -> OutcomeUnknown:
    return OutcomeUnknown("дошло ли, неизвестно", system="test")


def rejected() -> Rejected:
    return Rejected("запрос отклонён", system="test")


def test_what_the_channel_shows_after_an_unknown_call_was_done_by_it() -> None:
    vendor = Vendor(raises={"a": unknown()}, shows={"a": "already", "c": "refused"})
    assert vendor.tell(news("a", "b", "c")) == [
        ("a", "accepted", None),
        ("b", "unknown", "news_outcome_is_unknown"),
        ("c", "refused", "order_is_cancelled"),
    ]
    assert vendor.calls == [["a", "b", "c"]]


def test_what_cannot_be_looked_at_after_an_unknown_call_stays_unknown() -> None:
    vendor = Vendor(raises={"a": unknown()}, shows={"a": "already"}, cannot_look=True)
    assert vendor.tell(news("a")) == [("a", "unknown", "news_outcome_is_unknown")]


def test_one_bad_order_does_not_hold_back_the_others() -> None:
    vendor = Vendor(raises={"c": rejected()})
    assert [outcome for _, outcome, _ in vendor.tell(news("a", "b", "c", "d"))] == ["accepted", "accepted", "refused", "accepted"]


def test_a_refused_order_that_is_there_meanwhile_is_not_refused() -> None:
    vendor = Vendor(raises={"a": rejected()}, shows={"a": "already"})
    assert vendor.tell(news("a")) == [("a", "already", None)]


def test_a_refusal_says_what_the_vendor_said() -> None:
    lot = Lot(news=news("a"), send=Vendor(raises={"a": rejected()}).send, look=Vendor().look, words=lambda _: " так\n нельзя ")
    ((_, answer),) = tell_lots([lot])
    assert answer.sentence is not None
    assert answer.sentence.endswith("Площадка пишет: «так нельзя».")


@pytest.mark.parametrize(
    "error", [RateLimited("часто", system="test"), Unavailable("нет", system="test"), Unauthorized("ключ", system="test")]
)
def test_silence_before_anything_was_sent_is_raised_and_after_leaves_the_rest_unknown(error: SyncError) -> None:
    with pytest.raises(type(error)):
        Vendor(raises={"a": error}).tell(news("a"), news("b"))
    vendor = Vendor(raises={"b": error})
    assert vendor.tell(news("a"), news("b"), news("c")) == [
        ("a", "accepted", None),
        ("b", "unknown", "news_has_not_left"),
        ("c", "unknown", "news_has_not_left"),
    ]
    assert vendor.calls == [["a"], ["b"]]


def test_silence_within_a_lot_that_was_taken_apart_keeps_what_was_done() -> None:
    vendor = Vendor(raises={"b": rejected()})

    def send(lot: Sequence[OrderNews]) -> list[OrderTold]:
        if lot[0].order_ref == "c":
            raise RateLimited("часто", system="test")
        return vendor.send(lot)

    lot = Lot(news=news("a", "b", "c", "d"), send=send, look=vendor.look, words=lambda _: "")
    assert [answer.outcome for _, answer in tell_lots([lot])] == ["accepted", "refused", "unknown", "unknown"]


def test_an_answer_that_breaks_the_contract_stops_the_telling() -> None:
    vendor = Vendor(raises={"a": ContractBroken("не так", system="test")})
    assert [outcome for _, outcome, _ in vendor.tell(news("a"), news("b"))] == ["unknown", "unknown"]
    assert vendor.calls == [["a"]]


def test_three_unanswered_lots_mean_that_the_other_side_is_down() -> None:
    vendor = Vendor(raises={ref: unknown() for ref in "abcd"})
    assert {outcome for _, outcome, _ in vendor.tell(*(news(ref) for ref in "abcd"))} == {"unknown"}
    assert vendor.calls == [["a"], ["b"], ["c"]]


def test_what_the_state_answers_is_told_apart_from_what_is_to_be_told() -> None:
    a, b = news("a", "b")
    answered, due = by_state([a, b], Vendor(shows={"a": "already"}).look)
    assert ([one for one, _ in answered], due) == ([a], [b])
    assert by_state([], Vendor(cannot_look=True).look) == ([], [])


def test_answers_come_in_the_order_of_the_news_also_for_one_order_told_twice() -> None:
    first, second = OrderNews(order_ref="a", number="1", action="confirm"), OrderNews(order_ref="a", number="1", action="confirm")
    answers = [(second, told(second, "already")), (first, told(first, "accepted"))]
    assert [one.outcome for one in in_their_order([first, second], answers)] == ["accepted", "already"]


def test_lots_are_of_at_most_so_many() -> None:
    assert [len(lot) for lot in in_lots(news(*"abcde"), 2)] == [2, 2, 1]
