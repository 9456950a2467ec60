"""Product rows of deals: what was sold, by its name with the channel's code behind it.

A row has no key of ours. People who put right what was sold write another name, with our article or Ид in it.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/api-reference/crm/universal/product-rows/crm-item-productrow-list.html
"""

import html
import re
from collections.abc import Iterable, Sequence

from adapters.bitrix24 import answers
from adapters.bitrix24.client import parsed
from adapters.bitrix24.commands import Command, Made
from adapters.bitrix24.contacts import Bitrix24Contacts
from adapters.bitrix24.reasons import GONE
from tasks.rules.crm import CrmGoods, CrmLine, CrmOrder

NAME_MAX = 250
"""Characters of a line's name; the portal keeps 255."""
CODE = re.compile(r"^(?P<name>.*\S)?\s*\[(?P<code>[^\[\]]+)\]$", re.DOTALL)

Goods = list[tuple[str, int, int]]
"""Name, kopecks of one, pieces."""


class Bitrix24Goods(Bitrix24Contacts):
    """Reads product rows."""

    def rows_of(self, deal_ids: Iterable[int]) -> dict[int, list[answers.GoodsRow]]:
        """Rows by deal; of a deal that is no longer there, none.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        commands = {
            str(one): Command(method="crm.item.productrow.list", params={"filter": {"=ownerType": "D", "=ownerId": one}})
            for one in deal_ids
        }
        return {int(key): parsed(answers.GOODS, one).product_rows for key, one in self.ask(commands, but=GONE).items()}


def goods_of(order: CrmOrder, there: Goods) -> Goods:
    """The rows that a deal is to have.

    A price that we do not know, or that is nothing, is people's to write; so is what a line is of that nobody knows: where its row is gone
    and one of theirs, of as many pieces, stands there instead, that one stays.
    """
    rows = [(_name(line), line.price_kopecks or _price_there(line, there), line.pcs) for line in order.lines]
    ours = {name for name, _, _ in rows}
    added = [row for row in there if row[0] not in ours]
    gone = [at for at, line in enumerate(order.lines) if line.item_ref is None and not any(rows[at][0] == name for name, _, _ in there)]
    if len(gone) == len(added) == 1 and added[0][2] == rows[gone[0]][2]:
        rows[gone[0]] = added[0]
    return rows


def set_goods(deal_id: int | Made, rows: Goods) -> Command:
    """All rows of a deal, instead of those it has."""
    said = [{"productName": name, "price": roubles(price), "quantity": pcs} for name, price, pcs in rows]
    return Command(method="crm.item.productrow.set", params={"ownerType": "D", "ownerId": deal_id, "productRows": said})


def told_goods(rows: Sequence[answers.GoodsRow]) -> Goods:
    """Rows as the portal keeps them."""
    return [(_title(one), round(one.price * 100), round(one.quantity)) for one in rows]


def goods_left(row: answers.GoodsRow) -> CrmGoods:
    """A row as people left it: its code is the channel's, or names an item of ours, as its whole name may."""
    title, kopecks = _title(row), row.price * 100
    code = found["code"].strip() if (found := CODE.match(title)) else None
    return CrmGoods(
        line_ref=None,
        sku=code,
        names=tuple(dict.fromkeys(one for one in (code, title) if one)),
        pcs=int(row.quantity) if row.quantity == row.quantity.to_integral_value() else None,
        price_kopecks=int(kopecks) if kopecks == kopecks.to_integral_value() else None,
    )


def roubles(kopecks: int) -> str:
    """As the portal takes money."""
    return f"{kopecks // 100}.{kopecks % 100:02d}"


def _price_there(line: CrmLine, there: Goods) -> int:
    return next((price for name, price, pcs in there if name == _name(line) and pcs == line.pcs), 0)


def _title(row: answers.GoodsRow) -> str:
    return html.unescape(row.product_name).strip()


def _name(line: CrmLine) -> str:
    """With the code, by which a shop finds the thing."""
    code = f" [{line.sku}]" if line.name and line.sku else ""
    return f"{(line.name or line.sku)[: NAME_MAX - len(code)]}{code}".strip()
