"""`utyug inspect`: what a 1C export would load and what it would not, without touching the hub."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from rich.console import Console
from rich.table import Table

from adapters.errors import FeedRefused
from adapters.onec.archive import Limits, unpack
from adapters.onec.reader import Reading
from adapters.settings import OnecSettings
from tasks.rules.intake import judged
from validation.reasons import sentence_of

COUNTED = {"product": "products", "offer": "offers", "price": "prices", "count": "counts", "document": "orders"}


@dataclass(kw_only=True)
class Inspection:
    """One file: rows that would be loaded by kind, rows refused by reason, or the sentence why nothing can be read."""

    file: str
    kinds: list[str] = field(default_factory=list)
    schema_version: str | None = None
    encoding: str | None = None
    products: int = 0
    offers: int = 0
    prices: int = 0
    counts: int = 0
    orders: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None


def inspect_all(paths: Iterable[Path]) -> Iterator[Inspection]:
    """Inspect files, archives and whole folders; a file that cannot be read is one more inspection, never an error."""
    for path in paths:
        if path.is_dir():
            yield from inspect_all(sorted(found for found in path.rglob("*") if found.suffix.lower() in (".xml", ".zip")))
        elif is_zipfile(path):
            yield from _inspect_archive(path)
        else:
            yield inspect(path, name=str(path))


def inspect(path: Path, *, name: str) -> Inspection:
    """Read and judge one file."""
    inspection = Inspection(file=name)
    loaded, refused = Counter[str](), Counter[str]()
    try:
        reading = Reading(path)
        inspection.encoding = reading.header.encoding
        for kind, judgement in judged(reading):
            loaded[kind] += judgement.passed.height
            refused.update(judgement.refused["reason"].to_list())
    except FeedRefused as refusal:
        inspection.error = refusal.sentence
        return inspection
    except OSError as error:
        inspection.error = f"Файл не открывается: {error.strerror}."
        return inspection
    inspection.kinds = reading.header.kinds
    inspection.schema_version = reading.header.schema_version
    for kind, counter in COUNTED.items():
        setattr(inspection, counter, loaded[kind])
    inspection.refused = [{"reason": reason, "rows": rows} for reason, rows in refused.most_common()]
    return inspection


def as_json(inspections: Iterable[Inspection]) -> str:
    """The list that `--json` prints."""
    return json.dumps([asdict(inspection) for inspection in inspections], ensure_ascii=False, indent=1)


def show(inspections: Iterable[Inspection], console: Console) -> None:
    """A table of files, and under it every reason with its sentence."""
    table = Table("Файл", "Схема", "Кодировка", "Товары", "Предложения", "Цены", "Остатки", "Заказы", "Не принято", title="Что в выгрузке")
    reasons: Counter[str] = Counter()
    errors: list[str] = []
    for found in inspections:
        reasons.update({refusal["reason"]: refusal["rows"] for refusal in found.refused})
        figures = (found.products, found.offers, found.prices, found.counts, found.orders, sum(r["rows"] for r in found.refused))
        shown = ("—",) * len(figures) if found.error else tuple(str(figure) for figure in figures)
        table.add_row(Path(found.file).name, found.schema_version or "", found.encoding or "", *shown)
        if found.error:
            errors.append(f"{found.file}: {found.error}")
    console.print(table)
    for reason, rows in reasons.most_common():
        console.print(f"[bold]{rows}[/] × {sentence_of(reason)} [dim]({reason})[/]")
    for error in errors:
        console.print(f"[red]{error}[/]")


def _inspect_archive(path: Path) -> Iterator[Inspection]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            members = list(unpack(path, Path(folder), limits=Limits.of(OnecSettings())))
        except FeedRefused as refusal:
            yield Inspection(file=str(path), error=refusal.sentence)
            return
        for member in members:
            if member.name.lower().endswith(".xml"):
                yield inspect(member.path, name=f"{path}/{member.name}")
