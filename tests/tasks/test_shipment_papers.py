"""Supplies that are handed over: each has its code for the gate, whatever died between the two."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.labels import Labels
from tasks.rules.labels import LabelAsked, LabelMade
from tasks.rules.parts import HandedOver, SupplyOpen
from tasks.shipment_papers import fetch_labels, hand_over_supplies

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Gate:
    """A channel with open supplies, of which some are empty."""

    def __init__(self, *, full: Sequence[str] = (), empty: Sequence[str] = ()) -> None:
        self.open = [*full, *empty]
        self.empty = set(empty)
        self.asked: list[str] = []
        self.is_away = False

    def open_supplies(self) -> list[SupplyOpen]:
        return [SupplyOpen(id=ref, name=ref) for ref in self.open]

    def hand_over(self, supply_ref: str) -> HandedOver:
        if supply_ref in self.empty:
            return HandedOver(supply_ref=supply_ref, name=supply_ref, outcome="refused", sentence="В поставке ничего нет.")
        self.open.remove(supply_ref)
        return HandedOver(supply_ref=supply_ref, name=supply_ref, outcome="accepted")

    def make_labels(self, asked: Sequence[LabelAsked]) -> list[LabelMade]:
        if self.is_away:
            raise Unavailable("Площадка не отвечает.", system="WB")
        self.asked += [one.subject for one in asked]
        return [LabelMade(subject=one.subject, state="ready", kind=one.kind, content=PNG) for one in asked]


def hand_over(hub: Hub, gate: Gate, folder: Path) -> None:
    with disable_run_logger():
        hand_over_supplies(hub, "wb", gate, folder)


def test_a_supply_that_was_handed_over_has_its_code(hub: Hub, tmp_path: Path) -> None:
    gate = Gate(full=["s1"])
    hand_over(hub, gate, tmp_path)
    assert [(one.subject, (tmp_path / one.path).read_bytes()) for one in Labels(hub).of("s1")] == [("s1", PNG)]
    fetch_labels(hub, "wb", gate, tmp_path)
    assert gate.asked == ["s1"]


def test_a_code_that_the_run_did_not_come_to_is_fetched_by_the_next(hub: Hub, tmp_path: Path) -> None:
    gate = Gate(full=["s1"])
    gate.is_away = True
    with pytest.raises(Unavailable):
        hand_over(hub, gate, tmp_path)
    assert (gate.open, Labels(hub).of("s1")) == ([], [])
    gate.is_away = False
    assert fetch_labels(hub, "wb", gate, tmp_path).counts == {"labels": 1}
    assert Labels(hub).has("s1", "supply")


def test_a_supply_that_was_not_taken_is_not_asked_for_its_code(hub: Hub, tmp_path: Path) -> None:
    gate = Gate(empty=["s2"])
    hand_over(hub, gate, tmp_path)
    fetch_labels(hub, "wb", gate, tmp_path)
    assert gate.asked == []
