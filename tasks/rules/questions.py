"""What of an order only a person can tell: why it is asked, about which words, and what they may have meant."""

from collections.abc import Iterable
from dataclasses import dataclass

from validation.reasons import sentence_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing to ask a manager.

    Args:
        code: of `validation.reasons`.
        part: what it is about: ``city``, ``house``, ``name`` …
        told: what was written there; a buyer's own words, for the quarantine only.
        suggestions: what may have been meant, the likeliest first.
        stops: nothing is sent before it is answered; the others are asked beside.
        more: what the sentence says besides, after the reason's own.
    """

    code: str
    part: str
    told: str = ""
    suggestions: tuple[str, ...] = ()
    stops: bool = True
    more: str = ""

    @property
    def sentence(self) -> str:
        """For the manager, with the suggestions; without the buyer's own words."""
        like = f"Похоже на: {' / '.join(f'«{one}»' for one in self.suggestions)}." if self.suggestions else ""
        return " ".join(part for part in (sentence_of(self.code), like, self.more) if part)


def once(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The first of each code: one row of the quarantine says it."""
    found: dict[str, Question] = {}
    for question in questions:
        found.setdefault(question.code, question)
    return tuple(found.values())


def stopping(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Those that hold a parcel up."""
    return tuple(question for question in questions if question.stops)
