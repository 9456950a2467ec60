"""Papers of CDEK: asked for, waited for, fetched with a token while they are kept, which is an hour.

Source: `reference/services.md` §1, Other methods, Print.
"""

from collections.abc import Mapping, Sequence

from adapters.cdek import answers, paths, refusals, settling
from adapters.cdek.client import SYSTEM, CdekClient
from adapters.cdek.limits import FORM_ORDERS_MAX
from adapters.errors import ContractBroken, Rejected
from tasks.rules.carrier_papers import Form, FormKind

SORTS: Mapping[FormKind, paths.Sort] = {"waybill": "orders", "barcode": "barcodes"}
READY, REMOVED, INVALID = "READY", "REMOVED", "INVALID"
STEPS = ("ACCEPTED", "PROCESSING", READY, INVALID, REMOVED)
"""What comes later within one second."""
BEGINNING = b"%PDF"


class CdekPrints(CdekClient):
    """Makes waybills and labels."""

    def ask_form(self, carrier_refs: Sequence[str], kind: FormKind) -> Form:
        """Have papers made for these shipments, at most a hundred. Asked twice they are made twice, which does no harm.

        Raises:
            ValueError: too many, or none.
            SyncError: nothing was asked.
        """
        if not 0 < len(carrier_refs) <= FORM_ORDERS_MAX:
            raise ValueError(f"{len(carrier_refs)} shipments; a form holds 1 to {FORM_ORDERS_MAX}")
        body: dict[str, object] = {"orders": [{"order_uuid": ref} for ref in carrier_refs], "copy_count": 1}
        body |= {"format": self.terms.label_format} if kind == "barcode" else {}
        try:
            told = self.tell("POST", paths.forms(SORTS[kind]), body, is_repeatable=True, shape=answers.ACCEPTED)
        except Rejected as error:
            return Form(form_ref="", state="refused", sentence=refusals.sentence_of(refusals.errors_of(error.answer)))
        if told.entity is None:
            errors = [error for row in told.requests for error in row.errors]
            return Form(form_ref="", state="refused", sentence=refusals.sentence_of(errors))
        return Form(form_ref=told.entity.uuid, state="pending")

    def read_form(self, form_ref: str, kind: FormKind) -> Form:
        """The papers, when they are made.

        Raises:
            ContractBroken: they are no PDF.
            SyncError: it could not be asked.
        """
        shown = self.find(paths.form(SORTS[kind], form_ref), answers.THING, absent=refusals.NOT_THERE)
        if shown is None:
            return Form(form_ref=form_ref, state="pending")
        asked = settling.creation(shown.requests)
        code = _newest(shown.entity.statuses)
        if code == REMOVED:
            return Form(form_ref=form_ref, state="gone")
        if code == INVALID or settling.how(asked) == "refused":
            return Form(form_ref=form_ref, state="refused", sentence=refusals.sentence_of(asked.errors if asked else []))
        return self._fetched(form_ref, kind) if code == READY else Form(form_ref=form_ref, state="pending")

    def _fetched(self, form_ref: str, kind: FormKind) -> Form:
        try:
            pdf = self.fetch(paths.pdf(SORTS[kind], form_ref))
        except Rejected as error:
            if refusals.EXPIRED in refusals.codes_of(error.answer):
                return Form(form_ref=form_ref, state="gone")
            raise
        if not pdf.startswith(BEGINNING):
            raise ContractBroken("СДЭК прислал вместо печатной формы что-то другое: это не PDF.", system=SYSTEM, fragment="PDF")
        return Form(form_ref=form_ref, state="ready", pdf=pdf)


def _newest(statuses: Sequence[answers.Status]) -> str | None:
    """Whichever way round they stand."""
    known = [(status.date_time, STEPS.index(status.code) if status.code in STEPS else 0, status.code) for status in statuses]
    return max(known)[2] if known else None
