"""What a base of 1C holds: objects by their keys, records of registers, and who may see what.

Nothing here reads a clock: whoever asks says ``now``, in the base's own local time, which has no zone.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from deployments.world.odata.filtering import rank
from deployments.world.odata.shapes import (
    EMPTY_REF,
    NOTHING,
    Accumulation,
    Catalog,
    Configuration,
    Document,
    Fields,
    Information,
    Named,
    Shape,
)

Row = dict[str, Any]


class Wrong(Exception):
    """What 1C itself objects to while it writes."""


@dataclass(kw_only=True)
class User:
    """A user of the base.

    ``reads`` and ``writes`` are names of objects, none for all; rows that refer to a key of ``hidden`` are kept from them.
    """

    password: str
    reads: frozenset[str] | None = None
    writes: frozenset[str] | None = None
    hidden: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Base:
    """One information base. ``enabled`` are the objects of the automatic REST service."""

    configuration: Configuration
    users: dict[str, User]
    enabled: set[str]
    objects: dict[str, dict[str, Row]] = field(default_factory=dict)
    records: dict[str, list[Row]] = field(default_factory=dict)
    written: int = 0
    forbids_negative: bool = False

    def shape(self, name: str) -> Shape | None:
        """What an object of the configuration is, where it is enabled."""
        return self.configuration.shapes.get(name) if name in self.enabled else None

    def rows(self, name: str) -> list[Row]:
        """Objects of a catalogue or documents, or records of a register, in the order of their keys or as they were written."""
        shape = self.configuration.shapes[name]
        if isinstance(shape, Catalog | Document):
            return sorted(self.objects.get(name, {}).values(), key=lambda row: str(rank(row["Ref_Key"], "guid")))
        return self.records.get(name, [])

    def add(self, name: str, said: Mapping[str, Any], now: datetime, *, overwrites: bool) -> Row:
        """A new object; ``said`` may choose its key.

        Raises:
            Wrong: the key is taken, unless that overwrites.
        """
        shape = self.configuration.shapes[name]
        key = str(said.get("Ref_Key", EMPTY_REF))
        if key == EMPTY_REF:
            key = str(uuid.uuid4())
        known = self.objects.setdefault(name, {})
        if key in known and not overwrites:
            raise Wrong("Ошибка при попытке вставки записи с неуникальным значением ссылки")
        row = {one.name: NOTHING[one.kind] for one in shape.fields} | {"Ref_Key": key}
        if isinstance(shape, Document):
            self._unpost(name, key)
            row |= {"Date": now.strftime("%Y-%m-%dT%H:%M:%S"), "Number": f"0000-{len(known) + 1:06}", shape.table: []}
        known[key] = row
        self.change(name, row, {**said, "Ref_Key": key})
        return row

    def change(self, name: str, row: Row, said: Mapping[str, Any]) -> None:
        """What is said replaces what was, tables whole."""
        shape = self.configuration.shapes[name]
        row |= said
        if isinstance(shape, Document):
            empty = {one.name: NOTHING[one.kind] for one in shape.rows}
            row[shape.table] = [{**empty, **line, "LineNumber": at} for at, line in enumerate(row[shape.table], 1)]
        self.written += 1
        row["DataVersion"] = f"AAAAAA{self.written:05}A="

    def post(self, name: str, row: Row) -> None:
        """The document moves what it moves, as of its own date.

        Raises:
            Wrong: a field is not filled, or there is too little on the shelf.
        """
        shape = self.configuration.shapes[name]
        if not isinstance(shape, Document):
            raise Wrong("Объект не проводится")
        if row["DeletionMark"]:
            raise Wrong("Помеченный на удаление документ не может быть проведен")
        for required in shape.required:
            if row[required] in (EMPTY_REF, ""):
                raise Wrong(f'Поле "{required.removesuffix("_Key")}" не заполнено')
        moves = [] if shape.moved_by not in (None, row.get("ВидОперации")) else [*self._moves(name, shape, row)]
        short = [one for one in moves if self.forbids_negative and one[1]["RecordType"] == "Expense" and self._lacks(*one)]
        if short:
            raise Wrong("Недостаточно товаров на складе")
        self._unpost(name, row["Ref_Key"])
        for register, record in moves:
            self.records.setdefault(register, []).append(record)
        self.change(name, row, {"Posted": True})

    def unpost(self, name: str, row: Row) -> None:
        """The document moves nothing any more."""
        self._unpost(name, row["Ref_Key"])
        self.change(name, row, {"Posted": False})

    def record(self, register: str, said: Mapping[str, Any], now: datetime) -> None:
        """A record of a register, entered by hand."""
        shape = self.configuration.shapes[register]
        row: Row = {one.name: NOTHING[one.kind] for one in shape.fields}
        if isinstance(shape, Accumulation):
            row |= {"Active": True, "RecordType": "Receipt"}
        if "Period" in row:
            row["Period"] = now.strftime("%Y-%m-%dT%H:%M:%S")
        self.records.setdefault(register, []).append({**row, **said})

    def balance(self, register: str, dimensions: Fields, until: str | None) -> Iterator[Row]:
        """What is left by the given dimensions, before an instant; combinations with nothing left are absent."""
        shape = self.configuration.shapes[register]
        if not isinstance(shape, Accumulation):
            raise TypeError(register)
        names = [one.name for one in dimensions]
        totals: dict[tuple[Any, ...], dict[str, Decimal]] = {}
        for record in self.records.get(register, []):
            if until is None or record["Period"] < until:
                total = totals.setdefault(tuple(record[name] for name in names), {one.name: Decimal(0) for one in shape.resources})
                sign = 1 if record["RecordType"] == "Receipt" else -1
                for one in shape.resources:
                    total[one.name] += sign * Decimal(str(record[one.name]))
        for key, total in totals.items():
            if any(total.values()):
                yield {**dict(zip(names, key, strict=True)), **{f"{name}Balance": left for name, left in total.items()}}

    def slice_last(self, register: str, until: str | None) -> list[Row]:
        """The last record of each combination of dimensions, up to an instant."""
        shape = self.configuration.shapes[register]
        if not isinstance(shape, Information):
            raise TypeError(register)
        names = [one.name for one in shape.dimensions]
        last: dict[tuple[Any, ...], Row] = {}
        for record in sorted(self.records.get(register, []), key=lambda one: str(one["Period"])):
            if until is None or record["Period"] <= until:
                last[tuple(record[name] for name in names)] = record
        return list(last.values())

    def _unpost(self, name: str, key: str) -> None:
        recorder = (key, f"StandardODATA.{name}")
        for register, records in self.records.items():
            self.records[register] = [one for one in records if (one.get("Recorder"), one.get("Recorder_Type")) != recorder]

    def _moves(self, name: str, shape: Document, row: Row) -> Iterator[tuple[str, Row]]:
        if not shape.sign:
            return
        for shelf in self.configuration.shelves:
            register = self.configuration.shapes[shelf.register]
            empty = {one.name: NOTHING[one.kind] for one in register.fields}
            for line in row[shape.table]:
                known = {named: line[named] for named in ("Номенклатура_Key", "Характеристика_Key")}
                if "Организация_Key" in empty:
                    known |= {"Организация_Key": row["Организация_Key"]}
                yield (
                    shelf.register,
                    {
                        **empty,
                        **known,
                        shelf.place: row[shape.place],
                        shelf.resource: line["Количество"],
                        "Recorder": row["Ref_Key"],
                        "Recorder_Type": f"StandardODATA.{name}",
                        "Period": row["Date"],
                        "LineNumber": line["LineNumber"],
                        "Active": True,
                        "RecordType": "Receipt" if shape.sign > 0 else "Expense",
                    },
                )

    def _lacks(self, register: str, move: Row) -> bool:
        shelf = next(one for one in self.configuration.shelves if one.register == register)
        names = ("Номенклатура_Key", "Характеристика_Key", shelf.place)
        by = tuple(Named(name, "guid") for name in names)
        left = {tuple(row[name] for name in names): row[f"{shelf.resource}Balance"] for row in self.balance(register, by, None)}
        return bool(left.get(tuple(move[name] for name in names), Decimal(0)) < Decimal(str(move[shelf.resource])))


@dataclass(kw_only=True)
class Books:
    """Bases by the name they are published under."""

    bases: dict[str, Base]
