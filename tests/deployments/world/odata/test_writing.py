"""`reference/commerceml.md` §5: objects are made, changed, posted and unposted."""

from typing import Any

import pytest

from tests.deployments.world.odata.conftest import LOCAL, Hand, ref

SHIPMENT = {"ut": "Document_РеализацияТоваровУслуг", "unf": "Document_РасходнаяНакладная"}
RETURN = {"ut": "Document_ВозвратТоваровОтКлиента", "unf": "Document_ПриходнаяНакладная"}
TABLE = {"ut": "Товары", "unf": "Запасы"}
PLACE = {"ut": "Склад_Key", "unf": "СтруктурнаяЕдиница_Key"}
BALANCE = {"ut": "AccumulationRegister_ЗапасыИПотребности", "unf": "AccumulationRegister_ЗапасыНаСкладах"}
PCS = {"ut": "ВНаличииBalance", "unf": "КоличествоBalance"}
IRON, MAIN, SHOP, BUYER = (ref(number) for number in range(1, 5))


def document(base: str, pcs: int = 2, **fields: Any) -> dict[str, Any]:
    who = {"Партнер_Key": BUYER} if base == "ut" else {"Контрагент_Key": BUYER}
    line = {"LineNumber": "1", "Номенклатура_Key": IRON, "Количество": pcs, "Цена": 10.5, "Сумма": 10.5 * pcs}
    return {"Организация_Key": SHOP, PLACE[base]: MAIN, **who, TABLE[base]: [line], **fields}


def left(onec: Hand) -> float:
    path = f"{BALANCE[onec.base]}/Balance(Dimensions='Номенклатура')"
    return float(sum(row[PCS[onec.base]] for row in onec.rows(path)))


def made(onec: Hand, name: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = onec.post(name, body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_document_is_made_with_a_key_and_a_number_of_1cs_own(onec: Hand) -> None:
    told = made(onec, SHIPMENT[onec.base], document(onec.base))
    assert (told["Date"], told["Posted"], told[TABLE[onec.base]][0]["Количество"]) == (LOCAL, False, 2)
    assert told["Number"]
    assert onec.get(f"{SHIPMENT[onec.base]}(guid'{told['Ref_Key']}')").json()["DataVersion"] == told["DataVersion"]


def test_a_shipment_takes_from_the_shelf_only_when_it_is_posted(onec: Hand) -> None:
    onec.stock({"product": IRON, "place": MAIN, "pcs": 5})
    told = made(onec, SHIPMENT[onec.base], document(onec.base))
    assert left(onec) == 5
    for _ in range(2):
        assert onec.post(f"{SHIPMENT[onec.base]}(guid'{told['Ref_Key']}')/Post?PostingModeOperational=false").status_code == 200
    assert left(onec) == 3
    assert onec.post(f"{SHIPMENT[onec.base]}(guid'{told['Ref_Key']}')/Unpost").status_code == 200
    assert left(onec) == 5


def test_a_return_puts_back(onec: Hand) -> None:
    operation: dict[str, Any] = {} if onec.base == "ut" else {"ВидОперации": "ВозвратОтПокупателя"}
    told = made(onec, RETURN[onec.base], document(onec.base, **operation))
    assert onec.post(f"{RETURN[onec.base]}(guid'{told['Ref_Key']}')/Post").status_code == 200
    assert left(onec) == 2


def test_unfs_receipt_of_another_operation_is_no_return(unf: Hand) -> None:
    told = made(unf, RETURN["unf"], document("unf", ВидОперации="ПоступлениеОтПоставщика"))
    assert unf.post(f"{RETURN['unf']}(guid'{told['Ref_Key']}')/Post").status_code == 200
    assert left(unf) == 0


def test_a_document_without_what_1c_requires_is_not_posted(onec: Hand) -> None:
    body = document(onec.base)
    del body["Организация_Key"]
    told = made(onec, SHIPMENT[onec.base], body)
    answer = onec.post(f"{SHIPMENT[onec.base]}(guid'{told['Ref_Key']}')/Post")
    assert (answer.status_code, answer.json()["odata.error"]["code"]) == (500, "-1")
    assert "Организация" in answer.json()["odata.error"]["message"]["value"]


def test_a_base_may_forbid_to_take_more_than_there_is(onec: Hand) -> None:
    onec.stock({"product": IRON, "place": MAIN, "pcs": 1})
    onec.tell("PUT", "/negative", is_forbidden=True)
    told = made(onec, SHIPMENT[onec.base], document(onec.base))
    assert onec.post(f"{SHIPMENT[onec.base]}(guid'{told['Ref_Key']}')/Post").status_code == 500
    assert left(onec) == 1


def test_a_key_chosen_by_the_caller_is_refused_the_second_time(onec: Hand) -> None:
    body = document(onec.base, Ref_Key=ref(77))
    assert made(onec, SHIPMENT[onec.base], body)["Ref_Key"] == ref(77)
    assert onec.post(SHIPMENT[onec.base], body).status_code == 500
    assert len(onec.rows(SHIPMENT[onec.base])) == 1


def test_or_it_overwrites_and_the_document_is_no_longer_posted(onec: Hand) -> None:
    onec.order("PUT", "/habits", {"key_again": "overwrites"})
    for pcs in (2, 3):
        made(onec, SHIPMENT[onec.base], document(onec.base, pcs, Ref_Key=ref(77)))
        assert left(onec) == 0
        onec.post(f"{SHIPMENT[onec.base]}(guid'{ref(77)}')/Post")
        assert left(onec) == -pcs
    assert len(onec.rows(SHIPMENT[onec.base])) == 1


def test_a_change_says_only_what_changes(ut: Hand) -> None:
    told = made(ut, SHIPMENT["ut"], document("ut"))
    path = f"{ut.root}/{SHIPMENT['ut']}(guid'{told['Ref_Key']}')?$format=json"
    changed = ut.client.patch(path, json={"Комментарий": "срочно"}, headers={"If-Match": told["DataVersion"]}).json()
    assert (changed["Комментарий"], changed["Склад_Key"], len(changed["Товары"])) == ("срочно", MAIN, 1)
    late = ut.client.patch(path, json={"Комментарий": "нет"}, headers={"If-Match": told["DataVersion"]})
    assert late.status_code == 412


@pytest.mark.parametrize(
    "fields",
    [
        {"Склат_Key": MAIN},
        {"Склад_Key": "Основной"},
        {"СуммаДокумента": "21.00"},
        {"Date": "2026-01-31"},
        {"Posted": True},
        {"Товары": [{"LineNumber": "1", "Колво": 1}]},
    ],
)
def test_a_body_that_1c_would_not_read_makes_nothing(ut: Hand, fields: dict[str, Any]) -> None:
    assert ut.post(SHIPMENT["ut"], {**document("ut"), **fields}).status_code == 400
    assert ut.rows(SHIPMENT["ut"]) == []


def test_a_line_without_its_number_fails(ut: Hand) -> None:
    assert ut.post(SHIPMENT["ut"], document("ut", Товары=[{"Номенклатура_Key": IRON}])).status_code == 500


def test_lines_and_registers_are_not_written_by_themselves(ut: Hand) -> None:
    answer = ut.post(f"{SHIPMENT['ut']}_Товары", {"LineNumber": "1"})
    assert (answer.status_code, answer.json()["odata.error"]["code"]) == (400, "13")
    assert ut.post(BALANCE["ut"], {}).status_code == 400


def test_a_document_marked_as_deleted_is_not_posted(ut: Hand) -> None:
    told = made(ut, SHIPMENT["ut"], document("ut"))
    ut.tell("PATCH", f"/objects/{SHIPMENT['ut']}/{told['Ref_Key']}", {"DeletionMark": True})
    assert ut.post(f"{SHIPMENT['ut']}(guid'{told['Ref_Key']}')/Post").status_code == 500


def test_a_body_that_is_no_json_is_refused(ut: Hand) -> None:
    assert ut.client.post(f"{ut.root}/{SHIPMENT['ut']}", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400


def test_orders_of_the_control_that_it_does_not_know_are_refused(ut: Hand) -> None:
    told = [
        ut.control.put("/ut/enabled", json={"Catalog_Нет": True}),
        ut.control.post("/ut/objects/Catalog_Нет", json=[{}]),
        ut.control.post(f"/ut/records/{SHIPMENT['ut']}", json=[{}]),
        ut.control.put("/other/stock", json=[]),
        ut.control.patch(f"/ut/objects/{SHIPMENT['ut']}/{ref(9)}", json={}),
        ut.control.post(f"/ut/records/{BALANCE['ut']}", json=[{"Нет": 1}]),
        ut.control.put("/ut/stock", json=[{"product": IRON}]),
    ]
    assert [answer.status_code for answer in told] == [404, 404, 404, 404, 404, 422, 422]
