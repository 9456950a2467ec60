"""Documents that a base of 1C is owed: they travel in the debt itself, whole, so that what is written is what was meant.

Whoever records a shipment or a return owes it in the same transaction: ``owe(connection, now, [owed_document("main", …)])``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from adapters.hub.outbox import Owed
from adapters.onec.odata.documents import DocumentHeader, DocumentLine
from adapters.onec.odata.names import DocumentKind

TARGET = "odata"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedDocument:
    """A document on its way to 1C; nobody's name, phone or address is in it."""

    header: DocumentHeader
    lines: tuple[DocumentLine, ...]


_SHAPE = TypeAdapter(OwedDocument)


def owed_document(base: str, kind: DocumentKind, reference: str, header: DocumentHeader, lines: Sequence[DocumentLine]) -> Owed:
    """The debt of a document, which is written once: what was owed before under this reference stays as it was.

    Args:
        base: the 1C base, by its name in settings.
        kind: shipment | return; it is written where the base's ``documents`` name it.
        reference: our own key of it, the same for ever: 1C's key of the document is made of it.
        header: what it is about.
        lines: at least one.
    """
    detail = _SHAPE.dump_python(OwedDocument(header=header, lines=tuple(lines)), mode="json")
    return Owed(target=f"{TARGET}:{base}", kind=kind, subject=reference, detail=detail, is_once=True)


def read_owed(detail: object) -> OwedDocument:
    """The document of a debt that `owed_document` made.

    Raises:
        ValidationError: it did not make it.
    """
    return _SHAPE.validate_python(detail)
