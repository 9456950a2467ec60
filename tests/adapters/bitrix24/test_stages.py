import pytest

from adapters.bitrix24.answers import Stage
from adapters.bitrix24.stages import RANK, Stages, pipeline, places_of
from tests.adapters.bitrix24.conftest import STATUSES

STAGES = Stages.of_pipeline(0, STATUSES, {"PAUSED": "confirmed", "ODD": "other"})
PLACES = places_of(
    [
        Stage(status_id="NEW", sort=10, semantics="P"),
        Stage(status_id="PREPARATION", sort=20),
        Stage(status_id="TO_WB", sort=25),
        Stage(status_id="ODD", sort=26),
        Stage(status_id="EXECUTING", sort=30),
        Stage(status_id="LATE", sort=90),
        Stage(status_id="WON", sort=40, semantics="S"),
        Stage(status_id="LOSE", sort=50, semantics="F"),
        Stage(status_id="APOLOGY", sort=60, semantics="F"),
    ]
)


@pytest.mark.parametrize(
    ("state", "stage", "wanted"),
    [
        ("confirmed", "NEW", "PREPARATION"),
        ("shipped", "PREPARATION", "EXECUTING"),
        ("shipped", "PAUSED", "EXECUTING"),
        ("delivered", "EXECUTING", "WON"),
        ("cancelled", "NEW", "LOSE"),
        ("cancelled", "WON", "LOSE"),
        ("returned", "WON", "LOSE"),
    ],
)
def test_an_order_that_goes_further_moves_its_deal(state: str, stage: str, wanted: str) -> None:
    assert STAGES.step(state, stage, PLACES) == wanted


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        ("new", "NEW"),
        ("unpaid", "NEW"),
        ("returned", "LOSE"),
        ("new", "PREPARATION"),
        ("confirmed", "PAUSED"),
        ("confirmed", "EXECUTING"),
        ("shipped", "WON"),
        ("shipped", "LOSE"),
        ("delivered", "LOSE"),
    ],
)
def test_a_deal_that_people_moved_as_far_or_further_stays(state: str, stage: str) -> None:
    assert STAGES.step(state, stage, PLACES) is None


@pytest.mark.parametrize(
    ("state", "stage", "wanted"),
    [
        ("confirmed", "TO_WB", None),
        ("shipped", "TO_WB", "EXECUTING"),
        ("shipped", "ODD", "EXECUTING"),
        ("new", "ODD", None),
        ("shipped", "LATE", None),
        ("delivered", "LATE", "WON"),
        ("delivered", "APOLOGY", None),
        ("shipped", "C7:NEW", None),
    ],
)
def test_a_stage_that_is_not_mapped_counts_by_its_place(state: str, stage: str, wanted: str | None) -> None:
    assert STAGES.step(state, stage, PLACES) == wanted


@pytest.mark.parametrize("state", ["other", "lost"])
def test_a_state_that_is_not_mapped_moves_nothing(state: str) -> None:
    assert STAGES.step(state, "NEW", PLACES) is None


def test_a_stage_read_backwards_is_what_people_mean_by_it() -> None:
    told = {stage: STAGES.state(stage) for stage in ("NEW", "PREPARATION", "EXECUTING", "WON", "LOSE", "PAUSED", "ODD", "TO_WB")}
    assert told == {
        "NEW": "new",
        "PREPARATION": "confirmed",
        "EXECUTING": "shipped",
        "WON": "delivered",
        "LOSE": "cancelled",
        "PAUSED": "confirmed",
        "ODD": "other",
        "TO_WB": None,
    }


def test_what_is_said_of_a_stage_outdoes_the_mapping_backwards() -> None:
    assert Stages.of_pipeline(0, STATUSES, {"LOSE": "returned"}).state("LOSE") == "returned"


def test_stages_of_another_pipeline_bear_its_number() -> None:
    stages = Stages.of_pipeline(5, {"new": "NEW", "shipped": "C5:SENT"}, {"PAUSED": "confirmed"})
    assert (dict(stages.codes), dict(stages.read)) == ({"new": "C5:NEW", "shipped": "C5:SENT"}, {"C5:PAUSED": "confirmed"})
    assert (pipeline(5), pipeline(0)) == ("DEAL_STAGE_5", "DEAL_STAGE")


def test_every_state_that_moves_deals_has_its_rank() -> None:
    assert set(STATUSES) == set(RANK)
