"""Product rows, fields and who moved a deal, as the vendor's pages of `crm.item.*` tell them."""

from tests.deployments.world.bitrix24.conftest import CONTACT, DEAL, NOTE, Hand

MUG = {"productName": "Кружка", "price": 349.5, "quantity": 2}


def rows(hand: Hand, deal_id: int) -> list[tuple[str, float, float]]:
    told = hand.told("crm.item.productrow.list", {"filter": {"=ownerType": "D", "=ownerId": deal_id}})["productRows"]
    return [(one["productName"], one["price"], one["quantity"]) for one in told]


def set_rows(deal_id: int, *given: object) -> dict[str, object]:
    return {"ownerType": "D", "ownerId": deal_id, "productRows": list(given)}


def test_rows_replace_those_that_were_there(hand: Hand) -> None:
    deal_id = hand.add(DEAL)
    assert rows(hand, deal_id) == []
    hand.told("crm.item.productrow.set", set_rows(deal_id, MUG, {**MUG, "productName": "Чай"}))
    hand.told("crm.item.productrow.set", set_rows(deal_id, MUG))
    assert rows(hand, deal_id) == [("Кружка", 349.5, 2.0)]


def test_rows_make_the_sum_unless_it_is_kept_by_hand(hand: Hand) -> None:
    counted, kept = hand.add(DEAL), hand.add(DEAL, opportunity=5, isManualOpportunity="Y")
    for deal_id in (counted, kept):
        hand.told("crm.item.productrow.set", set_rows(deal_id, MUG))
    assert [hand.item(DEAL, one)["opportunity"] for one in (counted, kept)] == [699.0, 5.0]


def test_a_set_is_kept_whole_or_not_at_all(hand: Hand) -> None:
    deal_id = hand.add(DEAL)
    hand.told("crm.item.productrow.set", set_rows(deal_id, MUG))
    for bad in ({"price": 1}, {**MUG, "price": "много"}):
        assert hand.refused("crm.item.productrow.set", set_rows(deal_id, MUG, bad))[1] == "INVALID_ARG_VALUE"
    assert len(rows(hand, deal_id)) == 1


def test_rows_are_of_a_deal_that_is_there(hand: Hand) -> None:
    assert hand.refused("crm.item.productrow.set", set_rows(77, MUG))[1] == "NOT_FOUND"
    assert hand.refused("crm.item.productrow.set", {**set_rows(1, MUG), "ownerType": "L"})[1] == "INVALID_ARG_VALUE"
    assert hand.refused("crm.item.productrow.list", {"filter": {"=ownerId": 1}})[1] == "INVALID_ARG_VALUE"


def test_fields_are_told_with_the_names_that_people_know(hand: Hand) -> None:
    fields = hand.told("crm.item.fields", {"entityTypeId": DEAL})["fields"]
    assert (fields[NOTE]["upperName"], fields[NOTE]["type"]) == ("UF_CRM_1721244707107", "string")
    assert (fields["originId"]["upperName"], fields["opportunity"]["type"]) == ("ORIGIN_ID", "double")
    assert (fields["updatedBy"]["isReadOnly"], fields["title"]["isReadOnly"]) == (True, False)


def test_who_moved_a_deal_is_told_apart_from_who_changed_it(hand: Hand) -> None:
    deal_id = hand.add(DEAL)
    assert hand.item(DEAL, deal_id)["movedBy"] == 1
    hand.clock.pass_(minutes=1)
    hand.tell("PUT", f"/items/{DEAL}/{deal_id}", {"stageId": "WON"})
    hand.told("crm.item.update", {"entityTypeId": DEAL, "id": deal_id, "fields": {"title": "x"}})
    item = hand.item(DEAL, deal_id)
    assert (item["updatedBy"], item["movedBy"], item["movedTime"]) == (1, 6, "2026-11-23T01:31:00+03:00")
    assert hand.item(CONTACT, hand.add(CONTACT))["movedBy"] is None
