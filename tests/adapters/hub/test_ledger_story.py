"""Whatever happens in whatever order, every piece stays in exactly one account."""

from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.ledger import Taken, Wanted
from tests.adapters.hub.shop import SOURCE, Shop, minute, our_minute

ITEMS = ("iron", "kettle")
PLACES = ("a", "b")
NUMBERS = ("1", "2", "3", "4")
CLEAN = "truncate item, stock_count, ledger_balance, ledger_movement, ledger_entry, sold_line, shortfall, feed cascade"


class Story(RuleBasedStateMachine):
    """A shop's day, out of order; each starts from an empty hub."""

    hub: ClassVar[Hub]

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(self.hub)
        self.shop.execute(CLEAN)
        self.items = {ref: self.shop.add_item(ref) for ref in ITEMS}
        self.minute = 0
        self.orders: set[str] = set()
        self.carts: set[str] = set()

    @rule(ref=st.sampled_from(ITEMS), place=st.sampled_from(PLACES), pcs=st.integers(-2, 6), has_stamp=st.booleans())
    def count(self, ref: str, place: str, pcs: int, has_stamp: bool) -> None:
        self.minute += 1
        formed_at = minute(self.minute) if has_stamp else None
        self.shop.count({self.items[ref]: pcs}, place=place, formed_at=formed_at, began_at=our_minute(self.minute))

    @rule()
    def post(self) -> None:
        self.shop.ledger.post_counts()

    @rule(pcs=st.lists(st.integers(1, 3), min_size=2, max_size=2), cart=st.sampled_from(NUMBERS))
    def take(self, pcs: list[int], cart: str) -> None:
        wanted = [Wanted(item_id=item_id, pcs=n) for item_id, n in zip(self.items.values(), pcs, strict=True)]
        taken = self.shop.ledger.take(wanted, to_account=f"hold:{cart}", reason="held", reference=cart)
        if isinstance(taken, Taken):
            self.carts.add(cart)

    @precondition(lambda self: self.carts)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        self.shop.ledger.give_back(reference=data.draw(st.sampled_from(sorted(self.carts))), reason="expired")

    @rule(ref=st.sampled_from(ITEMS), pcs=st.integers(1, 4), number=st.sampled_from(NUMBERS), is_told=st.booleans())
    def sell(self, ref: str, pcs: int, number: str, is_told: bool) -> None:
        line = Wanted(item_id=self.items[ref], pcs=pcs, line_ref=f"{number}-1")
        returns_to = f"exposure:ozon:{ref}" if is_told else None
        sold = self.shop.ledger.sell([line], source=SOURCE, order_number=number, reference=f"sale-{number}", returns_to=returns_to)
        if isinstance(sold, Taken):
            self.orders.add(number)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), pcs=st.integers(0, 4), is_reserved=st.booleans(), is_cancelled=st.booleans(), age=st.integers(0, 3))
    def report(self, data: st.DataObject, pcs: int, is_reserved: bool, is_cancelled: bool, age: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.orders)))
        self.shop.hand_over(number)
        self.shop.report(
            number,
            dict.fromkeys(ITEMS, pcs),
            is_reserved=is_reserved,
            is_cancelled=is_cancelled,
            formed_at=minute(self.minute - age),
            received_at=our_minute(self.minute),
        )

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.shop.ledger.cancel(source=SOURCE, order_number=data.draw(st.sampled_from(sorted(self.orders))))

    @invariant()
    def every_piece_is_accounted_for(self) -> None:
        self.shop.assert_conserved()


def test_every_piece_stays_in_exactly_one_account(database_url: str) -> None:
    with Hub(database_url, clock=Clock()) as hub:
        run_state_machine_as_test(
            type("StoryOfThisHub", (Story,), {"hub": hub}),
            settings=settings(
                max_examples=25,
                stateful_step_count=25,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
