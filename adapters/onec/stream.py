"""Elements of a large XML file as they end, in memory that does not grow with the file.

What is given has been read whole; after the caller has looked at it, it is emptied and taken off the tree. Entities are not expanded,
nothing is fetched, depth and text are bounded by the parser, and a stretch without any expected element by us.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml.etree import ErrorTypes, XMLPullParser, XMLSyntaxError, _Element

from adapters.errors import FeedRefused
from adapters.onec.elements import local
from adapters.onec.head import ROOTS

CHUNK_BYTES = 262_144
SILENT_BYTES = 64_000_000
"""No product, offer, property or document of CommerceML is so long; a file that has one is hostile."""
TAIL_BYTES = 512

_ENDED = re.compile(rf"(</(?:[\w.-]+:)?(?:{'|'.join(ROOTS)})\s*>|/>)\s*\Z")
_NAMESPACE = re.compile(rb'xmlns="[^"]*"')


def ended_elements(
    path: Path, *, encoding: str, names: tuple[str, ...], whole: frozenset[str], silent_bytes: int = SILENT_BYTES
) -> Iterator[_Element]:
    """Elements of these local names in the order of their ends, and the root last.

    Args:
        path: the file.
        encoding: what it is really in, whatever it declares.
        names: local names to stop at.
        whole: names of elements that are given whole: what stands inside one of them is not given by itself.
        silent_bytes: how many bytes may pass without any of them.

    Raises:
        FeedRefused: the file is truncated, doubled, damaged or hostile.
    """
    parser = XMLPullParser(
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    passed = silent = 0
    parent: _Element | None = None
    is_given = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            _feed(parser, chunk if passed else _legal_namespace(chunk), passed)
            passed += len(chunk)
            silent += len(chunk)
            for _, element in parser.read_events():
                silent = 0
                around = element.getparent()
                if around is not parent or parent is None:
                    parent = around
                    is_given = not any(local(outer) in whole for outer in element.iterancestors())
                if is_given:
                    yield element
                    _take_off(element, parent)
            if silent > silent_bytes:
                raise FeedRefused(
                    "hostile",
                    "В файле слишком длинный кусок без товаров, предложений и документов: он не похож на выгрузку 1С.",
                )
    yield _closed(parser, path, encoding)


def _take_off(element: _Element, parent: _Element | None) -> None:
    element.clear(keep_tail=False)
    before = element.getprevious()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def _feed(parser: XMLPullParser, chunk: bytes, passed: int) -> None:
    try:
        parser.feed(chunk)
    except XMLSyntaxError as error:
        raise _refusal(error, passed) from None


def _closed(parser: XMLPullParser, path: Path, encoding: str) -> _Element:
    try:
        return parser.close()
    except XMLSyntaxError as error:
        size = path.stat().st_size
        if _is_ended(path, encoding):
            raise _refusal(error, size) from None
        raise FeedRefused(
            "truncated", f"Файл оборван на {size} байте: конец выгрузки не дошёл. Ничего не загружено; повторите обмен из 1С."
        ) from None


def _is_ended(path: Path, encoding: str) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return _ENDED.search(file.read().decode(encoding, errors="ignore")) is not None


def _legal_namespace(chunk: bytes) -> bytes:
    """The 2.05 schema's own namespace holds a space, which no URI may."""
    return _NAMESPACE.sub(lambda found: found[0].replace(b" ", b"_"), chunk)


def _refusal(error: XMLSyntaxError, passed: int) -> FeedRefused:
    where = f"строка {error.lineno}"
    if error.code in (ErrorTypes.ERR_DOCUMENT_END, ErrorTypes.ERR_RESERVED_XML_NAME):
        return FeedRefused(
            "doubled", f"После конца выгрузки ({where}) в файле есть ещё данные: похоже, он записан дважды. Повторите обмен из 1С."
        )
    if error.code in (ErrorTypes.ERR_INVALID_CHAR, ErrorTypes.ERR_INVALID_ENCODING):
        return FeedRefused("damaged", f"В файле недопустимый символ ({where}): уберите его из карточки товара в 1С и выгрузите снова.")
    if error.code in (ErrorTypes.ERR_RESOURCE_LIMIT, ErrorTypes.ERR_ENTITY_LOOP):
        return FeedRefused("hostile", f"В файле слишком длинный текст или слишком глубокая вложенность ({where}): он не принят.")
    return FeedRefused("damaged", f"XML повреждён ({where}, байт около {passed}): повторите обмен из 1С.")
