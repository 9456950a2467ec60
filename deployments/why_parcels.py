"""How `utyug why` tells what happened to parcels, and to what came back."""

from typing import Any

from adapters.hub.shipment_tells import STATES
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS

PAPERS = {"label": "этикетка", "barcode": "этикетка перевозчика", "waybill": "накладная", "supply": "код поставки"}
CONDITIONS = {condition: word for word, condition in CONDITION_WORDS.items()}
DECISIONS = {decision: word for word, decision in DECISION_WORDS.items()}
COMING = {
    "announced": "товар вернут",
    "coming": "товар едет назад",
    "ready": "товар ждёт, когда его заберут",
    "gone": "товар не вернётся",
    "received": "товар у нас",
    "cancelled": "возврат отменён",
}
TELLERS = {"workbook": "книга Excel", "cdek": "СДЭК"}
TELLINGS = {
    "planned": "к отправке собрано {pcs} шт., повезёт {whom}",
    "asked": "спрошено: {said}",
    "answered": "вопрос закрыт: {short}",
    "marked": "отсканировано кодов «Честный ЗНАК»: {pcs}",
    "given": "передаётся: {whom}{more}",
    "booked": "{whom} принял отправление{more}",
    "handed": "посылка отдана",
    "settled": "итог: {state}",
    "track": "{said}{more}",
    "withdrawn": "перевозчик взял назад: {said}{more}",
    "label": "готова {paper}{more}",
    "part_told": "{whom} знает, что часть уехала",
    "part_owed": "{whom} ещё не знает, что часть уехала{more}",
    "part_stuck": "{whom} не принимает часть, нужен человек{more}",
    "told": "сообщает {teller}: {pcs} шт., {coming}",
    "received": "пришло {pcs} шт.: {condition}; решение: {decision}",
    "documented": "всё на месте и решено: 1С должна это оприходовать",
    "booked_in": "1С оприходовала {pcs} шт.",
    "return_told": "документ передан: {whom}{more}",
    "return_owed": "документ ждёт передачи: {whom}{more}",
    "return_stuck": "документ не принят, нужен человек: {whom}{more}",
    "refund_told": "возврат денег записан: {whom}",
    "refund_owed": "возврат денег ждёт передачи: {whom}{more}",
    "refund_stuck": "возврат денег не принят, нужен человек: {whom}{more}",
}
MORE = {"given": ", тариф ", "booked": ", трек ", "return_told": ", № "}
"""Before what is told besides."""


def happened(row: dict[str, Any]) -> str:
    """One event in words; a row of `adapters.hub.order_happenings`."""
    what, said, more = row["what"], row["said"] or "", row["more"] or ""
    return TELLINGS[what].format(
        said=said,
        short=said.partition(": ")[0],
        more=f"{MORE.get(what, ': ')}{more}" if more else "",
        pcs=row["pcs"],
        whom=whom(said),
        state=STATES.get(said, said),
        paper=PAPERS.get(said, said),
        teller=TELLERS.get(said, said),
        coming=_coming(more),
        condition=CONDITIONS.get(said, said),
        decision=DECISIONS.get(more, more),
    )


def whom(target: str) -> str:
    """A target in words."""
    kind, _, name = target.partition(":")
    words = {"carrier": "перевозчик", "channel": "площадка", "odata": "1С", "accountant": "бухгалтер"}
    return f"{words.get(kind, kind)} {name}".strip()


def _coming(told: str) -> str:
    """Where the pieces are, and why they come back."""
    state, _, reason = told.partition(": ")
    return COMING.get(state, state) + (f", причина: {reason}" if reason else "")
