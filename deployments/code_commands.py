"""``utyug shipment codes``: codes of «Честный ЗНАК», from the scanner, from a file, or on the command line."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from adapters.errors import Misconfigured
from adapters.hub.marks import MarkedLine, Marks
from adapters.hub.opening import open_hub
from adapters.settings import read_settings
from deployments.plainly import said_plainly
from tasks.rules.marking import line_of_code, read_code


def codes(
    number: Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер отправления, как 100001-1.")],
    scanned: Annotated[
        list[str] | None, typer.Argument(metavar="КОД", help="Коды; без них читаются со сканера, по одному в строке.")
    ] = None,
    line: Annotated[str | None, typer.Option(metavar="СТРОКА", help="Строка заказа, если по коду не понять, какой это товар.")] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, metavar="ФАЙЛ", help="Файл с кодами, по одному в строке.")
    ] = None,
) -> None:
    """Внести коды маркировки: отправление, которое их ждало, уйдёт со следующим запуском.

    Запустите команду с одним номером, отсканируйте код с каждой штуки и закончите пустой строкой.
    К какому товару код, Utyug узнает по штрихкоду. Коды в самой команде берите в кавычки.
    """
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            marks = Marks(hub, {name: settings.ships_of(name) for name in settings.channels})
            wanted = marks.lines(number)
            if not scanned and file is None:
                _say_wanted(number, wanted)
            told = scanned or (_lines_of(file) if file is not None else _scan())
            taken = 0
            for place, found in _parted(told, wanted, line).items():
                entered = marks.enter(number, place, found)
                taken += entered.taken
                for sentence in entered.refused:
                    typer.echo(sentence)
            typer.echo(f"Внесено кодов: {taken}.")
            left = sum(max(0, one.wanted - one.entered) for one in marks.lines(number))
    if wanted:
        typer.echo(f"Осталось внести: {left}." if left else "Все коды на месте: отправление уйдёт со следующим запуском.")


def _say_wanted(number: str, wanted: Sequence[MarkedLine]) -> None:
    """Raises `Misconfigured` where there is nothing to scan."""
    if not wanted:
        raise Misconfigured(f"Отправления {number} нет, или коды «Честный ЗНАК» ему не нужны: номер смотрите в utyug shipment list.")
    for one in wanted:
        typer.echo(f"{one.name}: нужно кодов {one.wanted}, внесено {one.entered} (строка {one.line_ref})")


def _scan() -> list[str]:
    """Lines up to an empty one, as a scanner types them."""
    if sys.stdin.isatty():
        typer.echo("Сканируйте коды; пустая строка заканчивает.")
    told = []
    for text in sys.stdin:
        if not text.strip():
            break
        told.append(text)
    return told


def _lines_of(file: Path) -> list[str]:
    """Codes of a file; the group separators in them end no line."""
    return [text for text in file.read_text(encoding="utf-8-sig").split("\n") if text.strip()]


def _parted(told: Sequence[str], wanted: Sequence[MarkedLine], line: str | None) -> dict[str, list[str]]:
    """Codes by line: the one that is named, the only one that needs any, else the one whose goods have the code's barcode.

    Raises:
        Misconfigured: a code fits no line, or there is no line that needs codes.
    """
    only = line or (wanted[0].line_ref if len(wanted) == 1 else None)
    if only is not None:
        return {only: list(told)}
    barcodes = {one.line_ref: one.barcodes for one in wanted}
    parted: dict[str, list[str]] = {}
    for number, text in enumerate(told, 1):
        code = read_code(text)
        found = line_of_code(code, barcodes) if code is not None else None
        if found is None:
            lines = ", ".join(f"{one.line_ref} ({one.name})" for one in wanted)
            which = f"укажите строку: --line и одна из {lines}" if wanted else "проверьте номер отправления или укажите строку: --line"
            raise Misconfigured(f"Код {number} не читается, или по нему не понять, к какому он товару. Ничего не внесено; {which}.")
        parted.setdefault(found, []).append(text)
    return parted
