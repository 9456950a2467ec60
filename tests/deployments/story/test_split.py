from collections import Counter

from deployments.story.goods import Good, Shelf, make_shelf
from deployments.story.hours import Hour, Script, make_script
from deployments.story.split import best_split, split_sold_pcs
from deployments.world.demand import Demand, Plan


def shelf_of(pcs: int, *, with_set: bool = False) -> Shelf:
    iron = Good(sku="iron", name="Утюг", roubles=1000, channels=("wb", "ozon"), parts={"iron": 1})
    pair = Good(sku="pair", name="Пара", roubles=1900, channels=("wb",), parts={"iron": 2})
    return Shelf(goods={good.sku: good for good in ([iron, pair] if with_set else [iron])}, pcs={"iron": pcs})


def plan_of(**per_hour: float) -> Plan:
    demand = [Demand(channel=channel, sku="iron", per_day=pcs * 24) for channel, pcs in per_hour.items()]
    return Plan(seed=1, demand=tuple(demand))


def test_pieces_follow_the_average_demand_and_all_are_given() -> None:
    given = best_split(shelf_of(5), plan_of(wb=3.0, ozon=1.0), hours=1)
    assert given == {("iron", "wb"): 4, ("iron", "ozon"): 1}


def test_a_set_is_given_only_whole() -> None:
    shelf = shelf_of(3, with_set=True)
    plan = Plan(seed=1, demand=(Demand(channel="wb", sku="pair", per_day=24_000), Demand(channel="ozon", sku="iron", per_day=24)))
    given = best_split(shelf, plan, hours=1)
    assert given == {("pair", "wb"): 1, ("iron", "ozon"): 1}


def test_no_share_sells_a_piece_that_is_not_there() -> None:
    hours: tuple[Hour, ...] = ("quiet", "promo", "flash")
    for seed, hour in enumerate(hours):
        shelf = make_shelf(seed)
        script = make_script(seed, hour, shelf)
        taken: Counter[str] = Counter()
        for (sku, _), pcs in best_split(shelf, script.plan, hours=1).items():
            taken.update(shelf.taken(sku, pcs))
        assert all(taken[thing] <= pcs for thing, pcs in shelf.pcs.items())
        assert 0 < split_sold_pcs(shelf, script) <= sum(shelf.pcs.values())


def test_who_comes_elsewhere_is_lost_and_who_changes_his_mind_gives_the_piece_back() -> None:
    only_wb = Script(hour="quiet", plan=plan_of(wb=30.0, ozon=0.001))
    assert split_sold_pcs(shelf_of(5), only_wb) == 5
    fickle = only_wb.plan.model_copy(update={"cancelled_share": 1.0, "cancelled_after_s": 1.0})
    assert split_sold_pcs(shelf_of(5), Script(hour="quiet", plan=fickle)) == 0
