from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.bundles import bundle_pcs, in_force
from tests.tasks.rules.shelf import TODAY, items, patient, recipes
from validation.assortment import RecipeInForce

SHELF = items(*[{}] * 9)
DAY = timedelta(days=1)


def sold_as(*parts: dict[str, object], today: date = TODAY) -> dict[int, dict[int, int]]:
    passed, _ = in_force(recipes(*parts), SHELF, today)
    bundles: dict[int, dict[int, int]] = {}
    for bundle, part, pcs in passed.select("bundle_id", "component_id", "pcs").iter_rows():
        bundles.setdefault(bundle, {})[part] = pcs
    return bundles


def refused(*parts: dict[str, object]) -> list[tuple[str, str]]:
    return in_force(recipes(*parts), SHELF, TODAY).refused.select("key", "reason").rows()


def of(bundle: int, part: int, pcs: int = 1, **told: object) -> dict[str, object]:
    return {"bundle_id": bundle, "component_id": part, "pcs": pcs} | told


def free(**pcs: int) -> pl.DataFrame:
    return pl.DataFrame(
        [(int(item[1:]), figure) for item, figure in pcs.items()], schema={"item_id": pl.Int64, "pcs": pl.Int64}, orient="row"
    )


def test_a_bundle_is_sold_under_its_everyday_recipe() -> None:
    assert sold_as(of(1, 2), of(1, 3, 2)) == {1: {2: 1, 3: 2}}


def test_a_promotions_recipe_goes_before_the_everyday_one_while_it_lasts() -> None:
    both = (of(1, 2), of(1, 3, promotion="Март", valid_from=TODAY - DAY, valid_to=TODAY + DAY))
    assert sold_as(*both) == {1: {3: 1}}
    assert sold_as(*both, today=TODAY + DAY) == {1: {3: 1}}
    assert sold_as(*both, today=TODAY + 2 * DAY) == {1: {2: 1}}
    assert sold_as(*both, today=TODAY - 2 * DAY) == {1: {2: 1}}


def test_two_promotions_on_one_day_are_refused_and_the_everyday_recipe_stays() -> None:
    overlapping = (of(1, 2), of(1, 3, promotion="Март"), of(1, 4, promotion="8 марта"))
    assert sold_as(*overlapping) == {1: {2: 1}}
    assert refused(*overlapping) == [("ref-1", "recipes_overlap")]


def test_one_promotion_in_two_periods_that_overlap_is_refused_as_well() -> None:
    twice = (of(1, 2, promotion="Март", valid_to=TODAY), of(1, 3, promotion="Март", valid_from=TODAY))
    assert sold_as(*twice) == {}
    assert refused(*twice) == [("ref-1", "recipes_overlap")]


def test_two_everyday_recipes_on_one_day_are_refused() -> None:
    assert refused(of(1, 2), of(1, 3, valid_from=TODAY)) == [("ref-1", "recipes_overlap")]


def test_promotions_that_follow_each_other_do_not_overlap() -> None:
    following = (of(1, 2, promotion="Март", valid_to=TODAY - DAY), of(1, 3, promotion="Апрель", valid_from=TODAY))
    assert sold_as(*following) == {1: {3: 1}}
    assert refused(*following) == []


def test_a_bundle_in_a_bundle_comes_down_to_its_parts() -> None:
    assert sold_as(of(1, 2, 2), of(1, 3), of(2, 3, 3), of(2, 4)) == {1: {3: 7, 4: 2}, 2: {3: 3, 4: 1}}


def test_a_bundle_that_contains_itself_through_another_is_refused_and_others_are_not() -> None:
    circle = (of(1, 2), of(2, 1), of(5, 6))
    assert sold_as(*circle) == {5: {6: 1}}
    assert refused(*circle) == [("ref-1", "recipe_is_not_its_own_part"), ("ref-2", "recipe_is_not_its_own_part")]


def test_a_bundle_with_a_circular_part_is_not_sold_either() -> None:
    assert sold_as(of(1, 2), of(2, 3), of(3, 2), of(1, 9)) == {}


def test_as_many_bundles_as_the_scarcest_part_makes() -> None:
    parts, _ = in_force(recipes(of(1, 2), of(1, 3, 2)), SHELF, TODAY)
    assert bundle_pcs(free(i2=5, i3=7), parts).rows() == [(1, 3)]


def test_a_part_owed_makes_no_bundles_and_none_below_nothing() -> None:
    parts, _ = in_force(recipes(of(1, 2), of(1, 3, 2)), SHELF, TODAY)
    assert bundle_pcs(free(i2=5, i3=-7), parts).rows() == [(1, 0)]


def test_a_bundle_with_a_part_that_was_never_counted_is_not_offered() -> None:
    parts, _ = in_force(recipes(of(1, 2), of(1, 3), of(4, 2)), SHELF, TODAY)
    assert bundle_pcs(free(i2=5), parts).rows() == [(4, 5)]


@patient
@given(st.dictionaries(st.integers(2, 6), st.tuples(st.integers(1, 4), st.integers(-3, 30)), min_size=1))
def test_the_bundles_made_fit_into_the_parts_and_one_more_would_not(parts: dict[int, tuple[int, int]]) -> None:
    recipe = RecipeInForce.validate(
        pl.DataFrame(
            [(1, part, pcs, "") for part, (pcs, _) in parts.items()],
            schema={"bundle_id": pl.Int64, "component_id": pl.Int64, "pcs": pl.Int64, "promotion": pl.String},
            orient="row",
        )
    )
    made = bundle_pcs(free(**{f"i{part}": there for part, (_, there) in parts.items()}), recipe)["pcs"].item()
    assert made == 0 or all(made * pcs <= there for pcs, there in parts.values())
    assert any((made + 1) * pcs > there for pcs, there in parts.values())
