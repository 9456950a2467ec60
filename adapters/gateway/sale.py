"""The sale half of the exchange that is not a file: orders for 1C, their acknowledgement, and the dictionaries УНФ asks for."""

from lxml import etree
from starlette.responses import Response

from adapters.gateway import answers
from adapters.gateway.threads import Threads
from adapters.hub.inbox import Session
from adapters.hub.ledger import Ledger
from adapters.hub.sale import SaleDesk

ORDER_STATUSES = ("Не согласован", "Согласован", "Отгружен", "Доставлен", "Отменен")
PAYMENTS = {"cash": "Наличными", "card": "Банковской картой", "account": "По счёту", "marketplace": "Через площадку"}
DELIVERIES = {"carrier": "Транспортная компания", "pickup": "Самовывоз", "courier": "Курьер", "marketplace": "Доставка площадки"}
LATIN_C_STATUSES = "Cтатусы"
"""The reference server misspelt this element with a Latin C, and clients look for it so."""


class Sales:
    """Orders towards 1C; what a session was offered is acknowledged by the same session only.

    Args:
        desk: the hub's book of orders for 1C.
        ledger: where pieces of orders wait for 1C's word.
        silent_exchanges: after so many exchanges without it a person is told.
        threads: where the hub is spoken to.
    """

    def __init__(self, *, desk: SaleDesk, ledger: Ledger, silent_exchanges: int, threads: Threads) -> None:
        self._desk = desk
        self._ledger = ledger
        self._silent_exchanges = silent_exchanges
        self._threads = threads

    async def query(self, session: Session) -> Response:
        """`mode=query`: the orders 1C has not acknowledged yet.

        Every exchange has a query, also one that fails after it, so here exchanges without a word of an order are counted.
        """
        return answers.document(await self._threads.heavy(self._offer, session))

    async def acknowledge(self, session: Session) -> Response:
        """`mode=success`: 1C wrote exactly what this session's query gave it."""
        await self._threads.quick(self._desk.acknowledge, session.session_ref)
        return answers.success()

    def _offer(self, session: Session) -> bytes:
        self._ledger.tell_silence(source=session.source, limit=self._silent_exchanges)
        return self._desk.offer(session.source, session.session_ref)


def dictionaries() -> Response:
    """`mode=info`: order statuses, payment systems and delivery services, in windows-1251 as the reference server writes them."""
    root = etree.Element("Справочник")
    for name, rows in (
        (LATIN_C_STATUSES, {status: status for status in ORDER_STATUSES}),
        ("ПлатежныеСистемы", PAYMENTS),
        ("СлужбыДоставки", DELIVERIES),
    ):
        group = etree.SubElement(root, name)
        for ref, title in rows.items():
            element = etree.SubElement(group, "Элемент")
            etree.SubElement(element, "Ид").text = ref
            etree.SubElement(element, "Название").text = title
    body = b'<?xml version="1.0" encoding="windows-1251"?>\n' + etree.tostring(root, encoding="unicode").encode("cp1251")
    return answers.document(body, charset="windows-1251")
