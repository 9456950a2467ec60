"""What documents and their lines claim."""

import json
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.orders import judge_documents, judge_lines
from validation.orders import DocumentRead, DocumentReported, LineRead, LineReported
from validation.quarantine import Judged

ALL_TEXT: dict[str, Any] = dict.fromkeys(DocumentRead.to_schema().columns, pl.String) | {"row": pl.Int64}
LINE_TEXT: dict[str, Any] = dict.fromkeys(LineRead.to_schema().columns, pl.String) | {"row": pl.Int64}


def at(*parts: int) -> datetime:
    """A stamp of a 1C clock has no zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def documents(*rows: dict[str, str | None]) -> Judged:
    said = {"part": "0", "number": "7", "operation": "Заказ товара", "buyers": "1", "lines_stated": "1"}
    return judge_documents(pl.DataFrame([said | {"row": n} | row for n, row in enumerate(rows, 1)], schema=ALL_TEXT))


def lines(*rows: dict[str, str | None]) -> Judged:
    said = {"part": "0", "number": "7", "item_ref": "a", "quantity": "1", "price": "10", "total": "10"}
    return judge_lines(pl.DataFrame([said | {"row": 1, "line_no": str(n)} | row for n, row in enumerate(rows, 1)], schema=LINE_TEXT))


def document(**said: str | None) -> dict[str, Any]:
    judged = documents(said)
    assert judged.refused.is_empty(), judged.refused["reason"].to_list()
    return judged.passed.row(0, named=True)


def line(**said: str | None) -> dict[str, Any]:
    judged = lines(said)
    assert judged.refused.is_empty(), judged.refused["reason"].to_list()
    return judged.passed.row(0, named=True)


def test_nothing_in_is_nothing_out() -> None:
    assert documents().passed.is_empty()
    assert lines().passed.is_empty()
    assert documents().passed.columns == list(DocumentReported.to_schema().columns)
    assert lines().passed.columns == list(LineReported.to_schema().columns)


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("2014-12-12", None, at(2014, 12, 12)),
        ("2014-12-12", "9:51:39", at(2014, 12, 12, 9, 51, 39)),
        ("2014-12-12T9:51:39", "00:00:00", at(2014, 12, 12, 9, 51, 39)),
        ("2014-12-12T09:51:39.123+03:00", None, at(2014, 12, 12, 9, 51, 39)),
        ("11.02.2021 18:45:21", None, at(2021, 2, 11, 18, 45, 21)),
        ("0001-01-01", None, None),
        ("0001-01-01T00:00:00", "00:00:00", None),
        (None, "12:00:00", None),
    ],
)
def test_dates_are_read_in_each_of_their_forms_and_1cs_empty_date_is_none(date: str, time: str | None, expected: datetime | None) -> None:
    assert document(date=date, time=time)["placed_stamp"] == expected


@pytest.mark.parametrize("said", ["true", "True", "Да", "1"])
def test_a_claim_is_true_in_each_of_its_forms(said: str) -> None:
    assert document(posted=said)["is_posted"] is True


@pytest.mark.parametrize("said", ["false", "Нет", "0"])
def test_a_claim_is_false_in_each_of_its_forms(said: str) -> None:
    assert document(posted=said, cancelled=said)["is_posted"] is False


def test_posting_that_is_not_spoken_of_is_unknown_and_the_other_claims_are_false() -> None:
    silent = document()
    assert silent["is_posted"] is None
    assert not any(silent[claim] for claim in ("is_cancelled", "is_marked_deleted", "is_paid", "is_shipped"))


@pytest.mark.parametrize(
    ("said", "is_shipped"),
    [
        ({"shipped_number": "О-1"}, True),
        ({"shipped_date": "2015-06-29T17:32:27"}, True),
        ({"shipped": "true"}, True),
        ({"shipped": "false", "shipped_number": "О-1"}, False),
        ({"shipped_date": "0001-01-01"}, False),
    ],
)
def test_shipment_is_claimed_outright_or_by_the_number_of_its_document(said: dict[str, str], is_shipped: bool) -> None:
    assert document(**said)["is_shipped"] is is_shipped
    assert document(**{name.replace("shipped", "paid"): text for name, text in said.items()})["is_paid"] is is_shipped


def test_names_of_the_rouble_are_one_currency() -> None:
    assert {document(currency=name)["currency"] for name in ("руб", "руб.", "RUR", "RUB")} == {"RUB"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"number": None}, "has_number"),
        ({"number": "7" * 200}, "ref_is_short"),
        ({"operation": "Подарок товара"}, "operation_is_known"),
        ({"operation": None}, "operation_is_known"),
        ({"posted": "возможно"}, "flag_is_known"),
        ({"shipped": "отчасти"}, "flag_is_known"),
        ({"onec_date": "вчера"}, "document_date_is_read"),
        ({"date": "2015-02-31"}, "document_date_is_read"),
        ({"total": "много"}, "sum_is_a_number"),
    ],
)
def test_a_document_that_cannot_be_taken_is_refused_with_its_reason(said: dict[str, str | None], reason: str) -> None:
    judged = documents(said, {"number": "8"})
    assert judged.refused.select("entity", "key", "reason", "row").rows() == [("document", said.get("number", "7") or "", reason, 1)]
    assert judged.passed["number"].to_list() == ["8"]
    assert json.loads(judged.refused["payload"].item())["operation"] == said.get("operation", "Заказ товара")


def test_operations_are_known_whatever_their_case_and_spaces() -> None:
    assert document(operation=" заказ  Товара")["operation"] == "Заказ товара"


def test_packages_become_pieces() -> None:
    boxed = line(quantity="2.000", unit_factor="12", price="120.00", total="240,00", unit="кор")
    assert (boxed["pcs"], boxed["factor"], boxed["price_kopecks"], boxed["sum_kopecks"]) == (24, 12, 12000, 24000)


def test_half_a_pair_is_one_piece() -> None:
    assert line(quantity="0.5", unit_factor="2")["pcs"] == 1


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"item_ref": "ORDER_DELIVERY"}, "delivery"),
        ({"item_kind": "Услуга"}, "service"),
        ({"item_kind": "Запас"}, "goods"),
        ({"item_kind": None}, "goods"),
    ],
)
def test_delivery_and_services_are_told_from_goods(said: dict[str, str | None], kind: str) -> None:
    told = line(**said)
    assert (told["kind"], told["is_service"]) == (kind, kind != "goods")


def test_a_service_may_have_no_reference() -> None:
    assert line(item_ref=None, item_kind="Услуга")["item_ref"] is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"quantity": None}, "line_count_is_positive"),
        ({"quantity": "x"}, "line_count_is_positive"),
        ({"quantity": "0"}, "line_count_is_positive"),
        ({"quantity": "-1"}, "line_count_is_positive"),
        ({"unit_factor": "0"}, "line_count_is_positive"),
        ({"unit_factor": "дюжина"}, "line_count_is_positive"),
        ({"quantity": "1.5"}, "line_count_is_whole"),
        ({"quantity": "1", "unit_factor": "0.3"}, "line_count_is_whole"),
        ({"quantity": "99999999"}, "line_count_is_sane"),
        ({"quantity": "999999999999999999", "unit_factor": "999999999999999999"}, "line_count_is_sane"),
        ({"quantity": "9999999", "unit_factor": "10"}, "line_count_is_sane"),
        ({"item_ref": None}, "line_has_ref"),
        ({"item_ref": "a" * 200}, "ref_is_short"),
        ({"price": "дорого"}, "sum_is_a_number"),
    ],
)
def test_a_line_that_cannot_be_taken_is_refused_with_its_reason(said: dict[str, str | None], reason: str) -> None:
    judged = lines(said, {})
    assert judged.refused.select("entity", "key", "reason").rows() == [("line", "7|1", reason)]
    assert judged.passed["line_no"].to_list() == [2]


@given(st.integers(1, 9_999), st.integers(1, 999), st.sampled_from(["", ".0", ".000"]))
def test_whole_packages_are_whole_pieces(units: int, per_unit: int, tail: str) -> None:
    assert line(quantity=f"{units}{tail}", unit_factor=f"{per_unit}{tail}")["pcs"] == units * per_unit
