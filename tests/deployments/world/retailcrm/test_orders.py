"""`reference/services.md` §2: batches, orders, order fields."""

import pytest

from tests.deployments.world.retailcrm.conftest import Account


def test_an_order_is_created_and_read_by_its_external_id(crm: Account) -> None:
    answer = crm.post("/orders/create", {"order": {"externalId": "wb-1", "firstName": "Юлия"}, "site": "shop"})
    assert answer.status_code == 201
    order_id = answer.json()["id"]
    read = crm.read("/orders/wb-1", {"by": "externalId", "site": "shop"})["order"]
    assert (read["id"], read["externalId"], read["firstName"], read["status"]) == (order_id, "wb-1", "Юлия", "new")
    assert answer.json()["order"] == read
    assert crm.read(f"/orders/{order_id}", {"by": "id"})["order"] == read


def test_a_known_external_id_is_refused_by_create(crm: Account) -> None:
    crm.create("wb-1")
    answer = crm.post("/orders/create", {"order": {"externalId": "wb-1"}})
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert len(crm.books()["orders"]) == 1


def test_an_order_that_is_not_there_is_404(crm: Account) -> None:
    assert crm.get("/orders/wb-1").json() == {"success": False, "errorMsg": "Not found"}
    assert crm.post("/orders/wb-1/edit", {"order": {}}).status_code == 404
    assert crm.get("/orders/77", {"by": "id"}).status_code == 404
    assert crm.get("/orders/77", {"by": "number"}).status_code == 400


def test_every_documented_field_of_an_order_is_kept(crm: Account) -> None:
    crm.put()
    crm.done("/customers/create", {"customer": {"externalId": "c1", "firstName": "Юлия"}})
    order = {
        "externalId": "1",
        "number": "N-1",
        "orderType": "eshop-individual",
        "orderMethod": "shopping-cart",
        "status": "prepayed",
        "statusComment": "ждёт",
        "firstName": "Юлия",
        "lastName": "Щеглова",
        "patronymic": "Ивановна",
        "phone": "+79161234567",
        "email": "a@example.com",
        "customer": {"externalId": "c1"},
        "items": [
            {
                "offer": {"externalId": "КР-7/2"},
                "quantity": 2,
                "initialPrice": 490.5,
                "discountManualAmount": 40.5,
                "vatRate": "20",
                "status": "new",
                "externalIds": [{"code": "wb", "value": "77"}],
            }
        ],
        "delivery": {
            "code": "cdek",
            "cost": 300,
            "netCost": 250,
            "address": {"index": "101000", "countryIso": "RU", "region": "Москва", "city": "Москва", "street": "Мира", "building": "5", "flat": "1", "text": "пр. Мира, 5"},
            "data": {"trackNumber": "1234567890"},
        },
        "payments": [{"externalId": "p1", "type": "bank-card", "status": "paid", "amount": 1200, "paidAt": "2026-11-22 10:00:00"}],
        "shipmentStore": "main",
        "shipmentDate": "2026-11-25",
        "customFields": {"source": "wb"},
    }  # fmt: skip
    order_id = crm.done("/orders/create", {"order": order})["id"]
    read = crm.order_(order_id)
    for name in order.keys() - {"customer", "items", "payments"}:
        assert read[name] == order[name], name
    assert read["customer"]["externalId"] == "c1"
    (line,) = read["items"]
    assert (line["offer"]["externalId"], line["quantity"], line["initialPrice"], line["discountTotal"]) == ("КР-7/2", 2, 490.5, 40.5)
    assert (line["vatRate"], line["status"], line["externalIds"]) == ("20", "new", [{"code": "wb", "value": "77"}])
    (payment,) = read["payments"].values()
    assert (payment["externalId"], payment["status"], payment["amount"], payment["paidAt"]) == ("p1", "paid", 1200, "2026-11-22 10:00:00")
    assert (read["summ"], read["totalSumm"], read["prepaySum"], read["site"]) == (900, 1200, 1200, "shop")
    assert crm.tell("GET", "/unread") == {}


def test_payments_are_a_map_by_id_and_an_empty_map_is_a_list(crm: Account) -> None:
    paid, unpaid = crm.create("1", payments=[{"type": "cash", "amount": 5}]), crm.create("2")
    assert list(crm.order_(paid)["payments"]) == ["1"]
    assert crm.order_(unpaid)["payments"] == []
    assert crm.order_(unpaid)["customFields"] == []


def test_dates_are_in_the_accounts_zone_and_do_not_say_so(crm: Account) -> None:
    order_id = crm.create("1")
    assert crm.order_(order_id)["createdAt"] == "2026-11-23 01:30:01"


def test_a_date_that_is_said_is_in_the_accounts_zone_too(crm: Account) -> None:
    order_id = crm.create("1", createdAt="2026-11-20 00:15:00")
    assert crm.order_(order_id)["createdAt"] == "2026-11-20 00:15:00"
    assert crm.read("/orders", {"filter[createdAtTo]": "2026-11-20"})["orders"][0]["id"] == order_id
    assert crm.read("/orders", {"filter[createdAtFrom]": "2026-11-21"})["orders"] == []


def test_without_a_customer_one_is_made_of_the_contacts(crm: Account) -> None:
    order_id = crm.create("1", firstName="Юлия", phone="+79161234567")
    customer = crm.order_(order_id)["customer"]
    assert (customer["firstName"], customer["phones"]) == ("Юлия", [{"number": "+79161234567"}])


def test_a_customer_that_is_not_there_is_refused(crm: Account) -> None:
    answer = crm.post("/orders/create", {"order": {"customer": {"externalId": "none"}}})
    assert answer.json()["errors"] == ["customer: Customer not found."]


def test_an_edit_changes_only_what_it_says(crm: Account) -> None:
    order_id = crm.create(
        "1", firstName="Юлия", phone="1", delivery={"code": "cdek", "cost": 300, "address": {"city": "Москва", "flat": "1"}}
    )
    crm.done("/orders/1/edit", {"order": {"phone": None, "delivery": {"address": {"city": "Тверь"}}}, "by": "externalId", "site": "shop"})
    read = crm.order_(order_id)
    assert read["firstName"] == "Юлия"
    assert "phone" not in read
    assert read["delivery"] == {"code": "cdek", "cost": 300, "netCost": 0, "address": {"city": "Тверь", "flat": "1"}}


def test_an_edit_by_its_own_id(crm: Account) -> None:
    order_id = crm.create("1")
    crm.done(f"/orders/{order_id}/edit", {"order": {"status": "complete"}, "by": "id"})
    assert crm.order_(order_id)["status"] == "complete"


def test_an_edit_with_items_replaces_the_composition(crm: Account) -> None:
    crm.put("A")
    crm.put("B")
    lines = [{"offer": {"externalId": "A"}, "quantity": 2}, {"offer": {"externalId": "B"}, "quantity": 1}]
    order_id = crm.create("1", items=lines)
    kept = crm.order_(order_id)["items"][0]["id"]
    crm.done("/orders/1/edit", {"order": {"items": [{"id": kept, "quantity": 3}]}})
    (line,) = crm.order_(order_id)["items"]
    assert (line["id"], line["offer"]["externalId"], line["quantity"]) == (kept, "A", 3)
    crm.done("/orders/1/edit", {"order": {"firstName": "Юлия"}})
    assert len(crm.order_(order_id)["items"]) == 1


def test_a_line_is_known_again_by_its_outer_ids(crm: Account) -> None:
    crm.put("A")
    line = {"offer": {"externalId": "A"}, "externalIds": [{"code": "wb", "value": "1"}]}
    order_id = crm.create("1", items=[line])
    before = crm.order_(order_id)["items"][0]["id"]
    crm.done("/orders/1/edit", {"order": {"items": [{**line, "quantity": 5}, {"offer": {"externalId": "A"}}]}})
    assert [one["id"] for one in crm.order_(order_id)["items"]] == [before, before + 1]


def test_what_came_back_is_said_by_the_status_of_its_line_for_there_is_no_return(crm: Account) -> None:
    crm.put("A")
    order_id = crm.create("1", items=[{"offer": {"externalId": "A"}, "quantity": 2}])
    crm.done("/orders/1/edit", {"order": {"items": [{"id": 1, "status": "returned"}]}})
    assert [(one["status"], one["quantity"]) for one in crm.order_(order_id)["items"]] == [("returned", 2)]
    assert crm.history()[-1]["field"] == "order_product.status"
    assert crm.post("/returns/create").status_code == 404


def test_a_day_is_written_year_first(crm: Account) -> None:
    crm.create("1", shipmentDate="2026-11-25")
    for day in ("25.11.2026", "2026-11-25 10:00:00", "2026-13-25"):
        assert crm.post("/orders/create", {"order": {"shipmentDate": day}}).json()["errors"].keys() == {"shipmentDate"}


def test_an_edit_with_an_unknown_code_changes_nothing(crm: Account) -> None:
    order_id = crm.create("1")
    answer = crm.post("/orders/1/edit", {"order": {"status": "none", "phone": "1"}})
    assert (answer.status_code, answer.json()["errors"]) == (400, ['status: "none" does not exist.'])
    assert "phone" not in crm.order_(order_id)


def test_a_payment_is_not_changed_to_an_unknown_code_nor_to_none(crm: Account) -> None:
    order_id = crm.create("1", payments=[{"type": "cash", "amount": 5, "comment": "x"}])
    assert crm.post("/orders/payments/1/edit", {"payment": {"type": "shells"}}).status_code == 400
    crm.done("/orders/payments/1/edit", {"payment": {"type": None, "comment": None}})
    assert crm.order_(order_id)["payments"]["1"] == {"id": 1, "status": "not-paid", "type": "cash", "amount": 5}


def test_an_edit_leaves_payments_alone(crm: Account) -> None:
    order_id = crm.create("1", payments=[{"type": "cash", "amount": 5}])
    crm.done("/orders/1/edit", {"order": {"payments": []}})
    assert len(crm.order_(order_id)["payments"]) == 1


def test_an_edit_may_not_take_anothers_external_id(crm: Account) -> None:
    crm.create("1")
    crm.create("2")
    assert crm.post("/orders/2/edit", {"order": {"externalId": "1"}}).status_code == 400
    crm.done("/orders/2/edit", {"order": {"externalId": "2"}})


@pytest.mark.parametrize("offer", [{"externalId": "none"}, {"xmlId": "none"}, {"id": 123123}])
def test_an_offer_that_is_not_in_the_catalogue_is_refused(crm: Account, offer: dict[str, object]) -> None:
    ((name, value),) = offer.items()
    answer = crm.post("/orders/create", {"order": {"items": [{"offer": offer, "quantity": 1}]}})
    assert answer.json()["errors"] == [f"items[0].offer.{name}: Offer with {name} {value} not found."]


def test_an_offer_is_named_by_any_of_its_ids(crm: Account) -> None:
    offer_id = crm.put("A", xml_id="guid-1")
    order_id = crm.create(
        "1", items=[{"offer": one, "quantity": 1} for one in ({"id": offer_id}, {"xmlId": "guid-1"}, {"externalId": "A"})]
    )
    assert [one["offer"]["id"] for one in crm.order_(order_id)["items"]] == [offer_id] * 3


def test_an_upload_makes_up_to_fifty(crm: Account) -> None:
    orders = [{"externalId": str(number)} for number in range(51)]
    assert crm.post("/orders/upload", {"orders": orders}).status_code == 400
    assert crm.books()["orders"] == {}
    told = crm.done("/orders/upload", {"orders": orders[:50]})
    assert told["uploadedOrders"][49] == {"id": 50, "externalId": "49"}


def test_a_partly_refused_upload_is_460_and_the_others_are_made(crm: Account) -> None:
    orders = [{"externalId": "1"}, {"externalId": "2", "items": [{"offer": {"id": 123123}}]}, {"externalId": "3"}]
    answer = crm.post("/orders/upload", {"orders": orders})
    assert answer.status_code == 460
    assert answer.json() == {
        "success": False,
        "uploadedOrders": [{"id": 1, "externalId": "1"}, {"id": 2, "externalId": "3"}],
        "failedOrders": [{"externalId": "2"}],
        "errorMsg": "Orders are loaded with errors",
        "errors": ["items[0].offer.id: Offer with id 123123 not found."],
    }
    assert {one["externalId"] for one in crm.books()["orders"].values()} == {"1", "3"}


def test_an_upload_only_creates_so_repeating_it_whole_fails_on_those_made(crm: Account) -> None:
    crm.done("/orders/upload", {"orders": [{"externalId": "1", "firstName": "Юлия"}]})
    answer = crm.post("/orders/upload", {"orders": [{"externalId": "1", "firstName": "Анна"}, {"externalId": "2"}, {"externalId": "2"}]})
    assert (answer.status_code, answer.json()["failedOrders"]) == (460, [{"externalId": "1"}, {"externalId": "2"}])
    assert crm.order_(1)["firstName"] == "Юлия"


def test_an_order_of_an_upload_can_be_ordered_to_fail(crm: Account) -> None:
    crm.tell("POST", "/faults", {"kind": "refuse_item", "sku": "2"})
    assert crm.post("/orders/upload", {"orders": [{"externalId": "1"}, {"externalId": "2"}]}).json()["failedOrders"] == [
        {"externalId": "2"}
    ]


def test_statuses_are_read_by_both_kinds_of_ids(crm: Account) -> None:
    first, second = crm.create("1"), crm.create("2", status="no-product")
    crm.create("3")
    told = crm.read("/orders/statuses", {"ids[]": [first, 77], "externalIds[]": ["2", "none"]})["orders"]
    assert told == [
        {"id": first, "externalId": "1", "status": "new", "group": "new"},
        {"id": second, "externalId": "2", "status": "no-product", "group": "cancel"},
    ]


def test_external_ids_are_fixed_all_or_none(crm: Account) -> None:
    by_hand = int(crm.tell("POST", "/orders", {"firstName": "Юлия"})["order_ref"])
    crm.create("1")
    for rows in ([{"id": by_hand, "externalId": "9"}, {"id": 77, "externalId": "8"}], [{"id": by_hand, "externalId": "1"}]):
        assert crm.post("/orders/fix-external-ids", {"orders": rows}).json()["errorMsg"] == "Invalid input parameters"
    assert crm.post("/orders/fix-external-ids", {"orders": [{"externalId": "9"}]}).status_code == 400
    assert crm.get("/orders/9").status_code == 404
    crm.done("/orders/fix-external-ids", {"orders": [{"id": by_hand, "externalId": "9"}]})
    assert crm.read("/orders/9")["order"]["id"] == by_hand


def test_a_payment_is_made_changed_and_deleted(crm: Account) -> None:
    order_id = crm.create("1")
    answer = crm.post(
        "/orders/payments/create",
        {"payment": {"order": {"externalId": "1"}, "type": "cash", "amount": 300, "externalId": "p"}, "site": "shop"},
    )
    assert answer.status_code == 201
    payment_id = answer.json()["id"]
    crm.done(f"/orders/payments/{payment_id}/edit", {"payment": {"status": "paid", "paidAt": "2026-11-22 10:00:00"}, "by": "id"})
    (payment,) = crm.order_(order_id)["payments"].values()
    assert (payment["status"], payment["amount"], payment["paidAt"]) == ("paid", 300, "2026-11-22 10:00:00")
    crm.done("/orders/payments/p/edit", {"payment": {"amount": 500}, "by": "externalId"})
    assert crm.order_(order_id)["prepaySum"] == 500
    crm.done(f"/orders/payments/{payment_id}/delete")
    assert crm.order_(order_id)["payments"] == []


def test_a_payment_names_an_order_that_is_there(crm: Account) -> None:
    refused = crm.post("/orders/payments/create", {"payment": {"order": {}, "type": "cash"}})
    assert refused.json()["errors"] == {"order": "Set one of the following fields: id, externalId, number"}
    assert crm.post("/orders/payments/create", {"payment": {"order": {"id": 77}, "type": "cash"}}).status_code == 400
    order_id = crm.create("1")
    assert crm.post("/orders/payments/create", {"payment": {"order": {"id": order_id}, "type": "shells"}}).status_code == 400
    assert crm.post("/orders/payments/create", {"payment": {"order": {"number": f"{order_id}C"}, "type": "cash"}}).status_code == 201


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_a_payment_that_is_not_there_is_404(crm: Account, what: str) -> None:
    answer = crm.post(f"/orders/payments/77/{what}", {"payment": {"amount": 500}})
    assert (answer.status_code, answer.json()["errorMsg"]) == (404, "Payment not found")


def test_orders_are_linked(crm: Account) -> None:
    first, second = crm.create("1"), crm.create("2")
    assert (
        crm.post("/orders/links/create", {"link": {"comment": "одна коробка", "orders": [{"id": first}, {"externalId": "2"}]}}).status_code
        == 201
    )
    assert crm.order_(first)["links"][0]["order"]["id"] == second
    assert crm.order_(second)["links"][0]["order"]["id"] == first
    assert crm.post("/orders/links/create", {"link": {"orders": [{"id": first}]}}).status_code == 400
    assert crm.post("/orders/links/create", {"link": {"orders": [{"id": first}, {"id": 77}]}}).status_code == 400


def test_orders_are_listed_by_pages_and_filters(crm: Account) -> None:
    crm.done("/orders/upload", {"orders": [{"externalId": f"wb-{number}"} for number in range(45)]})
    crm.create("ozon-1", status="complete")
    page = crm.read("/orders", {"limit": 20, "page": 3})
    assert page["pagination"] == {"limit": 20, "totalCount": 46, "currentPage": 3, "totalPageCount": 3}
    assert len(page["orders"]) == 6
    assert [one["externalId"] for one in crm.read("/orders", {"filter[externalIds][]": ["wb-1", "ozon-1"]})["orders"]] == ["ozon-1", "wb-1"]
    assert [one["externalId"] for one in crm.read("/orders", {"filter[extendedStatus][]": "complete"})["orders"]] == ["ozon-1"]


class TestSeveralShops:
    @pytest.fixture
    def sites(self) -> dict[str, str]:
        return {"shop": "Магазин", "outlet": "Распродажа"}

    def test_an_external_id_is_unique_within_its_shop(self, crm: Account) -> None:
        for site in ("shop", "outlet"):
            crm.done("/orders/create", {"order": {"externalId": "1"}, "site": site})
        assert crm.read("/orders/1", {"site": "outlet"})["order"]["site"] == "outlet"
        assert crm.post("/orders/create", {"order": {"externalId": "1"}, "site": "outlet"}).status_code == 400

    def test_a_key_of_several_shops_says_which(self, crm: Account) -> None:
        answer = crm.post("/orders/create", {"order": {"externalId": "1"}})
        assert (answer.status_code, answer.json()["errorMsg"]) == (400, "Parameter 'site' is missing")
        assert crm.get("/orders/1").status_code == 400

    def test_a_key_of_one_shop_need_not_and_sees_no_other(self, crm: Account) -> None:
        crm.tell("PUT", "/keys", {"api_key": "outlet", "sites": ["outlet"]})
        crm.done("/orders/create", {"order": {"externalId": "1"}, "site": "shop"})
        assert crm.post("/orders/create", {"order": {"externalId": "1"}}, key="outlet").json()["order"]["site"] == "outlet"
        answer = crm.post("/orders/create", {"order": {}, "site": "shop"}, key="outlet")
        assert (answer.status_code, answer.json()["errorMsg"]) == (403, "Access denied.")
        mine = crm.client.get("/orders", headers={"X-API-KEY": "outlet"}).json()["orders"]
        assert [one["site"] for one in mine] == ["outlet"]
        assert crm.client.get("/orders/1", params={"by": "id"}, headers={"X-API-KEY": "outlet"}).status_code == 404
        history = crm.client.get("/orders/history", headers={"X-API-KEY": "outlet"}).json()["history"]
        assert [one["order"]["site"] for one in history] == ["outlet"]

    def test_a_key_touches_nothing_of_another_shop(self, crm: Account) -> None:
        crm.tell("PUT", "/keys", {"api_key": "outlet", "sites": ["outlet"]})
        crm.done("/orders/upload", {"orders": [{"externalId": "1"}, {"externalId": "2"}], "site": "shop"})
        crm.done("/orders/payments/create", {"payment": {"order": {"id": 1}, "type": "cash", "amount": 5}})
        for path, form in (
            ("/orders/1/edit", {"order": {"phone": "1"}, "by": "id"}),
            ("/orders/fix-external-ids", {"orders": [{"id": 1, "externalId": "9"}]}),
            ("/orders/links/create", {"link": {"orders": [{"id": 1}, {"id": 2}]}}),
            ("/orders/payments/create", {"payment": {"order": {"id": 1}, "type": "cash"}}),
            ("/orders/payments/1/delete", {}),
            ("/customers/1/edit", {"customer": {"email": "a@example.com"}, "by": "id"}),
            ("/customers/fix-external-ids", {"customers": [{"id": 1, "externalId": "9"}]}),
        ):
            assert crm.post(path, form, key="outlet").status_code in (400, 404), path
        assert len(crm.history()) == 3
        mine = {"X-API-KEY": "outlet"}
        assert crm.client.get("/customers", headers=mine).json()["customers"] == []
        assert crm.client.get("/customers/history", headers=mine).json()["history"] == []
        assert crm.client.get("/orders/statuses", params={"ids[]": 1}, headers=mine).json()["orders"] == []
