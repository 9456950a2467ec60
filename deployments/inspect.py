"""`utyug inspect`: what a 1C export would load and what it would not, without touching the hub."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.errors import FeedRefused
from adapters.hub.kinds import KINDS
from adapters.onec.archive import Limits, unpack
from adapters.onec.names import kind_of
from adapters.onec.reader import Reading
from adapters.settings import OnecSettings
from tasks.rules.intake import judged
from tasks.rules.tally import tally
from validation.reasons import sentence_of

EXPORTS = (".xml", ".zip")
KEYS = {kind: rows.key for kind, rows in KINDS.items()}


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
        try:
            yield from _inspect_given(path)
        except FeedRefused as refusal:
            yield Inspection(file=str(path), error=refusal.sentence)
        except FileNotFoundError:
            yield Inspection(file=str(path), error="Такого файла нет: проверьте путь.")
        except PermissionError:
            yield Inspection(file=str(path), error="Нет прав на чтение: откройте доступ к файлу или папке.")
        except OSError as error:
            yield Inspection(file=str(path), error=f"Файл не открывается: {error.strerror}.")


def inspect(path: Path, *, name: str) -> Inspection:
    """Read and judge one file; rows that contradict each other within it are refused, as the hub would refuse them.

    Raises:
        OSError: it cannot be opened.
    """
    encoding = None
    try:
        reading = Reading(path)
        encoding = reading.header.encoding
        counted = tally(judged(reading), KEYS)
    except FeedRefused as refusal:
        return Inspection(file=name, encoding=encoding, error=refusal.sentence)
    return Inspection(
        file=name,
        kinds=reading.header.kinds,
        schema_version=reading.header.schema_version,
        encoding=encoding,
        refused=[{"reason": reason, "rows": rows} for reason, rows in counted.refused.most_common()],
        products=counted.loaded["product"],
        offers=counted.loaded["offer"],
        prices=counted.loaded["price"],
        counts=counted.loaded["count"],
        orders=counted.loaded["document"],
    )


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
        table.add_row(escape(Path(found.file).name), found.schema_version or "", found.encoding or "", *shown)
        if found.error:
            errors.append(f"{found.file}: {found.error}")
    console.print(table)
    for reason, rows in reasons.most_common():
        console.print(f"[bold]{rows}[/] × {sentence_of(reason)} [dim]({reason})[/]")
    for error in errors:
        console.print(f"[red]{escape(error)}[/]")


def _inspect_given(path: Path) -> Iterator[Inspection]:
    if path.is_dir():
        inside = sorted(found for found in path.rglob("*") if found.suffix.lower() in EXPORTS)
        if not inside:
            yield Inspection(file=str(path), error="В папке нет файлов XML и архивов: выгрузите в неё каталог из 1С.")
        yield from inspect_all(inside)
    elif _is_archive(path):
        yield from _inspect_archive(path)
    else:
        yield inspect(path, name=str(path))


def _inspect_archive(path: Path) -> Iterator[Inspection]:
    with tempfile.TemporaryDirectory() as folder:
        exports = [member for member in unpack(path, Path(folder), limits=Limits.of(OnecSettings())) if member.kind == "xml"]
        if not exports:
            yield Inspection(file=str(path), error="В архиве нет файлов XML: выгрузите каталог из 1С снова.")
        for member in exports:
            yield inspect(member.path, name=f"{path}/{member.name}")


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return kind_of(path.name, file.read(4)) == "archive"
