"""Stickers of Wildberries' tasks, and supplies handed over with their code for the gate.

A sticker is given only for a task that is being assembled or has left; a supply's code only once it is handed over. Handing over closes the
supply for good, so that it is looked at before, and again where nobody knows what became of it.

Source: POST /api/v3/orders/stickers, PATCH /api/v3/supplies/{supplyId}/deliver, GET /api/v3/supplies/{supplyId}/barcode of
`03-orders-fbs.yaml`; `reference/marketplaces.md` §1.
"""

import base64
import binascii
from collections.abc import Sequence

from pydantic import Field, TypeAdapter

from adapters.errors import ContractBroken, OutcomeUnknown, Rejected
from adapters.wildberries.answers import Answer
from adapters.wildberries.client import refusals, words_of
from adapters.wildberries.limits import ORDERS
from adapters.wildberries.supplies import WildberriesSupplies
from adapters.wildberries.supply_answers import SUPPLIES, Supply
from tasks.rules.labels import LabelAsked, LabelMade
from tasks.rules.parts import HandedOver, SupplyOpen

SIZE = {"width": 58, "height": 40}
"""Millimetres of the stickers that printers of pick-up points take."""
OURS = "Утюг "
"""How the supplies that we make begin (`adapters.wildberries.supplies`)."""
NOT_YET = "Стикер Wildberries даёт, когда задание в поставке: подтвердите заказ."
NO_STICKER = "Wildberries не даёт стикер этого задания"
UNMARKED = "metaDetails"
"""Beside a task for which a supply is refused: what of its marking is missing or wrong."""


class Sticker(Answer):
    """One sticker; ``file`` is base64."""

    order_id: int
    file: str


class Stickers(Answer):
    """POST /api/v3/orders/stickers: those of the tasks that have one."""

    stickers: list[Sticker] = Field(default_factory=list)


class SupplyCode(Answer):
    """GET /api/v3/supplies/{supplyId}/barcode."""

    file: str


STICKERS = TypeAdapter(Stickers)
SUPPLY_CODE = TypeAdapter(SupplyCode)


class WildberriesLabels(WildberriesSupplies):
    """`adapters.capabilities.PrintsLabels` and `HandsOver`."""

    STICKERS_MAX = 100

    def make_labels(self, asked: Sequence[LabelAsked]) -> list[LabelMade]:
        """Stickers as PNG, in their order; a supply's code where ``kind`` is ``supply``.

        A task that needs a customs declaration and has none refuses all that are asked for with it: then halves are asked for, until it
        alone has none.

        Raises:
            SyncError: they could not be read.
        """
        tasks = [one for one in asked if one.kind != "supply" and one.order_ref.isdecimal()]
        found: dict[str, bytes | str] = {}
        for start in range(0, len(tasks), self.STICKERS_MAX):
            found |= self._stickers([int(one.order_ref) for one in tasks[start : start + self.STICKERS_MAX]])
        return [self._supply_label(one) if one.kind == "supply" else _label(one, found.get(one.order_ref)) for one in asked]

    def open_supplies(self) -> list[SupplyOpen]:
        """Supplies that we made and nobody has handed over, the oldest first.

        Raises:
            SyncError: they could not be read.
        """
        return [SupplyOpen(id=one.id, name=one.name) for one in self._supplies() if not one.done and one.name.startswith(OURS)]

    def hand_over(self, supply_ref: str) -> HandedOver:
        """Hand a supply over with whatever is in it; tasks that are not go with another one.

        Raises:
            SyncError: nothing was done.
        """
        one = self._supply(supply_ref)
        if one is None:
            return HandedOver(supply_ref=supply_ref, name="", outcome="refused", sentence="Такой поставки в кабинете нет.")
        if one.done:
            return HandedOver(supply_ref=supply_ref, name=one.name, outcome="already")
        try:
            self._services["marketplace"].call("PATCH", f"/api/v3/supplies/{supply_ref}/deliver", limits={ORDERS: 1})
        except OutcomeUnknown as error:
            shown = self._supply(supply_ref)
            is_done = shown is not None and shown.done
            if is_done:
                return HandedOver(supply_ref=supply_ref, name=one.name, outcome="accepted")
            return HandedOver(supply_ref=supply_ref, name=one.name, outcome="unknown", sentence=error.sentence)
        except Rejected as error:
            said = words_of(error)
            sentence = "Wildberries не принял поставку" + (f": «{said}»." if said else ".") + _unmarked(error)
            return HandedOver(supply_ref=supply_ref, name=one.name, outcome="refused", sentence=sentence)
        return HandedOver(supply_ref=supply_ref, name=one.name, outcome="accepted")

    def _stickers(self, ids: list[int]) -> dict[str, bytes | str]:
        """Stickers of these tasks; in place of one that is refused Wildberries' own words."""
        connection = self._services["marketplace"]
        params: dict[str, str | int] = {"type": "png", **SIZE}
        try:
            response = connection.call(
                "POST", "/api/v3/orders/stickers", params=params, json={"orders": ids}, limits={ORDERS: 1}, is_repeatable=True
            )
        except Rejected as error:
            if len(ids) == 1:
                return {str(ids[0]): words_of(error)}
            half = len(ids) // 2
            return self._stickers(ids[:half]) | self._stickers(ids[half:])
        told = connection.read(response, STICKERS, is_repeatable=True)
        return {str(one.order_id): _file(one.file) for one in told.stickers}

    def _supply_label(self, asked: LabelAsked) -> LabelMade:
        connection = self._services["marketplace"]
        try:
            response = connection.call("GET", f"/api/v3/supplies/{asked.subject}/barcode", params={"type": "png"}, limits={ORDERS: 1})
        except Rejected:
            sentence = "Код поставки Wildberries даёт, когда она передана в доставку."
            return LabelMade(subject=asked.subject, state="not_yet", kind="supply", sentence=sentence)
        content = _file(connection.read(response, SUPPLY_CODE, is_repeatable=True).file)
        return LabelMade(subject=asked.subject, state="ready", kind="supply", content=content, format="png")

    def _supply(self, supply_ref: str) -> Supply | None:
        return next((one for one in self._supplies() if one.id == supply_ref), None)

    def _supplies(self) -> list[Supply]:
        connection = self._services["marketplace"]
        found: list[Supply] = []
        start, seen = 0, set[str]()
        while True:
            params = {"limit": self.SUPPLIES_MAX, "next": start}
            response = connection.call("GET", "/api/v3/supplies", params=params, limits={ORDERS: 1})
            page = connection.read(response, SUPPLIES, is_repeatable=True)
            found += page.supplies
            if not page.supplies or page.next == 0:
                return found
            start = page.next
            self.not_seen(seen, str(start), "marketplace")


def _label(asked: LabelAsked, said: bytes | str | None) -> LabelMade:
    if isinstance(said, str):
        return LabelMade(subject=asked.subject, state="refused", sentence=NO_STICKER + (f": «{said}»." if said else "."))
    if said is None:
        return LabelMade(subject=asked.subject, state="not_yet", sentence=NOT_YET)
    return LabelMade(subject=asked.subject, state="ready", content=said, format="png")


def _unmarked(error: Rejected) -> str:
    """The tasks that are to be marked, or taken out of the supply, before it can go."""
    told = [one.get("data") for one in refusals(error)]
    orders = [order for data in told if isinstance(data, dict) for order in data.get("orders") or []]
    refs = [str(order["id"]) for order in orders if isinstance(order, dict) and "id" in order and order.get(UNMARKED)]
    return f" Маркировка не принята у заданий: {', '.join(refs)}." if refs else ""


def _file(told: str) -> bytes:
    try:
        return base64.b64decode(told, validate=True)
    except binascii.Error:
        sentence = "Wildberries ответил не так, как описано в его документации: стикер не читается."
        raise ContractBroken(sentence, system="wildberries", fragment="file") from None
