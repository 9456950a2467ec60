from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from adapters.errors import Misconfigured, OutcomeUnknown, Rejected, Unauthorized
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.client import NotEnabled
from adapters.onec.odata.documents import DocumentHeader, DocumentLine, NotPosted, amount, document_key
from adapters.onec.odata.names import DocumentKind
from tests.adapters.onec.odata.conftest import adapter_to, base_that, said
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD, Hand, ref

NAMES: dict[tuple[str, DocumentKind], str] = {
    ("ut", "shipment"): "Document_РеализацияТоваровУслуг",
    ("ut", "return"): "Document_ВозвратТоваровОтКлиента",
    ("unf", "shipment"): "Document_РасходнаяНакладная",
    ("unf", "return"): "Document_ПриходнаяНакладная",
}
KINDS: tuple[DocumentKind, ...] = ("shipment", "return")
IRON, RED, MAIN, SHOP, BUYER, BASIS = (ref(number) for number in range(1, 7))
AT = datetime(2026, 1, 31, 22, 15, tzinfo=UTC)
KEY = document_key("shipment", "order-17/1")
HEADER = DocumentHeader(
    at=AT, place=MAIN, partner=BUYER, counterparty=BUYER, organization=SHOP, basis=BASIS, comment="Utyug 17/1, отправление «А'1»"
)
LINES = [
    DocumentLine(item_ref=f"{IRON}#{RED}", pcs=2, price_kopecks=129905, sum_kopecks=259810),
    DocumentLine(item_ref=IRON, pcs=1, price_kopecks=100, sum_kopecks=99),
]


def in_1c(hand: Hand, kind: DocumentKind = "shipment") -> list[dict[str, Any]]:
    documents: dict[str, Any] = hand.books()["objects"].get(NAMES[hand.base, kind], {})
    return list(documents.values())


def moved(hand: Hand) -> float:
    records = hand.books()["records"]
    register, resource = {
        "ut": ("AccumulationRegister_ЗапасыИПотребности", "ВНаличии"),
        "unf": ("AccumulationRegister_ЗапасыНаСкладах", "Количество"),
    }[hand.base]
    return float(sum(one[resource] * (1 if one["RecordType"] == "Receipt" else -1) for one in records.get(register, [])))


@pytest.mark.parametrize(("kind", "pcs"), [("shipment", -3), ("return", 3)])
def test_a_document_is_written_and_posted(hand: Hand, onec: OnecOdata, kind: DocumentKind, pcs: int) -> None:
    put = onec.put_document(kind, KEY, HEADER, LINES)
    (document,) = in_1c(hand, kind)
    assert (put.is_new, put.document.is_posted, put.document.ref_key, put.document.number) == (True, True, KEY, document["Number"])
    assert (document["Ref_Key"], document["Posted"], document["Date"]) == (str(KEY), True, "2026-02-01T01:15:00")
    assert (document["Организация_Key"], document["Комментарий"], document["СуммаДокумента"]) == (SHOP, HEADER.comment, 2599.09)
    assert moved(hand) == pcs


def test_lines_carry_goods_characteristics_and_kopecks(hand: Hand, onec: OnecOdata) -> None:
    onec.put_document("shipment", KEY, HEADER, LINES)
    (document,) = in_1c(hand)
    lines = document["Товары" if hand.base == "ut" else "Запасы"]
    told = [(one["Номенклатура_Key"], one["Характеристика_Key"][:8], one["Количество"], one["Цена"], one["Сумма"]) for one in lines]
    assert told == [(IRON, RED[:8], 2, 1299.05, 2598.1), (IRON, "00000000", 1, 1, 0.99)]


def test_the_basis_is_told_with_its_kind(hand: Hand, onec: OnecOdata) -> None:
    onec.put_document("shipment", KEY, HEADER, LINES)
    (document,) = in_1c(hand)
    name, kind = ("ЗаказКлиента", "Document_ЗаказКлиента") if hand.base == "ut" else ("Заказ", "Document_ЗаказПокупателя")
    assert (document[name], document[f"{name}_Type"]) == (BASIS, f"StandardODATA.{kind}")


def test_unfs_return_is_a_receipt_of_its_own_operation(hands: dict[str, Hand]) -> None:
    with adapter_to(hands["unf"]) as onec:
        onec.put_document("return", KEY, HEADER, LINES)
    assert in_1c(hands["unf"], "return")[0]["ВидОперации"] == "ВозвратОтПокупателя"


def test_what_the_settings_add_is_written_and_the_header_goes_before_it(hands: dict[str, Hand]) -> None:
    shipment = {"values": {"Организация_Key": ref(90), "Статус": "Реализовано"}, "line_values": {"СуммаНДС": 0}, "partner": ""}
    with adapter_to(hands["ut"], names={"documents": {"shipment": {**shipment, "posts": False}}}) as onec:
        onec.put_document("shipment", KEY, HEADER, LINES)
        other = DocumentHeader(at=AT, place=MAIN)
        onec.put_document("shipment", document_key("shipment", "other"), other, LINES)
    first, second = sorted(in_1c(hands["ut"]), key=lambda one: one["Организация_Key"])
    assert (first["Организация_Key"], second["Организация_Key"], first["Статус"]) == (SHOP, ref(90), "Реализовано")
    assert first["Партнер_Key"] == "00000000-0000-0000-0000-000000000000"
    assert not first["Posted"]


def test_putting_again_writes_nothing(hand: Hand, onec: OnecOdata) -> None:
    onec.put_document("shipment", KEY, HEADER, LINES)
    hand.order("DELETE", "/exchanges")
    again = onec.put_document("shipment", KEY, HEADER, LINES)
    assert (again.is_new, again.document.is_posted) == (False, True)
    assert [one["method"] for one in hand.order("GET", "/exchanges")] == ["GET"]
    assert (len(in_1c(hand)), moved(hand)) == (1, -3)


@pytest.mark.parametrize("key_again", ["refused", "overwrites"])
@pytest.mark.parametrize("fault", ["timeout_after", "error_after", "garbage"])
def test_a_document_cut_after_its_effect_is_there_once(hand: Hand, onec: OnecOdata, fault: str, key_again: str) -> None:
    hand.order("PUT", "/habits", {"key_again": key_again})
    hand.order("POST", "/faults", {"kind": fault, "method": "POST", "status": 502})
    if fault == "error_after":
        assert onec.put_document("shipment", KEY, HEADER, LINES).is_new is False
    else:
        with pytest.raises(OutcomeUnknown):
            onec.put_document("shipment", KEY, HEADER, LINES)
        assert onec.put_document("shipment", KEY, HEADER, LINES).is_new is False
    assert (len(in_1c(hand)), in_1c(hand)[0]["Posted"], moved(hand)) == (1, True, -3)


def test_a_document_that_never_arrived_is_made_the_next_time(hand: Hand, onec: OnecOdata) -> None:
    hand.order("POST", "/faults", {"kind": "timeout_before", "method": "POST"})
    with pytest.raises(OutcomeUnknown):
        onec.put_document("shipment", KEY, HEADER, LINES)
    assert in_1c(hand) == []
    assert onec.put_document("shipment", KEY, HEADER, LINES).is_new is True


def test_a_document_whose_posting_was_cut_is_posted_the_next_time(hand: Hand, onec: OnecOdata) -> None:
    hand.order("POST", "/faults", {"kind": "timeout_before", "method": "POST", "path": "/Post"})
    with pytest.raises(OutcomeUnknown):
        onec.put_document("shipment", KEY, HEADER, LINES)
    assert [one["Posted"] for one in in_1c(hand)] == [False]
    assert onec.put_document("shipment", KEY, HEADER, LINES).document.is_posted
    assert (len(in_1c(hand)), moved(hand)) == (1, -3)


def test_no_free_licence_for_a_write_is_unknown(hand: Hand) -> None:
    def say(request: httpx.Request) -> httpx.Response:
        return said({"value": []}) if request.method == "GET" else httpx.Response(500, text="Не обнаружено свободной лицензии!")

    with pytest.raises(OutcomeUnknown):
        base_that(say).put_document("shipment", KEY, HEADER, LINES)


def test_a_write_that_came_through_late_is_found_after_the_refusal_of_its_twin() -> None:
    shown = {"Ref_Key": str(KEY), "Number": "0000-000001 ", "Posted": True, "DeletionMark": False}
    asked: list[str] = []

    def say(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if request.method == "POST":
            return said({"odata.error": {"code": "-1", "message": {"lang": "ru", "value": "неуникальное значение ссылки"}}}, 500)
        return said({"value": [] if asked.count("GET") == 1 else [shown]})

    put = base_that(say).put_document("shipment", KEY, HEADER, LINES)
    assert (put.is_new, put.document.number, asked) == (False, "0000-000001", ["GET", "POST", "GET"])


def test_a_document_1c_will_not_post_stays_and_is_told_of(hand: Hand, onec: OnecOdata) -> None:
    bare = DocumentHeader(at=AT, place=MAIN)
    with pytest.raises(NotPosted, match="не провела") as caught:
        onec.put_document("shipment", KEY, bare, LINES)
    assert caught.value.document.ref_key == KEY
    assert "Организация" in caught.value.answer.decode()
    assert "Организация" not in caught.value.sentence
    assert [one["Posted"] for one in in_1c(hand)] == [False]


def test_a_document_mended_by_the_accountant_is_posted_when_put_again(hand: Hand, onec: OnecOdata) -> None:
    with pytest.raises(NotPosted):
        onec.put_document("shipment", KEY, DocumentHeader(at=AT, place=MAIN), LINES)
    name = NAMES[hand.base, "shipment"]
    buyer = "Партнер_Key" if hand.base == "ut" else "Контрагент_Key"
    hand.tell("PATCH", f"/objects/{name}/{KEY}", {"Организация_Key": SHOP, buyer: BUYER})
    assert onec.put_document("shipment", KEY, HEADER, LINES).document.is_posted


def test_a_document_marked_as_deleted_is_left_alone(hand: Hand, onec: OnecOdata) -> None:
    with pytest.raises(NotPosted):
        onec.put_document("shipment", KEY, DocumentHeader(at=AT, place=MAIN), LINES)
    hand.tell("PATCH", f"/objects/{NAMES[hand.base, 'shipment']}/{KEY}", {"DeletionMark": True})
    put = onec.put_document("shipment", KEY, HEADER, LINES)
    assert (put.document.is_deleted, put.document.is_posted, put.is_new) == (True, False, False)


def test_a_field_that_the_base_does_not_have_writes_nothing(hand: Hand) -> None:
    with adapter_to(hand, names={"documents": {"shipment": {"comment": "Примечание"}}}) as onec, pytest.raises(Rejected) as caught:
        onec.put_document("shipment", KEY, HEADER, LINES)
    assert "имена полей" in caught.value.sentence
    assert in_1c(hand) == []


def test_no_message_holds_1cs_words_or_what_was_sent() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return said({"value": []})
        return said({"odata.error": {"code": "7", "message": {"lang": "ru", "value": "Договор с Ивановым не найден"}}}, 400)

    with pytest.raises(Rejected) as caught:
        base_that(say).put_document("shipment", KEY, HEADER, LINES)
    assert "Иванов" not in caught.value.sentence
    assert HEADER.comment not in caught.value.sentence


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_that_is_not_enabled_is_named(hand: Hand, onec: OnecOdata, kind: DocumentKind) -> None:
    hand.tell("PUT", "/enabled", {NAMES[hand.base, kind]: False})
    with pytest.raises(NotEnabled, match=NAMES[hand.base, kind]):
        onec.put_document(kind, KEY, HEADER, LINES)


def test_a_user_who_may_not_write_is_unauthorized(hand: Hand, onec: OnecOdata) -> None:
    hand.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "writes": []})
    with pytest.raises(Unauthorized):
        onec.put_document("shipment", KEY, HEADER, LINES)


def test_a_document_kept_from_the_user_does_not_pass_for_one_that_is_not_there(hand: Hand, onec: OnecOdata) -> None:
    onec.put_document("shipment", KEY, HEADER, LINES)
    hand.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "hidden": [MAIN]})
    with pytest.raises(Unauthorized):
        onec.find_document("shipment", KEY)


def test_a_document_is_found_by_its_key_or_is_not_there(onec: OnecOdata) -> None:
    assert onec.find_document("shipment", KEY) is None
    put = onec.put_document("shipment", KEY, HEADER, LINES)
    assert onec.find_document("shipment", KEY) == put.document


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        (HEADER, []),
        (HEADER, [DocumentLine(item_ref="sku-1", pcs=1, price_kopecks=1, sum_kopecks=1)]),
        (DocumentHeader(at=AT, place="Основной"), LINES),
    ],
)
def test_what_is_no_document_is_not_sent(hand: Hand, onec: OnecOdata, header: DocumentHeader, lines: list[DocumentLine]) -> None:
    with pytest.raises(Misconfigured):
        onec.put_document("shipment", KEY, header, lines)
    assert in_1c(hand) == []


def test_a_reference_has_the_same_key_for_ever_and_each_kind_its_own() -> None:
    assert document_key("shipment", "17") == UUID("51ffce13-0bdd-59ac-a2f1-408bf6177ffc")
    assert len({document_key(kind, one) for kind in KINDS for one in ("17", "18")}) == 4


@pytest.mark.parametrize(
    ("kopecks", "text"), [(129905, "1299.05"), (100, "1"), (10, "0.1"), (7, "0.07"), (999_999_999_999_999, "9999999999999.99")]
)
def test_roubles_are_written_with_their_kopecks(kopecks: int, text: str) -> None:
    assert str(amount(kopecks)) == text
