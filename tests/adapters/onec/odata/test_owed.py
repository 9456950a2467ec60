from dataclasses import replace

import pytest
from pydantic import ValidationError

from adapters.hub.hub import Hub
from adapters.hub.outbox import Outbox
from adapters.onec.odata.documents import DocumentLine
from adapters.onec.odata.owed import owed_document, read_owed
from tests.adapters.onec.odata.test_documents import HEADER, LINES


def test_a_document_comes_out_of_its_debt_as_it_went_in(hub: Hub) -> None:
    Outbox(hub).owe([owed_document("main", "shipment", "17/1", HEADER, LINES)])
    (claimed,) = Outbox(hub).claim("odata:main", ["shipment"], most=10)
    owed = read_owed(claimed.detail)
    assert (claimed.subject, owed.header, list(owed.lines)) == ("17/1", HEADER, LINES)


def test_what_was_owed_before_under_its_reference_stays_as_it_was(hub: Hub) -> None:
    outbox = Outbox(hub)
    assert outbox.owe([owed_document("main", "return", "17/1", HEADER, LINES)]) == 1
    assert outbox.owe([owed_document("main", "return", "17/1", replace(HEADER, comment="иначе"), LINES[:1])]) == 0
    (claimed,) = outbox.claim("odata:main", ["return"], most=10)
    assert read_owed(claimed.detail).header == HEADER


@pytest.mark.parametrize("detail", [None, {}, {"header": {"at": "2026-01-31T22:15:00Z"}, "lines": [{"item_ref": "x"}]}])
def test_another_detail_is_no_document(detail: object) -> None:
    with pytest.raises(ValidationError):
        read_owed(detail)


def test_kopecks_and_pieces_stay_whole_numbers() -> None:
    line = DocumentLine(item_ref="x", pcs=1, price_kopecks=10**15 + 1, sum_kopecks=10**15 + 1)
    assert read_owed(owed_document("main", "shipment", "1", HEADER, [line]).detail).lines == (line,)
