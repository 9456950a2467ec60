"""An independent look into the sample: plain lxml, nothing of the writer."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

NS = "{urn:1C.ru:commerceml_2}"


def root_of(path: Path) -> etree._Element:
    return etree.parse(str(path)).getroot()


def texts(element: etree._Element, path: str) -> list[str]:
    return [(found.text or "") for found in element.findall("/".join(NS + tag for tag in path.split("/")))]


def text(element: etree._Element, path: str) -> str:
    found = texts(element, path)
    return found[0] if found else ""


@dataclass(frozen=True)
class Export:
    """All files of a folder, elements by tag."""

    roots: tuple[etree._Element, ...]

    def all(self, tag: str) -> Iterator[etree._Element]:
        for root in self.roots:
            yield from root.iter(NS + tag)

    @property
    def products(self) -> list[etree._Element]:
        return list(self.all("Товар"))

    @property
    def offers(self) -> list[etree._Element]:
        return list(self.all("Предложение"))

    def offer(self, ref: str) -> etree._Element:
        return next(offer for offer in self.offers if text(offer, "Ид") == ref)

    def product(self, ref: str) -> etree._Element:
        return next(product for product in self.products if text(product, "Ид") == ref)


def read_export(folder: Path) -> Export:
    return Export(tuple(root_of(path) for path in sorted(folder.glob("*.xml"))))


def is_barcode_right(barcode: str) -> bool:
    if not (barcode.isascii() and barcode.isdigit() and len(barcode) in {8, 12, 13, 14}):
        return False
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(barcode))) % 10 == 0
