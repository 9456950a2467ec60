"""What stands in the comments of a deal: our remarks, a line each, and what people wrote beside them.

A deal has no field of its own for an address: it is told in a line «Адрес: …», and read where people wrote one.

Source: https://apidocs.bitrix24.com/api-reference/crm/universal/object-fields.html
"""

import html
import re

from tasks.rules.crm import CrmOrder

ADDRESS = "Адрес"
MARKUP = re.compile(r"<[^>]*>|\[/?[a-z*]+(?:=[^\]]*)?\]", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>|</p>|</div>|\[/p\]|\n", re.IGNORECASE)
"""What ends a line, in either markup that portals keep comments in."""


def remarks_of(order: CrmOrder) -> list[str]:
    """What is told of an order in words."""
    told = {ADDRESS: order.address, "Покупатель пишет": order.comment, "Трек-номер": order.tracking}
    said = [f"{what}: {' '.join(value.split())}" for what, value in told.items() if value and value.strip()]
    return [f"{order.channel_title}, заказ {order.channel_ref}", *said]


def lacking(order: CrmOrder, comments: str) -> list[str]:
    """Remarks that do not stand in the comments yet."""
    return [one for one in remarks_of(order) if plain(one) not in plain(comments)]


def told_address(comments: str) -> str | None:
    """The address of the last line that tells one, where any does."""
    lines = [plain(line) for line in BREAK.split(html.unescape(comments))]
    found = [rest.strip() for line in lines for what, mark, rest in [line.partition(":")] if mark and what.casefold() == ADDRESS.casefold()]
    return next((one for one in reversed(found) if one), None)


def plain(comments: str) -> str:
    """Words alone: the portal keeps comments with markup of its own."""
    return " ".join(MARKUP.sub(" ", html.unescape(comments)).split())
