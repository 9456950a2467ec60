"""Questions as sentences for a manager."""

from tasks.rules.questions import Question, once, stopping
from validation.reasons import SENTENCES

CITY = Question(code="address_has_city", part="city", suggestions=("Химки", "Реутов"), more="Ответьте.")
FLAT = Question(code="address_has_flat", part="flat", stops=False)


def test_a_sentence_says_the_reason_then_what_was_meant_then_the_rest() -> None:
    assert CITY.sentence == SENTENCES["address_has_city"] + " Похоже на: «Химки» / «Реутов». Ответьте."
    assert FLAT.sentence == SENTENCES["address_has_flat"]


def test_a_question_is_asked_once_and_the_first_is_kept_in_its_place() -> None:
    other = Question(code="address_has_city", part="town")
    assert once([CITY, FLAT, other]) == (CITY, FLAT)


def test_only_what_stops_a_parcel_holds_it_up() -> None:
    assert stopping((CITY, FLAT)) == (CITY,)
