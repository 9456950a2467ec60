import polars as pl
import pytest

from adapters.hub.kinds import KINDS
from tasks.rules.tally import count_repeats, fingerprints, tally
from tests.adapters.hub.export import Rows, barcode, count, frame, offer, price, product, refused
from validation.quarantine import NONE_REFUSED, Judged

KEYS = {kind: rows.key for kind, rows in KINDS.items()}


def repeats(kind: str, rows: Rows) -> tuple[int, int]:
    folded, differing = count_repeats(fingerprints(frame(kind, rows), KEYS[kind]))
    return folded, differing


@pytest.mark.parametrize(
    ("kind", "rows", "expected"),
    [
        ("offer", [offer("iron"), offer("mat")], (0, 0)),
        ("offer", [offer("iron"), offer("iron"), offer("iron")], (2, 0)),
        ("offer", [offer("iron"), offer("iron", "Коврик"), offer("iron")], (0, 3)),
        ("offer", [offer("iron"), offer("iron", None, article="1")], (1, 0)),
        ("price", [price("iron", 1), price("iron", 2, "wholesale"), price("mat", 1)], (0, 0)),
        ("price", [price("iron", 1), price("iron", 2)], (0, 2)),
        ("count", [count("iron", 4, "north"), count("iron", 9, "south")], (0, 0)),
        ("barcode", [barcode("iron", "4600000000015"), barcode("iron", "4600000000022", "product")], (0, 0)),
        ("barcode", [{"owner": "product", "ref": None, "barcode": code} for code in ("4600000000015", "4600000000022")], (0, 0)),
        ("offer", [], (0, 0)),
    ],
)
def test_rows_of_one_key_fold_where_neither_contradicts_the_other(kind: str, rows: Rows, expected: tuple[int, int]) -> None:
    assert repeats(kind, rows) == expected


def test_every_row_of_a_file_is_loaded_or_refused_or_folded_over_all_its_portions() -> None:
    bad = refused("offer", "pan", "name_is_short")
    portions = [
        ("product", Judged(frame("product", [product("iron")]), NONE_REFUSED)),
        ("offer", Judged(frame("offer", [offer("iron"), offer("mat"), offer("lamp")]), bad)),
        ("offer", Judged(frame("offer", [offer("iron"), offer("mat", "Коврик")]), NONE_REFUSED)),
    ]
    counted = tally(portions, KEYS)
    assert counted.loaded == {"product": 1, "offer": 2}
    assert counted.refused == {"name_is_short": 1, "is_not_repeated": 2}


def test_kinds_without_a_key_are_only_counted() -> None:
    documents = pl.DataFrame({"row": [1, 2], "number": ["1", "1"]})
    assert tally([("document", Judged(documents, NONE_REFUSED))], KEYS).loaded == {"document": 2}
