"""What stands in a workbook's own parts: looks, notes and drop-downs, which no reader of values tells."""

import re
import zipfile
from pathlib import Path

from lxml import etree

MAIN = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
CELL = re.compile(r"[A-Z]+\d+")


def part(path: Path, name: str) -> etree._Element:
    """One of its parts as XML."""
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def lists(path: Path) -> list[str]:
    """The words of its drop-downs."""
    sheet = part(path, "xl/worksheets/sheet1.xml")
    found = sheet.xpath("//m:dataValidation[@type='list']/m:formula1/text()", namespaces=MAIN)
    return [str(one).strip('"') for one in found]


def checks(path: Path) -> set[str]:
    """The kinds of its checks."""
    sheet = part(path, "xl/worksheets/sheet1.xml")
    return {str(one) for one in sheet.xpath("//m:dataValidation/@type", namespaces=MAIN)}


def red_cells(path: Path) -> set[str]:
    """Cells whose ground is red."""
    styles, sheet = part(path, "xl/styles.xml"), part(path, "xl/worksheets/sheet1.xml")
    fills = styles.xpath("//m:fills/m:fill", namespaces=MAIN)
    red = {number for number, fill in enumerate(fills) if fill.xpath(".//m:fgColor[@rgb='FFF4B6B6']", namespaces=MAIN)}
    looks = [int(one.get("fillId")) for one in styles.xpath("//m:cellXfs/m:xf", namespaces=MAIN)]
    return {str(cell.get("r")) for cell in sheet.xpath("//m:c", namespaces=MAIN) if looks[int(cell.get("s", "0"))] in red}


def notes(path: Path) -> dict[str, str]:
    """Notes by cell."""
    with zipfile.ZipFile(path) as archive:
        if "xl/comments1.xml" not in archive.namelist():
            return {}
    told = part(path, "xl/comments1.xml")
    return {str(one.get("ref")): "".join(one.itertext()) for one in told.xpath("//m:comment", namespaces=MAIN)}


def formulas(path: Path) -> int:
    """How many of its cells compute something."""
    return len(part(path, "xl/worksheets/sheet1.xml").xpath("//m:f", namespaces=MAIN))
