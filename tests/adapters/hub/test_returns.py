"""What comes back is recorded once, whoever tells of it, and never touches what 1C calls free."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.return_documents import ReturnDocuments
from adapters.hub.return_views import ReturnViews
from tasks.rules.return_rules import ReturnRules
from tests.adapters.hub.order_shop import CHANNEL, report
from tests.adapters.hub.return_shop import ODATA, RULES, ReturnShop, brought, coming
from tests.adapters.hub.shop import SOURCE

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def shop(hub: Hub) -> ReturnShop:
    return ReturnShop(hub)


def test_the_same_return_from_the_channel_the_carrier_and_excel_is_one(shop: ReturnShop) -> None:
    shop.ships(2)
    first = shop.told(CHANNEL, coming("r1", pcs=2))
    shop.told("cdek", coming("c1", pcs=2, channel=None, order_ref=f"{CHANNEL}-1", state="ready"))
    last = shop.written(brought("5f-1", pcs=2))
    assert [row[1:] for row in shop.batches()] == [(2, "received", "sellable", "restock")]
    assert shop.tellers() == ["cdek ozon workbook"]
    assert first.rows[0].return_ids == last.rows[0].return_ids == first.opened
    assert (last.opened, last.documented) == ((), first.opened)
    assert shop.returned() == 2


def test_a_report_that_comes_again_changes_nothing(shop: ReturnShop) -> None:
    shop.ships(2)
    shop.told(CHANNEL, coming("r1"))
    before = (shop.batches(), shop.owed(), shop.rows("select version from outbox"))
    again = shop.told(CHANNEL, coming("r1"))
    assert [row.outcome for row in again.rows] == ["same"]
    assert (shop.batches(), shop.owed(), shop.rows("select version from outbox")) == before


def test_half_of_an_order_comes_back_good_and_half_broken(shop: ReturnShop) -> None:
    shop.ships(3)
    shop.told(CHANNEL, coming("r1", pcs=2))
    taken = shop.written(brought("a", pcs=1), brought("b", pcs=1, condition="defect", decision="write_off"))
    assert sorted(row[1:] for row in shop.batches()) == [
        (1, "received", "defect", "write_off"),
        (1, "received", "sellable", "restock"),
    ]
    assert len(taken.documented) == 1
    assert shop.returned() == 2


def test_more_than_was_sold_is_refused_whoever_tells_and_asked_about(shop: ReturnShop) -> None:
    shop.ships(2)
    shop.told(CHANNEL, coming("r1"), coming("r2"))
    third = shop.told(CHANNEL, coming("r3"))
    too_many = shop.written(brought("a", pcs=3))
    assert [third.rows[0].reason, too_many.rows[0].reason] == ["return_is_within_sold"] * 2
    assert shop.returned() == 2
    assert shop.questions() == [("a", "return_is_within_sold"), ("r3", "return_is_within_sold")]


def test_a_question_is_over_when_the_row_is_corrected(shop: ReturnShop) -> None:
    shop.ships(2)
    shop.written(brought("a", order_ref="77"), brought("b", pcs=3))
    shop.written(brought("a"), brought("b"))
    assert shop.questions() == []
    assert shop.returned() == 2


def test_pieces_that_were_cancelled_before_shipping_cannot_come_back(shop: ReturnShop) -> None:
    shop.sells(10, 3)
    shop.record(report("1", {"iron": 3}))
    shop.record(report("1", {"iron": 1}))
    assert shop.written(brought(pcs=2)).rows[0].reason == "return_is_within_sold"
    assert shop.written(brought(pcs=1)).rows[0].outcome == "taken"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"order_ref": "77"}, "return_order_is_known"),
        ({"sku": "kettle"}, "return_line_is_known"),
        ({"sku": None, "line_ref": "kettle"}, "return_line_is_known"),
    ],
)
def test_what_is_not_ours_is_refused(shop: ReturnShop, told: dict[str, str], reason: str) -> None:
    shop.ships(1)
    assert shop.written(brought(**told)).rows[0].reason == reason
    assert shop.batches() == []


def test_a_return_without_goods_is_of_the_only_line_and_of_several_nobody_knows_which(shop: ReturnShop) -> None:
    shop.ships(1)
    assert shop.told(CHANNEL, coming("r1", sku=None)).rows[0].outcome == "taken"
    shop.record(report("2", {"iron": 1, "board": 1}, state="shipped"))
    assert shop.told(CHANNEL, coming("r2", order_ref="2", sku=None)).rows[0].reason == "return_line_is_one"


def test_a_person_may_name_the_order_by_our_number_and_the_goods_by_our_article(shop: ReturnShop) -> None:
    shop.ships(1)
    order = shop.orders.find(CHANNEL, "1")
    assert order is not None
    shop.execute("update sale_line set channel_sku = 'OZ-iron'")
    assert shop.written(brought(order_ref=order.number, sku="IRON")).rows[0].outcome == "taken"


def test_an_order_number_of_two_channels_is_asked_about(shop: ReturnShop) -> None:
    shop.ships(1)
    shop.execute(
        "insert into sale_order (channel, order_ref, warehouse_ref, state, status, is_by_channel, is_prior, placed_at, payload, heard_by, "
        "seen_at, recorded_at) select 'wb', order_ref, '', 'shipped', 'x', false, false, placed_at, '{}', 'poll', seen_at, recorded_at "
        "from sale_order"
    )
    assert shop.written(brought()).rows[0].reason == "return_order_is_one"


def test_what_the_channel_ships_itself_comes_back_to_it_and_is_left_alone(shop: ReturnShop) -> None:
    shop.record(report("1", {"iron": 1}, is_by_channel=True, state="shipped"))
    assert shop.told(CHANNEL, coming("r1")).rows[0].outcome == "apart"
    assert shop.batches() == []


def test_a_row_that_is_corrected_to_another_order_leaves_the_first_one(shop: ReturnShop) -> None:
    shop.ships(1)
    shop.record(report("2", {"iron": 1}, state="shipped"))
    shop.written(brought("a", condition="unknown"))
    shop.written(brought("a", condition="unknown", order_ref="2"))
    assert shop.rows("select o.order_ref, l.pcs from return_line l join sale_order o using (order_id)") == [("2", 1)]
    shop.written(brought("a", condition="unknown"))
    assert shop.rows("select o.order_ref, l.pcs from return_line l join sale_order o using (order_id)") == [("1", 1)]
    assert shop.rows("select sum(returned_pcs)::int from returned_line") == [(1,)]


def test_a_wrong_correction_leaves_what_was_right(shop: ReturnShop) -> None:
    shop.ships(1)
    shop.written(brought("a", condition="unknown"))
    assert shop.written(brought("a", condition="unknown", order_ref="77")).rows[0].outcome == "refused"
    assert shop.returned() == 1


def test_a_return_that_the_channel_calls_off_is_not_coming_back(shop: ReturnShop) -> None:
    shop.ships(1)
    shop.told(CHANNEL, coming("r1"))
    shop.told(CHANNEL, coming("r1", state="cancelled"))
    assert (shop.batches(), shop.returned()) == ([], 0)
    assert shop.told(CHANNEL, coming("r1")).rows[0].outcome == "same"
    assert shop.told(CHANNEL, coming("r2")).rows[0].outcome == "taken"


def test_statuses_out_of_order_and_twice_end_the_same(shop: ReturnShop) -> None:
    shop.ships(1)
    for state in ("ready", "coming", "ready", "announced"):
        shop.told(CHANNEL, coming("r1", state=state))
    assert [row[2] for row in shop.batches()] == ["ready"]


def test_of_two_lines_with_the_same_goods_the_one_told_of_stays_the_one_told_of(shop: ReturnShop) -> None:
    shop.sells(10, 2)
    lines = [report("1", {"iron": 1}, state="shipped").with_columns(line_ref=pl.lit(one)) for one in ("iron-1", "iron-2")]
    shop.record(*lines)
    for _ in range(2):
        shop.told(CHANNEL, coming("r1"))
    shop.told("cdek", coming("c1"))
    assert shop.rows("select line_ref, pcs from return_line") == [("iron-1", 1)]
    shop.told(CHANNEL, coming("r1"), coming("r2"))
    assert sorted(shop.rows("select line_ref, pcs from return_line")) == [("iron-1", 1), ("iron-2", 1)]


def test_what_lies_there_undecided_is_asked_about_until_somebody_decides(shop: ReturnShop) -> None:
    shop.ships(1)
    waiting = shop.told(CHANNEL, coming("r1", state="received"))
    number = waiting.waiting[0]
    assert shop.questions() == [(str(number), "return_waits_for_decision")]
    assert ("accountant", "return", str(number)) not in shop.owed()
    decided = shop.written(brought())
    assert (shop.questions(), decided.documented) == ([], (number,))
    assert ("accountant", "return", str(number)) in shop.owed()


def test_1c_is_owed_a_document_once_and_by_the_way_the_settings_name(shop: ReturnShop) -> None:
    shop.ships(2)
    number = shop.written(brought("a"), rules=ODATA).documented[0]
    shop.told(CHANNEL, coming("r1", state="received"), rules=ODATA)
    assert shop.owed() == [(f"odata:{SOURCE}", "return", str(number))]
    assert shop.rows("select version::int from outbox") == [(1,)]


def test_what_1c_knows_of_changes_no_more_and_more_of_the_same_order_is_another_return(shop: ReturnShop) -> None:
    shop.ships(2)
    first = shop.written(brought("a")).documented
    assert shop.written(brought("a", condition="defect", decision="write_off")).rows[0].reason == "return_is_in_onec_already"
    assert [row[3] for row in shop.batches()] == ["sellable"]
    second = shop.written(brought("b")).documented
    assert second
    assert second != first


def test_a_return_waits_for_the_last_of_its_pieces(shop: ReturnShop) -> None:
    shop.ships(2)
    shop.told(CHANNEL, coming("r1", pcs=2))
    assert shop.written(brought("a")).documented == ()
    assert len(shop.written(brought("b")).documented) == 1


def test_a_lost_piece_holds_nobody_up_and_is_a_return_of_its_own_when_it_is_found(shop: ReturnShop) -> None:
    shop.ships(2)
    shop.told(CHANNEL, coming("r1", pcs=2))
    shop.written(brought("a"))
    first = shop.told(CHANNEL, coming("r1", pcs=2, state="gone")).documented
    assert len(first) == 1
    found = shop.written(brought("b"))
    assert len(found.documented) == 1
    assert found.documented != first


def test_crms_hear_of_the_order_once_for_each_change(shop: ReturnShop) -> None:
    shop.ships(1)
    order = shop.orders.find(CHANNEL, "1")
    assert order is not None
    shop.told(CHANNEL, coming("r1"))
    shop.told(CHANNEL, coming("r1"))
    shop.told(CHANNEL, coming("r1", state="ready"))
    assert shop.rows("select subject, version::int from outbox where target = 'crm:main'") == [(order.number, 2)]


def test_a_site_pays_back_only_where_its_owner_wants_it_and_has_not_done_so(shop: ReturnShop) -> None:
    shop.ships(2)
    paying = ReturnRules(refunds=frozenset({CHANNEL}))
    first, second = shop.written(brought("a"), rules=paying).documented, shop.written(brought("b"), rules=RULES).documented
    refunds = [row for row in shop.owed() if row[1] == "refund"]
    assert refunds == [(f"channel:{CHANNEL}", "refund", str(first[0]))]
    assert ReturnDocuments(shop.hub).refunds([str(first[0])])[str(first[0])].pcs == {"iron": 1}
    assert second


def test_what_the_site_told_of_it_has_paid_back_itself(shop: ReturnShop) -> None:
    shop.ships(1)
    shop.told(CHANNEL, coming("refund-1", state="announced"))
    shop.written(brought(), rules=ReturnRules(refunds=frozenset({CHANNEL})))
    assert [row for row in shop.owed() if row[1] == "refund"] == []


def test_goods_rest_in_accounts_of_their_own_and_the_ledger_does_not_know_them(shop: ReturnShop) -> None:
    item_id = shop.ships(4)
    before = shop.accounts(item_id)
    shop.told(CHANNEL, coming("r1", pcs=4))
    shop.written(brought("a"), brought("b", condition="defect", decision="write_off"), brought("c", condition="defect"))
    resting = {row["account"]: row["pcs"] for row in ReturnViews(shop.hub).resting().to_dicts()}
    assert resting == {"coming": 1, "sellable": 1, "written_off": 1, "defect": 1}
    assert shop.accounts(item_id) == before
    shop.assert_conserved()


def test_sellable_goods_come_back_with_1cs_next_count_and_with_nothing_else(shop: ReturnShop) -> None:
    item_id = shop.ships(2)
    pool = shop.accounts(item_id)["pool"]
    number = shop.written(brought(pcs=2)).documented[0]
    assert shop.accounts(item_id)["pool"] == pool
    shop.returns.note_booked([number])
    assert ReturnViews(shop.hub).resting().is_empty()
    assert shop.accounts(item_id)["pool"] == pool
    shop.count({item_id: 12}, formed_at=datetime(2026, 3, 2, 13), began_at=AT + timedelta(hours=1))  # noqa: DTZ001
    shop.ledger.post_counts()
    assert shop.accounts(item_id)["pool"] == pool + 2
    shop.assert_conserved()


def test_the_document_says_what_was_paid_and_from_where_it_was_sold(shop: ReturnShop) -> None:
    shop.ships(2)
    number = shop.written(brought("a", pcs=2, reason="не подошёл", received_at=AT)).documented[0]
    (document,) = ReturnDocuments(shop.hub).by_number([str(number)])[str(number)]
    (line,) = document.lines
    assert (document.base, document.order_ref, document.received_at, document.told_by) == (SOURCE, "1", AT, ("workbook",))
    assert (line.item_ref, line.pcs, line.price_kopecks, line.sum_kopecks, line.place) == ("iron", 2, 100_00, 200_00, "main")
    assert "не подошёл" in document.comment
    assert ReturnDocuments(shop.hub).by_number([str(number)], base="other") == {}


def test_a_bundle_comes_back_as_its_parts_to_the_kopeck(shop: ReturnShop) -> None:
    iron, board = shop.stock(10, ref="iron"), shop.stock(10, ref="board")
    listing_id = shop.enlist(iron, "set")
    shop.offer(listing_id, {iron: 2, board: 4}, recipe=[[iron, 1], [board, 2]])
    shop.record(report("1", {"set": 2}, state="shipped", price_kopecks=100_01))
    number = shop.written(brought(sku="set", pcs=2)).documented[0]
    (document,) = ReturnDocuments(shop.hub).by_number([str(number)])[str(number)]
    assert {line.item_ref: line.pcs for line in document.lines} == {"iron": 2, "board": 4}
    assert sum(line.sum_kopecks for line in document.lines) == 200_02


def test_each_return_stands_in_one_workbook_of_the_accountants(shop: ReturnShop) -> None:
    shop.ships(3)
    book = ReturnDocuments(shop.hub)
    first, second = (str(shop.written(brought(key)).documented[0]) for key in ("a", "b"))
    assert book.to_paper([first]) == [1]
    assert book.to_paper([first, second]) == [1, 2]
    assert book.to_paper([first, second]) == [1, 2]
    assert [[one.return_id for one in book.of_paper(number)] for number in (1, 2)] == [[int(first)], [int(second)]]


def test_the_form_lists_shipped_lines_and_first_those_that_somebody_says_are_coming(shop: ReturnShop) -> None:
    shop.ships(2)
    shop.record(report("2", {"iron": 1}, state="shipped"), report("3", {"iron": 1}))
    shop.told(CHANNEL, coming("r1", order_ref="2"))
    lines = ReturnViews(shop.hub).returnable(datetime(2026, 1, 1, tzinfo=UTC))
    assert lines.select("order_ref", "sold_pcs", "returned_pcs", "awaited_pcs").rows() == [("2", 1, 1, 1), ("1", 2, 0, None)]


def test_pieces_that_a_channel_tells_apart_are_one_return(shop: ReturnShop) -> None:
    shop.ships(3)
    parts = [coming(f"7/{number}", group_ref="7", condition="defect" if number else "unknown") for number in range(2)]
    told = shop.told(CHANNEL, *parts)
    assert len(told.opened) == 1
    assert [row[1] for row in shop.batches()] == [1, 1]
    shop.told(CHANNEL, parts[1])
    assert [row[1:4] for row in shop.batches()] == [(1, "coming", "defect")]


def test_what_a_channel_calls_a_return_of_goods_that_never_left_is_a_cancellation(shop: ReturnShop) -> None:
    shop.sells(10, 2)
    shop.record(report("1", {"iron": 2}))
    assert shop.told(CHANNEL, coming("r1")).rows[0].outcome == "apart"
    assert shop.told("cdek", coming("c1")).rows[0].outcome == "taken"
    shop.record(report("1", {"iron": 2}, state="shipped"))
    assert shop.told(CHANNEL, coming("r1")).rows[0].outcome == "taken"
    assert shop.returned() == 1


def test_a_base_that_takes_documents_is_owed_one_per_warehouse_whole_in_the_debt(shop: ReturnShop) -> None:
    shop.ships(2)
    apart = ReturnRules(documents={SOURCE: f"odata:{SOURCE}"}, defect_place="defects")
    rows = (brought("a", received_at=AT), brought("b", condition="defect", decision="write_off", received_at=AT))
    shop.told(CHANNEL, coming("r1", pcs=2), rules=apart)
    number = shop.written(*rows, rules=apart).documented[0]
    owed = {row[0]: row[1] for row in shop.rows("select subject, detail from outbox where kind = 'return'")}
    assert owed.keys() == {str(number), f"{number}-2"}
    assert {one["header"]["place"]: one["lines"] for one in owed.values()} == {
        place: [{"item_ref": "iron", "pcs": 1, "price_kopecks": 100_00, "sum_kopecks": 100_00}] for place in ("main", "defects")
    }
    assert all(one["header"]["at"] == "2026-03-02T12:00:00Z" for one in owed.values())
