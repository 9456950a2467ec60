"""The demo's books: the hub, 1C, the CRM, the site, the channels and the carrier, and whether they say the same of every order."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from adapters.hub.crm_orders import CrmOrders, crm_ref
from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.hub.shipment_tells import STATES
from adapters.settings import Settings
from deployments.demo_channels import KINDS
from deployments.world.hands import Hands
from deployments.world.onec_base import OnecBase
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS

SHIPMENTS = text("""
    select h.number, o.channel, o.order_ref, o.number as order_number, h.part, h.target, h.state, h.tracking, h.address, h.sent,
        h.planned_at, (select sum(l.pcs)::bigint from shipment_line l where l.shipment_id = h.shipment_id) as pcs
    from shipment h join sale_order o using (order_id)
    where not h.is_unwanted
    order by h.shipment_id
""")
SHIPMENT_WAY = text("""
    select substr(subject, 10) as number, at, sentence from journal
    where kind = 'shipment' and subject like 'shipment:%' order by journal_id
""")
RETURNS = text("""
    select l.return_id, o.channel, o.order_ref, coalesce(o.number, o.order_ref) as order_name, s.channel_sku, l.line_ref, o.order_id, l.pcs,
        l.state, l.condition, l.decision, l.booked_at is not null as is_booked,
        array(select t.source from return_teller t where t.return_line_id = l.return_line_id order by 1) as told_by
    from return_line l join sale_order o using (order_id)
    left join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
    order by l.return_line_id
""")
TELLINGS = text("select order_id, line_ref, source, status, first_seen_at from return_telling order by first_seen_at, source")
DEBTS = text("""
    select split_part(subject, '-', 1) as return_ref, target, kind, enqueued_at, told_at from outbox
    where kind in ('return', 'refund') order by enqueued_at, outbox_id
""")
PIECES = text("""
    select o.channel, o.order_ref, s.line_ref, s.pcs as ordered, s.cancelled_pcs as cancelled,
        coalesce((
            select sum(l.pcs) from shipment_line l join shipment h using (shipment_id)
            where l.order_id = s.order_id and l.line_ref = s.line_ref and h.state <> 'cancelled' and not h.is_unwanted
        ), 0)::bigint as shipped,
        coalesce((select sum(r.pcs) from return_line r where r.order_id = s.order_id and r.line_ref = s.line_ref), 0)::bigint as returned
    from sale_order o join sale_line s using (order_id)
    where o.number is not null
""")
ITEMS = text("""
    select o.number, i.item_ref, sum((s.pcs - s.cancelled_pcs) * (part ->> 1)::bigint)::bigint as pcs
    from sale_order o join sale_line s using (order_id)
    cross join lateral jsonb_array_elements(case jsonb_typeof(s.recipe) when 'array' then s.recipe else '[]' end) part
    join item i on i.item_id = (part ->> 0)::bigint
    where o.number = any (:numbers) group by o.number, i.item_ref
""")

WAY = list[dict[str, str]]
WORDS = {code: word for words in (CONDITION_WORDS, DECISION_WORDS) for word, code in words.items()}
TELLERS = {"workbook": "книга Excel", "carrier:cdek": "СДЭК", "ozon": "Ozon", "ym": "Маркет", "wb": "WB"}
BOOKS = {"hub": "Utyug", "1c": "1С", "crm": "CRM", "site": "сайт", "wb": "Wildberries", "ozon": "Ozon", "ym": "Маркет", "cdek": "СДЭК"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentTold:
    """One shipment of ``report.json``; ``way``: when it was where. ``told``: the address as the carrier has it, beside the original."""

    number: str
    order: str
    channel: str
    ref: str
    part: int
    carrier: str
    tracking: str | None
    pcs: int
    state: str
    address: dict[str, str]
    told: dict[str, str]
    way: WAY


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnTold:
    """Pieces of one return of ``report.json``; ``told_by``: whoever told of these very pieces. ``way``: who said or got what, and when."""

    return_id: int
    order: str
    channel: str
    order_ref: str
    sku: str | None
    pcs: int
    state: str
    condition: str
    decision: str
    is_booked: bool
    told_by: list[str]
    way: WAY


@dataclass(kw_only=True, slots=True)
class BookTold:
    """One book against the hub: what was compared, and every difference in a sentence."""

    compared: str
    rows: int = 0
    differences: list[str] = field(default_factory=list)

    def same(self, what: str, there: object, here: object) -> None:
        """One row of it."""
        self.rows += 1
        if there != here:
            self.differences.append(f"{what}: там {there}, в Utyug {here}")


def shipments_told(hub: Hub) -> list[ShipmentTold]:
    """Every shipment that still counts, with its way."""
    with hub.engine.begin() as connection:
        ways: dict[str, WAY] = {}
        for row in connection.execute(SHIPMENT_WAY):
            ways.setdefault(row.number, []).append({"at": _at(row.at), "what": row.sentence})
        return [
            ShipmentTold(
                number=row.number,
                order=row.order_number,
                channel=row.channel,
                ref=row.order_ref,
                part=row.part,
                carrier=row.target.partition(":")[2],
                tracking=row.tracking,
                pcs=int(row.pcs),
                state=row.state,
                address=_place(row.address),
                told=_place((row.sent or {}).get("to")),
                way=[{"at": _at(row.planned_at), "what": "Отправление собрано из заказа."}, *ways.get(row.number, [])],
            )
            for row in connection.execute(SHIPMENTS)
        ]


def returns_told(hub: Hub) -> list[ReturnTold]:
    """Every piece that came back, or is on its way, with who told of it and who was told."""
    with hub.engine.begin() as connection:
        said: dict[tuple[int, str], WAY] = {}
        for row in connection.execute(TELLINGS):
            said.setdefault((row.order_id, row.line_ref), []).append({"at": _at(row.first_seen_at), "what": f"{row.source}: {row.status}"})
        owed: dict[str, WAY] = {}
        for row in connection.execute(DEBTS):
            what = f"{row.target}: {'документ' if row.kind == 'return' else 'возврат денег'}"
            owed.setdefault(row.return_ref, []).append({"at": _at(row.told_at or row.enqueued_at), "what": what})
        return [
            ReturnTold(
                return_id=row.return_id,
                order=row.order_name,
                channel=row.channel,
                order_ref=row.order_ref,
                sku=row.channel_sku,
                pcs=int(row.pcs),
                state=row.state,
                condition=row.condition,
                decision=row.decision,
                is_booked=row.is_booked,
                told_by=list(row.told_by),
                way=[*said.get((row.order_id, row.line_ref), []), *owed.get(str(row.return_id), [])],
            )
            for row in connection.execute(RETURNS)
        ]


class Books:
    """All books side by side, of these orders.

    Args:
        hub: the demo's.
        settings: the demo's.
        world: a hand on its rooms.
        base: 1C's orders.
        documents: 1C's documents of returns.
        orders: name → ``channel, order_ref, number, state, status`` of the hub.
        crm: which CRM.
    """

    def __init__(
        self,
        hub: Hub,
        settings: Settings,
        world: Hands,
        *,
        base: OnecBase,
        documents: Mapping[str, Mapping[str, Any]],
        orders: Mapping[str, Mapping[str, Any]],
        crm: str,
    ) -> None:
        self._hub, self._settings, self._world = hub, settings, world
        self._base, self._documents, self._orders, self._crm = base, documents, orders, crm
        self._refs = {(row["channel"], row["order_ref"]) for row in orders.values()}
        self._returns = [one for one in returns_told(hub) if (one.channel, one.order_ref) in self._refs]
        self._shipments = [one for one in shipments_told(hub) if (one.channel, one.ref) in self._refs]

    def compared(self) -> dict[str, BookTold]:
        """Every book by name."""
        return {
            "hub": self._own(),
            "1c": self._onec(),
            "crm": self._in_crm(),
            **{name: self._channel(name, kind) for name, kind in KINDS.items()},
            "cdek": self._carrier(),
        }

    def _own(self) -> BookTold:
        told = BookTold(compared="отправлено + ждёт + отменено = заказано, вернулось не больше отправленного, каждая штука учтена один раз")
        with self._hub.engine.begin() as connection:
            for row in connection.execute(PIECES):
                left = row.ordered - row.cancelled - row.shipped
                told.same(f"{row.channel} {row.order_ref}, лишнее", 0, max(0, -left))
                told.same(f"{row.channel} {row.order_ref}, вернулось лишнего", 0, max(0, row.returned - (row.ordered - row.cancelled)))
        told.same("нарушений в книге штук", 0, Ledger(self._hub).check_conservation().height)
        return told

    def _onec(self) -> BookTold:
        told = BookTold(compared="в заказе 1С те же товары, столько же отгружено, документ на каждый возврат, и он проведён")
        numbers = [str(row["number"]) for row in self._orders.values()]
        with self._hub.engine.begin() as connection:
            wanted: dict[str, dict[str, int]] = {}
            for row in connection.execute(ITEMS, {"numbers": numbers}):
                wanted.setdefault(row.number, {})[row.item_ref] = int(row.pcs)
        for number in numbers:
            order = self._base.order(number)
            told.same(f"заказ {number}, товары", {ref: int(pcs) for ref, pcs in order.ordered().items()}, wanted.get(number, {}))
            told.same(f"заказ {number}, отгружено", {ref: int(pcs) for ref, pcs in order.shipped.items() if pcs}, wanted.get(number, {}))
        due = {one.return_id: one.pcs for one in self._returns}
        written = Counter({ref: sum(int(float(line["Количество"])) for line in one["Товары"]) for ref, one in self._documents.items()})
        told.same("документов возврата", len(written), len(due))
        told.same("штук в документах", sum(written.values()), sum(one.pcs for one in self._returns))
        told.same(
            "не проведено", sum(not one["Posted"] for one in self._documents.values()), sum(not one.is_booked for one in self._returns)
        )
        return told

    def _in_crm(self) -> BookTold:
        told = BookTold(compared="заказ в CRM один, в том же состоянии")
        statuses, numbers = self._settings.crm[self._crm].statuses, [str(row["number"]) for row in self._orders.values()]
        here = CrmOrders(self._hub).by_number(numbers, {})
        there: dict[str, list[str]] = {}
        for one in self._truth("retailcrm")["orders"].values():
            there.setdefault(str(one.get("externalId")), []).append(str(one["status"]))
        for row in self._orders.values():
            wanted = [statuses.get(here[row["number"]].state)]
            told.same(f"заказ {row['number']}", there.get(crm_ref(row["channel"], row["order_ref"])), wanted)
        return told

    def _channel(self, name: str, kind: str) -> BookTold:
        told = BookTold(compared="заказ на площадке в том же состоянии, вернулось столько же")
        truth = self._truth(kind)["orders"]
        back = Counter[str]()
        for one in self._returns:
            back[one.order_ref] += one.pcs if one.channel == name else 0
        for row in (row for row in self._orders.values() if row["channel"] == name):
            there = next(one for key, one in truth.items() if row["order_ref"] in {key, *one.get("tasks", ())})
            told.same(f"заказ {row['number']}, состояние", there["state"], _said(row["status"], there["state"]))
            if "refunded_pcs" in there:
                told.same(f"заказ {row['number']}, возвращено", there["refunded_pcs"], back[row["order_ref"]])
                told.same(f"заказ {row['number']}, треки", _tracks(there["fields"]), self._tracks_of(name, row["order_ref"]))
            elif "returned_pcs" in there:
                told.same(f"заказ {row['number']}, возвращено", there["returned_pcs"], back[row["order_ref"]])
        return told

    def _carrier(self) -> BookTold:
        told = BookTold(compared="посылка у перевозчика одна, столько же штук, вручена или возвращена")
        orders = self._truth("cdek")["orders"].values()
        straight: dict[str, list[Mapping[str, Any]]] = {}
        for one in orders:
            if one["kind"] == "straight" and one["state"] != "INVALID":
                straight.setdefault(one["number"], []).append(one)
        ends = {"delivered": "DELIVERED", "coming_back": "NOT_DELIVERED", "returned": "NOT_DELIVERED"}
        for one in (one for one in self._shipments if one.carrier == "cdek"):
            there = [(row["state"], row["pcs"], row["cdek_number"]) for row in straight.get(one.number, [])]
            told.same(f"посылка {one.number}", there, [(ends.get(one.state, one.state), one.pcs, one.tracking)])
        return told

    def _tracks_of(self, channel: str, order_ref: str) -> set[str]:
        return {one.tracking for one in self._shipments if (one.channel, one.ref) == (channel, order_ref) and one.tracking}

    def _truth(self, room: str) -> dict[str, Any]:
        books: dict[str, Any] = self._world.tell(room, "GET", "/books")
        return books


def show_parcels(shipments: Sequence[ShipmentTold], returns: Sequence[ReturnTold], console: Console) -> None:
    """What left, and what came back."""
    table = Table("Заказ", "Часть", "Кто везёт", "Трек", "Штук", "Состояние", title="Отправления")
    for one in shipments:
        table.add_row(f"{one.channel} {one.order}", str(one.part), one.carrier, one.tracking or "", str(one.pcs), STATES[one.state])
    console.print(table)
    for one in shipments:
        if one.told and one.told != one.address:
            written = (", ".join(place.values()) for place in (one.address, one.told))
            console.print(f"  Адрес заказа {one.order} передан перевозчику латиницей: {' → '.join(written)}")
    table = Table("№", "Заказ", "Штук", "Кто рассказал", "Что с ним", title="Возвраты")
    for back in returns:
        fate = f"{WORDS[back.condition]}, {WORDS[back.decision]}, в 1С {'проведён' if back.is_booked else 'ждёт'}"
        told_by = ", ".join(TELLERS.get(one, one) for one in back.told_by)
        table.add_row(str(back.return_id), f"{back.channel} {back.order}", str(back.pcs), told_by, fate)
    console.print(table)


def _tracks(fields: Mapping[str, Any]) -> set[str]:
    return {str(value).rpartition(" ")[2] for key, value in fields.items() if key.startswith("_utyug_tracking_") and value}


def _said(status: str, there: str) -> str:
    """The channel's own word as the hub keeps it, of which some rooms tell the first part only."""
    return next((part for part in (status, *re.split(r"[/ ]", status)) if part == there), status)


def _place(told: Any) -> dict[str, str]:  # noqa: ANN401 - of a JSON column
    """Of an address, where it is: who lives there is nobody's business here."""
    if isinstance(told, str):
        return {"point": told}
    return {name: str(told[name]) for name in ("country", "city", "line", "point_ref") if told and told.get(name)}


def _at(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
