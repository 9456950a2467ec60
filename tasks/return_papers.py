"""Telling of returns what the outbox owes: workbooks for the accountant, money that a site pays back."""

from collections.abc import Iterator, Sequence

from adapters.capabilities import RefundsReturns
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Claimed, Outbox
from adapters.hub.return_documents import ReturnDocuments
from adapters.settings import Settings
from adapters.workbook.accountant import paper_name, write_paper
from tasks.deliver import Delivered, drained, failed
from tasks.order_news import OUTCOMES
from tasks.rules.return_rules import ACCOUNTANT, DOCUMENT, REFUND

FOR_ACCOUNTANT = "для бухгалтера"
UNWRITTEN = "Книга возвратов для бухгалтера не записалась: диск полон, нет прав на папку или файл занят. Utyug попробует ещё раз."


def deliver_papers(hub: Hub, settings: Settings) -> Iterator[Delivered]:
    """Write what 1C is to know of returns into workbooks for the accountant; a lot's workbook is written once, whatever dies meanwhile."""
    book, folder = ReturnDocuments(hub), settings.returns_folder() / FOR_ACCOUNTANT

    def tell(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        names = []
        try:
            for number in book.to_paper([one.subject for one in claimed]):
                write_paper(folder, number, book.of_paper(number), at=hub.clock.now(), time_zone=settings.time_zone)
                names.append(paper_name(number))
        except OSError:
            return [Answer(outbox_id=one.outbox_id, outcome="later", sentence=UNWRITTEN) for one in claimed], None
        return [Answer(outbox_id=one.outbox_id, outcome="accepted", foreign_ref="; ".join(names)) for one in claimed], None

    yield from drained(Outbox(hub), ACCOUNTANT, [DOCUMENT], tell)


def deliver_refunds(hub: Hub, name: str, shop: RefundsReturns) -> Iterator[Delivered]:
    """Have a site pay back what came back; what it has paid back already is not paid twice."""
    book = ReturnDocuments(hub)

    def tell(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        wanted = book.refunds([one.subject for one in claimed])
        due = [one for one in claimed if one.subject in wanted]
        answers = [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed if one.subject not in wanted]
        try:
            told = shop.refund_returns([wanted[one.subject] for one in due]) if due else []
        except SyncError as error:
            return answers + failed([one.outbox_id for one in due], error), error
        pairs = zip(due, told, strict=True)
        return [
            *answers,
            *(Answer(outbox_id=one.outbox_id, outcome=OUTCOMES[put.outcome], sentence=put.sentence) for one, put in pairs),
        ], None

    yield from drained(Outbox(hub), f"channel:{name}", [REFUND], tell)
