"""Orders as 1C is told them: bundles in parts, sums to the kopeck."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.sale_documents import Goods, SoldLine, documents, shared

IRON = Goods(source="main", item_ref="iron", name="Утюг", worth_kopecks=300)
BOARD = Goods(source="main", item_ref="board", name="Доска", worth_kopecks=100)
FOREIGN = Goods(source="second", item_ref="x", name="Чехол")


def line(price: int | None = 100_00, pcs: int = 1, cancelled: int = 0, recipe: tuple[tuple[int, int], ...] = ((1, 1),)) -> SoldLine:
    return SoldLine(pcs=pcs, cancelled_pcs=cancelled, price_kopecks=price, recipe=recipe)


def paid(lines: object) -> list[int]:
    return [one.price_kopecks * one.pcs - one.discount_kopecks for one in lines]  # type: ignore[attr-defined]


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 1000), min_size=1, max_size=6))
def test_no_kopeck_is_lost_in_sharing(total: int, weights: list[int]) -> None:
    shares = shared(total, weights)
    assert sum(shares) == total
    assert min(shares) >= 0


def test_a_bundle_is_told_as_its_parts_by_what_they_are_worth() -> None:
    (paper,) = documents([line(401, recipe=((1, 1), (2, 1)))], {1: IRON, 2: BOARD}, is_cancelled=False)
    assert paid(paper.lines) == [301, 100]


@given(price=st.integers(0, 10**6), pcs=st.integers(1, 9), parts=st.integers(1, 4))
def test_the_parts_of_a_bundle_add_up_to_its_price(price: int, pcs: int, parts: int) -> None:
    (paper,) = documents([line(price, pcs, recipe=((1, parts), (2, 3)))], {1: IRON, 2: BOARD}, is_cancelled=False)
    assert sum(paid(paper.lines)) == price * pcs
    assert all(0 <= one.discount_kopecks <= one.price_kopecks * one.pcs for one in paper.lines)


def test_cancelled_pieces_are_not_told_and_a_gift_is() -> None:
    (paper,) = documents([line(0, 3, 1), line(100, 2, 2)], {1: IRON}, is_cancelled=False)
    assert [(one.pcs, one.price_kopecks) for one in paper.lines] == [(2, 0)]


def test_a_cancelled_order_is_told_as_it_was() -> None:
    (paper,) = documents([line(100, 3, 3)], {1: IRON}, is_cancelled=True)
    assert (paper.is_cancelled, paper.lines[0].pcs) == (True, 3)


def test_every_base_is_told_of_its_own_goods() -> None:
    papers = documents([line(200, recipe=((1, 1), (3, 1)))], {1: IRON, 3: FOREIGN}, is_cancelled=False)
    assert [(paper.source, paid(paper.lines)) for paper in papers] == [("main", [100]), ("second", [100])]
