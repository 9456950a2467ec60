"""Full exports in portions: what they lack leaves the sale only when all of them is in."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.hub.hub import Hub
from adapters.hub.series import Series
from tasks.rules.gate import GateLimits, decide
from tests.adapters.hub.export import NOON, ROOMY, Onec, count, offer, price, product, refused

FULL = {"is_changes_only": False}
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


def goods(*refs: str) -> Any:
    return {"product": [product(ref) for ref in refs], "offer": [offer(ref) for ref in refs]}


def absent(onec: Onec) -> list[str]:
    """Refs of what is off sale as absent, product and item together."""
    return [ref for (ref,) in onec.rows(
        "select product_ref from product where is_absent union all select item_ref from item where is_absent order by 1"
    )]  # fmt: skip


def test_what_no_portion_of_a_full_export_has_is_absent_and_its_count_stays(onec: Onec) -> None:
    onec.send(**goods("iron", "mat", "pan"), count=[count("pan", 5)])
    onec.send(**goods("iron"), said=FULL | {"formed_at": LATER})
    onec.send(**goods("mat"), said={"formed_at": LATER})
    assert absent(onec) == []
    assert {(closed.entity, closed.state, closed.missing) for closed in onec.close()} == {
        ("product", "complete", 1),
        ("item", "complete", 1),
    }
    assert absent(onec) == ["pan", "pan"]
    assert onec.one("select pcs from stock_count") == 5


def test_changes_alone_take_nothing_off_sale(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"))
    onec.send(**goods("iron"))
    assert onec.close() == []
    assert absent(onec) == []


def test_what_appears_again_in_any_file_is_on_sale_again(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"))
    onec.send(**goods("iron"), said=FULL)
    onec.close()
    onec.send(product=[product("mat")], count=[count("mat", 1)])
    assert absent(onec) == []


def test_a_refused_row_is_in_the_export_and_not_absent(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"))
    onec.send(**goods("iron"), said=FULL, refused=refused("product", "mat", "vat_is_known"))
    onec.send(refused=refused("offer", "mat", "name_is_short"))
    onec.close()
    assert absent(onec) == []


def test_a_row_older_than_the_hubs_is_in_the_export_all_the_same(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"), said={"formed_at": LATER})
    onec.send(**goods("iron", "mat"), said=FULL)
    onec.close()
    assert absent(onec) == []


def test_an_item_that_only_a_count_names_is_not_absent(onec: Onec) -> None:
    onec.send(**goods("iron"), said=FULL)
    onec.send(count=[count("mat", 1)])
    onec.close()
    assert absent(onec) == []


@pytest.mark.parametrize("state", ["refused", "held", "dismissed"])
def test_an_export_with_a_lost_file_takes_nothing_off_sale(onec: Onec, state: str) -> None:
    onec.send(**goods("iron", "mat"))
    onec.send(**goods("iron"), said=FULL, name="import0_1.xml")
    lost = onec.put(name="import0_2.xml")
    if state == "refused":
        onec.inbox.refuse(lost.feed_id, "Файл обрывается.", reason="truncated")
    elif state == "held":
        onec.inbox.hold(lost.feed_id, "Задержан.", {})
    else:
        onec.inbox.dismiss(lost.feed_id)
    assert {closed.state for closed in onec.close()} == {"broken"}
    assert absent(onec) == []


def test_a_lost_file_that_came_again_is_not_lost(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"))
    onec.send(**goods("iron"), said=FULL, name="import0_1.xml")
    onec.inbox.refuse(onec.put(name="import0_2.xml").feed_id, "Файл обрывается.", reason="truncated")
    onec.send(**goods("pan"), name="import0_2.xml")
    assert {closed.state for closed in onec.close()} == {"complete"}
    assert absent(onec) == ["mat", "mat"]


def many(*, start: int = 0, end: int) -> Any:
    return goods(*(f"ref{n:03}" for n in range(start, end)))


def test_an_export_that_lacks_too_much_is_held_and_told_once(onec: Onec) -> None:
    onec.send(**many(end=100))
    onec.send(**many(end=60), said=FULL)
    assert {closed.state for closed in onec.close()} == {"held"}
    assert absent(onec) == []
    assert onec.rows("select cause, times from incident where kind = 'catalog_shrunk' order by 1") == [
        ("main:item", 1),
        ("main:product", 1),
    ]


def test_a_person_may_agree_that_what_a_held_export_lacks_is_gone(onec: Onec) -> None:
    onec.send(**many(end=100))
    onec.send(**many(end=60), said=FULL)
    onec.close()
    onec.send(**goods("new"))
    closed = onec.series.accept("main", now=onec.hub.clock.now())
    assert {(one.entity, one.missing) for one in closed} == {("product", 40), ("item", 40)}
    assert len(absent(onec)) == 80
    assert onec.rows("select 1 from incident where kind = 'catalog_shrunk' and recovered_at is null") == []


def test_a_new_full_export_closes_the_one_before(onec: Onec) -> None:
    onec.send(**goods("iron", "mat", "pan"))
    onec.send(**goods("iron", "mat"), said=FULL)
    onec.send(**goods("iron"), said=FULL | {"formed_at": LATER})
    assert absent(onec) == ["pan", "pan"]
    onec.close()
    assert absent(onec) == ["mat", "mat", "pan", "pan"]


def test_an_export_sent_anew_from_its_first_portion_takes_nothing_off_sale_and_alarms_nobody(onec: Onec) -> None:
    onec.send(**many(end=100))
    onec.send(**many(end=30), said=FULL)
    onec.send(**many(end=30), said=FULL)
    assert absent(onec) == []
    assert onec.rows("select 1 from incident") == []
    onec.send(**many(start=30, end=100))
    assert {closed.state for closed in onec.close()} == {"complete"}
    assert absent(onec) == []


def test_a_complete_file_that_repeats_nothing_is_another_part_of_the_same_export(onec: Onec) -> None:
    onec.send(**goods("iron"), said=FULL, name="import0_1.xml")
    onec.send(**goods("delivery"), said=FULL, name="services0_1.xml")
    onec.close()
    assert absent(onec) == []


def test_catalogues_of_one_base_are_exported_apart(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"), said=FULL | {"catalog_ref": "A"})
    onec.close()
    onec.send(**goods("pan"), said=FULL | {"catalog_ref": "B#"})
    onec.close()
    assert absent(onec) == []
    onec.send(**goods("iron"), said=FULL | {"catalog_ref": "A"})
    onec.close()
    assert absent(onec) == ["mat", "mat"]


def test_a_file_formed_before_a_complete_export_has_nothing_to_add(onec: Onec) -> None:
    onec.send(**goods("iron"), price=[price("iron", 100)])
    onec.send(**goods("iron"), price=[price("iron", 100)], said=FULL | {"formed_at": LATER})
    onec.close()
    late = onec.send(price=[price("iron", 50)], offer=[offer("old")], said={"formed_at": NOON + timedelta(minutes=30)})
    assert (late.state, late.loaded, late.dropped) == ("recorded", {}, {"offers": 1, "prices": 1})
    assert "раньше" in late.sentence
    assert "ничего не взято" in late.sentence
    assert onec.rows("select price_kopecks from price") == [(100,)]
    assert onec.rows("select 1 from item where item_ref = 'old'") == []


def test_a_late_file_does_not_undo_what_an_export_still_open_has_confirmed(onec: Onec) -> None:
    onec.send(**goods("iron"), count=[count("iron", 5)])
    onec.send(**goods("iron"), count=[count("iron", 5)], said=FULL | {"formed_at": LATER})
    onec.send(count=[count("iron", 9), count("other", 1)], said={"formed_at": NOON + timedelta(minutes=30)})
    assert onec.rows("select item_ref, pcs from stock_count join item using (item_id) order by 1") == [("iron", 5), ("other", 1)]


def test_a_late_file_does_not_undo_what_a_broken_export_has_confirmed(onec: Onec) -> None:
    onec.send(**goods("iron"), price=[price("iron", 100)])
    onec.send(**goods("iron"), price=[price("iron", 100)], said=FULL | {"formed_at": LATER})
    onec.inbox.dismiss(onec.put(name="import0_2.xml").feed_id)
    onec.close()
    onec.send(price=[price("iron", 50)], said={"formed_at": NOON + timedelta(minutes=30)})
    assert onec.one("select price_kopecks from price") == 100


@pytest.mark.parametrize("is_over", [True, False])
def test_an_older_full_export_that_comes_late_takes_nothing_off_sale(onec: Onec, is_over: bool) -> None:
    onec.send(**goods("iron", "mat"), said=FULL | {"formed_at": LATER})
    if is_over:
        onec.close()
    onec.send(**goods("iron"), said=FULL | {"formed_at": NOON})
    onec.close()
    assert absent(onec) == []


def test_what_only_an_older_full_export_has_is_absent_from_the_newer_one(onec: Onec) -> None:
    onec.send(**goods("iron"), said=FULL | {"formed_at": LATER})
    onec.send(**goods("iron", "gone"), said=FULL | {"formed_at": NOON})
    onec.close()
    assert absent(onec) == ["gone", "gone"]


def test_kinds_that_the_export_did_not_hold_are_taken_from_an_older_file(onec: Onec) -> None:
    onec.send(**goods("iron"), said=FULL | {"formed_at": LATER})
    onec.close()
    onec.send(price=[price("iron", 50)], said={"formed_at": NOON})
    assert onec.one("select price_kopecks from price") == 50


def quiet(onec: Onec, seconds: float) -> list[str]:
    now = onec.hub.clock.now() + timedelta(seconds=seconds)
    return [closed.state for closed in onec.series.close_quiet(now, 900, decide=lambda shape: decide(shape, ROOMY))]


def test_an_export_is_over_when_nothing_new_has_come_for_a_while(onec: Onec) -> None:
    onec.send(**goods("iron", "mat"))
    onec.send(**goods("iron"), said=FULL)
    assert quiet(onec, 890) == []
    assert quiet(onec, 910) == ["complete", "complete"]
    assert absent(onec) == ["mat", "mat"]


def test_an_export_of_which_a_file_still_waits_is_not_over(onec: Onec) -> None:
    onec.send(**goods("iron"), said=FULL)
    onec.put(name="import0_2.xml")
    assert quiet(onec, 910) == []


def test_lists_of_changes_that_name_nothing_new_do_not_keep_an_export_open(onec: Onec) -> None:
    onec.send(**goods("iron"), said=FULL)
    began_at = onec.one("select moved_at from export_series where entity = 'item'")
    onec.send(**goods("iron"), count=[count("iron", 1)])
    assert onec.one("select moved_at from export_series where entity = 'item'") == began_at


def test_umbrellas_and_findings_follow_what_became_absent(onec: Onec) -> None:
    onec.send(product=[product("iron", article="1"), product("mat", article="1")], offer=[offer("iron"), offer("mat")])
    assert onec.one("select count(*) from quarantine where state = 'open'") == 1
    onec.send(**goods("iron"), said=FULL)
    onec.close()
    assert onec.one("select count(*) from quarantine where state = 'open'") == 0


def test_closing_twice_is_closing_once(hub: Hub) -> None:
    onec = Onec(hub, limits=GateLimits(at_least=1000))
    onec.send(**goods("iron"), said=FULL)
    assert len(onec.close()) == 2
    assert onec.close() == []
    assert Series(hub).accept("main", now=hub.clock.now()) == []
