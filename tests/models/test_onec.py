"""DESIGN §3.1 explored exhaustively: with every rule the hub never oversells and strands nothing; without any one of them it does."""

from dataclasses import replace

import pytest

from tests.models.onec import Model
from tests.models.search import LIMIT, Unfinished, explore, stranded
from tests.models.world import Budget, World, is_routine

FIELD = World(forms_files_early=True, repeats_files=True)
UNPOSTING = replace(FIELD, budget=Budget(unposts=1), reports_unposting_first=True, repeats_reports=True)
CHANGES = replace(FIELD, lists_changes_only=True)
TOLD = replace(FIELD, is_told=True, budget=Budget(cancels=1))

WORLDS = {
    "files are formed in the session": World(orders=3, budget=Budget(deliveries=1)),
    "files are early and repeated": replace(FIELD, pieces=2, orders=3),
    "a delivery and a cancellation": replace(FIELD, orders=2, budget=Budget(deliveries=1, cancels=1)),
    "a cancellation and one more buyer": replace(FIELD, orders=3, budget=Budget(cancels=1)),
    "a piece is lost": replace(FIELD, pieces=2, orders=3, budget=Budget(shrinks=1)),
    "figures are read long before the stamp": World(stamps_late=True, pieces=2, orders=3),
    "stamps are whole seconds": replace(FIELD, stamps_coarsely=True, pieces=2, orders=3),
    "some files have no stamp": replace(FIELD, omits_stamps=True),
    "files name another place": replace(FIELD, names_other_place=True, budget=Budget(cancels=1)),
    "a told channel restores a cancelled piece": replace(TOLD, orders=3),
    "the same with two pieces": replace(TOLD, pieces=2, orders=3),
    "1C un-posts and says so first": UNPOSTING,
    "the same with a cancellation": replace(UNPOSTING, budget=Budget(cancels=1, unposts=1)),
    "posting reserves nothing": replace(FIELD, reserves_on_posting=False, pieces=2, orders=3),
    "1C reports what it released": replace(FIELD, reports_releases=True, budget=Budget(cancels=1)),
    "the same of a told channel": replace(TOLD, reports_releases=True),
    "changes only, forgotten when answered": replace(CHANGES, budget=Budget(cancels=1)),
    "changes only, forgotten when formed": replace(CHANGES, forgets_when="formed", budget=Budget(cancels=1)),
    "changes only, and a portion is lost": replace(CHANGES, loses_portions=True, budget=Budget(cancels=1)),
    "changes only, and everything now and then": replace(CHANGES, exports_all_too=True, budget=Budget(cancels=1)),
    "1C never reports": replace(FIELD, reports=False, budget=Budget(cancels=1)),
}

LIVE_WORLDS = {
    "full exports": replace(FIELD, budget=Budget(deliveries=1)),
    "full exports, a cancellation": replace(FIELD, budget=Budget(cancels=1)),
    "un-posting": UNPOSTING,
    "changes only, and everything now and then": replace(CHANGES, exports_all_too=True),
    "figures are read long before the stamp": World(stamps_late=True),
    "1C never reports, and a person hears of it": World(reports=False, counts_silence=True),
}

NEEDED = {
    "file formed after the report": (FIELD, "OVERSELL"),
    "session began after the report": (World(stamps_late=True), "OVERSELL"),
    "strictly later": (replace(FIELD, stamps_coarsely=True), "OVERSELL"),
    "no stamp proves nothing": (replace(FIELD, omits_stamps=True), "OVERSELL"),
    "same place": (replace(FIELD, names_other_place=True), "OVERSELL"),
    "newest count": (FIELD, "OVERSELL"),
    "newest report": (UNPOSTING, "OVERSELL"),
    "un-posting puts back": (UNPOSTING, "OVERSELL"),
    "cancelled after leaving": (TOLD, "OVERSELL"),
    "shipped reserves": (replace(FIELD, reserves_on_posting=False), "OVERSELL"),
    "absent means nothing": (replace(CHANGES, forgets_when="formed"), "OVERSELL"),
    "doubt is no shortfall": (FIELD, "FALSE SHORTFALL"),
    "cancelled is doubted until released": (replace(FIELD, budget=Budget(cancels=1)), "FALSE SHORTFALL"),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_nothing_is_oversold_and_no_shortage_is_imagined(world: World) -> None:
    model = Model(world)
    _, trace = explore(model.start(), model.steps, model.fault)
    assert trace is None, " > ".join(trace or [])


@pytest.mark.parametrize("world", LIVE_WORLDS.values(), ids=LIVE_WORLDS.keys())
def test_no_piece_is_stranded_for_ever_unheard(world: World) -> None:
    model = Model(world)
    _, trace = stranded(model.start(), model.steps, model.is_good, is_routine)
    assert trace is None, " > ".join(trace or [])


@pytest.mark.parametrize(("rule", "world", "fault"), [(rule, *needed) for rule, needed in NEEDED.items()], ids=NEEDED.keys())
def test_without_this_rule_the_same_world_fails(rule: str, world: World, fault: str) -> None:
    with_all, without = Model(world), Model(world, dropped=rule)
    assert explore(with_all.start(), with_all.steps, with_all.fault)[1] is None
    _, trace = explore(without.start(), without.steps, without.fault)
    assert trace is not None
    assert trace[-1] == fault


def test_without_an_alarm_a_1c_that_never_reports_strands_pieces_unheard() -> None:
    world = World(reports=False, counts_silence=True)
    with_all, without = Model(world), Model(world, dropped="silence is an alarm")
    assert stranded(with_all.start(), with_all.steps, with_all.is_good, is_routine)[1] is None
    assert stranded(without.start(), without.steps, without.is_good, is_routine)[1] is not None


def test_where_a_portion_may_be_lost_an_absent_item_is_not_unchanged_even_if_1c_waits_for_our_answer() -> None:
    model = Model(replace(CHANGES, loses_portions=True), dropped="absent means nothing")
    _, trace = explore(model.start(), model.steps, model.fault)
    assert trace is not None
    assert trace[-1] == "OVERSELL"


def test_changes_alone_strand_pieces_until_1c_exports_everything() -> None:
    model = Model(CHANGES)
    assert stranded(model.start(), model.steps, model.is_good, is_routine)[1] is not None


def test_an_older_count_taken_after_a_newer_one_also_imagines_a_shortage() -> None:
    model = Model(replace(FIELD, budget=Budget(deliveries=1)), dropped="newest count")
    assert explore(model.start(), model.steps, model.fault)[1] is not None


def test_an_order_that_1c_unposts_before_it_says_so_is_what_only_an_alarm_can_answer() -> None:
    model = Model(replace(FIELD, budget=Budget(unposts=1)))
    _, trace = explore(model.start(), model.steps, model.fault)
    assert trace is not None
    assert "1C un-posts #0" in trace


def test_a_world_too_large_to_search_proves_nothing() -> None:
    with pytest.raises(Unfinished):
        explore(0, lambda number: iter([("one more", number + 1)]), lambda _: None)
    assert LIMIT > 0
