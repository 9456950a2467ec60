"""The first bytes of a file from 1C: which encoding it really is in, and whether it is an export at all.

Every root element of CommerceML is a Cyrillic word, so the first non-ASCII bytes tell UTF-8 from windows-1251 whatever the declaration
says (`reference/commerceml.md` §1.5: one real file declares UTF-8 and is windows-1251). A document type declaration is refused before
the parser sees it: no 1C writes one, and entities live there.
"""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from adapters.errors import FeedRefused

HEAD_BYTES = 65_536
ROOTS = frozenset({"КоммерческаяИнформация", "Классификатор", "Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений", "Документ"})
CYRILLIC_1251 = frozenset(range(0xC0, 0x100)) | {0xA8, 0xB8}

_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")


class Head(NamedTuple):
    """What the first bytes tell: a codec the parser is given, and the root's local name."""

    encoding: str
    root: str


def read_head(path: Path) -> Head:
    """Encoding and root of a file.

    Raises:
        FeedRefused: empty, not XML, not CommerceML, of an unknown encoding, or with a document type declaration.
    """
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if not start.strip():
        raise FeedRefused("empty", "Файл пуст: 1С ничего не записала. Выгрузите снова.")
    encoding = _encoding_of(start)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(start).removeprefix("\ufeff")
    return Head(encoding, _root_of(text))


def _encoding_of(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\x00", b"\x00<")):
        raise FeedRefused("encoding", "Файл в кодировке UTF-16: такую выгрузку 1С не делает. Выгрузите в UTF-8.")
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8"
    first = next((place for place, byte in enumerate(start) if byte > 0x7F), None)
    if first is None:
        return "utf-8"
    word = start[first : first + 2]
    if word[0] in (0xD0, 0xD1) and len(word) == 2 and 0x80 <= word[1] < 0xC0:
        return "utf-8"
    if all(byte in CYRILLIC_1251 for byte in word):
        return "windows-1251"
    raise FeedRefused("encoding", "Кодировка файла не распознана: это не UTF-8 и не windows-1251. Выгрузите снова из 1С.")


def _root_of(text: str) -> str:
    place = 0
    while skipped := _SKIPPED.match(text, place):
        place = skipped.end()
    if text.startswith("<!", place):
        raise FeedRefused(
            "hostile",
            "В начале файла стоит описание типа документа (DOCTYPE): 1С так не пишет, файл не принят ради безопасности.",
        )
    root = _ROOT.match(text, place)
    if root is None:
        shown = text[place : place + 40].split("\n", maxsplit=1)[0].strip()
        raise FeedRefused("not_xml", f"Это не XML: файл начинается с «{shown}». Проверьте, что выгружено из 1С.")
    if root[1] not in ROOTS:
        raise FeedRefused("not_commerceml", f"Это не выгрузка 1С: внутри <{root[1][:40]}>, а не КоммерческаяИнформация.")
    return root[1]
