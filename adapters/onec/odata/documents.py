"""Documents that CommerceML cannot carry: shipments and returns, written once however often they are put.

The key of a document is ours, so a document is looked up by it before it is made: what a second POST with one key does, no source
tells for certain. Sources: `reference/commerceml.md` §2.5, §5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from adapters.errors import Misconfigured, Rejected
from adapters.onec.odata.answers import Column, row_of
from adapters.onec.odata.client import SYSTEM, NotEnabled, OdataClient, explained
from adapters.onec.odata.literals import EMPTY_REF, address, entity, guid, ref, stamp
from adapters.onec.odata.names import DocumentKind, DocumentNames

OURS = UUID("6f0d3c0e-52a7-5b1b-9c39-2f3a9d1e7c55")
"""The namespace of our documents' keys: changing it would write every document a second time."""

SHOWN = (
    Column("ref", "Ref_Key", "ref"),
    Column("number", "Number", "text"),
    Column("is_posted", "Posted", "flag"),
    Column("is_deleted", "DeletionMark", "flag"),
)
KEYS_AT_ONCE = 20
"""In one question: an address may not be long."""
CALLED: dict[DocumentKind, str] = {"shipment": "отгрузка", "return": "возврат"}


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentHeader:
    """What a document is about. References are 1C's; what is none is left to the settings or to 1C.

    Args:
        at: when it happened.
        place: the warehouse.
        partner: УТ only.
        counterparty: the buyer.
        organization: which of the shop's legal entities.
        currency: of the sums.
        basis: of a shipment its order, of a return its shipment.
        comment: our own reference, for whoever looks at it.
    """

    at: datetime
    place: str | None = None
    partner: str | None = None
    counterparty: str | None = None
    organization: str | None = None
    currency: str | None = None
    basis: str | None = None
    comment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentLine:
    """Pieces of one item; ``sum_kopecks`` is of all of them, after discounts."""

    item_ref: str
    pcs: int
    price_kopecks: int
    sum_kopecks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFound:
    """A document as 1C has it. ``is_deleted``: somebody marked it so, and it is left alone."""

    ref_key: UUID
    number: str
    is_posted: bool
    is_deleted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentPut:
    """What became of a put; ``is_new``: it was made by this one."""

    document: DocumentFound
    is_new: bool


class NotPosted(Rejected):
    """1C wrote the document and would not post it.

    Args:
        document: as it lies there.
    """

    def __init__(self, sentence: str, *, document: DocumentFound, answer: bytes) -> None:
        super().__init__(sentence, system=SYSTEM, answer=answer)
        self.document = document


def document_key(kind: DocumentKind, reference: str) -> UUID:
    """The key of the document for a reference of ours, always the same."""
    return uuid5(OURS, f"{kind}:{reference}")


class OdataDocuments(OdataClient):
    """Takes shipments and returns."""

    def put_document(self, kind: DocumentKind, ref_key: UUID, header: DocumentHeader, lines: Sequence[DocumentLine]) -> DocumentPut:
        """A document with this key is there, posted where the settings say so.

        One that is there already is not written again, only posted if it is not; one that somebody marked as deleted is left alone.

        Args:
            kind: shipment | return.
            ref_key: `document_key` of a reference of our own.
            header: what it is about.
            lines: at least one.

        Raises:
            NotPosted: it is written, and 1C refuses to post it.
            OutcomeUnknown: nobody knows whether it was written or posted; putting it again is safe.
            Rejected: 1C refuses to write it; its own words are in ``answer``.
            Misconfigured: a reference in it is none.
            SyncError: as `OdataClient.get`.
        """
        names = self._names.documents[kind]
        found = self.find_document(kind, ref_key)
        put = DocumentPut(document=found, is_new=False) if found else self._make(kind, ref_key, _body(self, names, ref_key, header, lines))
        if not names.posts or put.document.is_posted or put.document.is_deleted:
            return put
        self._post(kind, put.document)
        return replace(put, document=replace(put.document, is_posted=True))

    def find_document(self, kind: DocumentKind, ref_key: UUID) -> DocumentFound | None:
        """The document with this key, also one that is marked as deleted; none where there is none.

        Asked as a list: a single object that is not there and an object that is not enabled are both 404.

        Raises:
            SyncError: as `OdataClient.get`.
        """
        return self.find_documents(kind, [ref_key]).get(ref_key)

    def find_documents(self, kind: DocumentKind, ref_keys: Sequence[UUID]) -> dict[UUID, DocumentFound]:
        """Those of the documents with these keys that are there.

        Raises:
            SyncError: as `OdataClient.get`.
        """
        found: dict[UUID, DocumentFound] = {}
        for start in range(0, len(ref_keys), KEYS_AT_ONCE):
            some = ref_keys[start : start + KEYS_AT_ONCE]
            which = " or ".join(f"Ref_Key eq {guid(str(one))}" for one in some)
            rows = self.ask(self._names.documents[kind].name, SHOWN, {"$filter": which, "$top": str(len(some))})
            found |= {one.ref_key: one for one in map(_found, rows)}
        return found

    def _make(self, kind: DocumentKind, ref_key: UUID, body: dict[str, Any]) -> DocumentPut:
        name = self._names.documents[kind].name
        try:
            response = self._connection.call("POST", address(name, {"$format": "json"}), json=body, limits=self._limits)
        except Rejected as error:
            # An earlier call of ours may have come through only now.
            late = self.find_document(kind, ref_key)
            if late is not None:
                return DocumentPut(document=late, is_new=False)
            raise _not_written(kind, explained(error, name)) from None
        made = self._connection.read(response, row_of(SHOWN), is_repeatable=False)
        return DocumentPut(document=_found(dict(made)), is_new=True)

    def _post(self, kind: DocumentKind, document: DocumentFound) -> None:
        """Post it as of its own date, not as of now."""
        where = f"{entity(self._names.documents[kind].name, document.ref_key)}/Post"
        options = {"$format": "json", "PostingModeOperational": "false"}
        try:
            self._connection.call("POST", address(where, options), limits=self._limits)
        except Rejected as error:
            sentence = (
                f"1С записала документ «{CALLED[kind]}» № {document.number}, но не провела его. "
                "Остаток в 1С он не изменил; откройте его в 1С, нажмите «Провести» и исправьте то, что она назовёт."
            )
            raise NotPosted(sentence, document=document, answer=error.answer) from None


def _not_written(kind: DocumentKind, error: Rejected) -> Rejected:
    if isinstance(error, NotEnabled):
        return error
    sentence = (
        f"1С не приняла документ «{CALLED[kind]}»: {error.sentence} Документа в ней нет; посмотрите причину в журнале регистрации 1С "
        "и проверьте имена полей документа в настройках."
    )
    return Rejected(sentence, system=SYSTEM, request_id=error.request_id, answer=error.answer)


def _found(row: dict[str, Any]) -> DocumentFound:
    return DocumentFound(ref_key=UUID(row["ref"]), number=row["number"].strip(), is_posted=row["is_posted"], is_deleted=row["is_deleted"])


def _body(base: OdataClient, names: DocumentNames, ref_key: UUID, header: DocumentHeader, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """The document as 1C takes it. Of what is told twice, the header goes before the settings."""
    if not lines:
        raise Misconfigured("Документ для 1С без строк: отправлять нечего.")
    given = {
        names.place: header.place,
        names.partner: header.partner,
        names.counterparty: header.counterparty,
        names.organization: header.organization,
        names.currency: header.currency,
    }
    body: dict[str, Any] = {**names.values, "Ref_Key": str(ref_key), "Date": stamp(base.local(header.at))}
    body |= {f"{name}_Key": ref(value) for name, value in given.items() if name and value}
    if names.basis and header.basis:
        body |= {names.basis: ref(header.basis), f"{names.basis}_Type": f"StandardODATA.{names.basis_type}"}
    if names.comment and header.comment:
        body[names.comment] = header.comment
    if names.total:
        body[names.total] = amount(sum(line.sum_kopecks for line in lines))
    return {**body, names.table: [_line(names, number, line) for number, line in enumerate(lines, 1)]}


def _line(names: DocumentNames, number: int, line: DocumentLine) -> dict[str, Any]:
    product, _, characteristic = line.item_ref.partition("#")
    goods = {names.item: product, names.characteristic: characteristic or EMPTY_REF}
    return {
        **names.line_values,
        # Without a number of its own a line makes 1C fail.
        "LineNumber": str(number),
        **{f"{name}_Key": ref(value) for name, value in goods.items() if name},
        names.pcs: line.pcs,
        names.price: amount(line.price_kopecks),
        names.sum: amount(line.sum_kopecks),
    }


def amount(kopecks: int) -> int | float:
    """Roubles as a JSON number; the nearest double of whole kopecks is written with the same two digits below ten trillion."""
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100
