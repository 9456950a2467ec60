"""What the shop wants done with returns: its settings, and what of them the hub needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from tasks.rules.onward import Onward
from validation.part import Part

ACCOUNTANT = "accountant"
"""The target that is a person: what 1C does not take from us is written into a workbook for him."""
DOCUMENT, REFUND = "return", "refund"
"""Kinds of debts: 1C's document, and the money that a site pays back."""


class ReturnSettings(Part):
    """How returns are taken."""

    folder: Path | None = Field(default=None, description="куда менеджеры кладут книги возвратов; без неё var/returns")
    documents: Literal["accountant", "odata"] = Field(
        default="accountant", description="возврат в 1С: книгой для бухгалтера или документом через OData (его проводит человек)"
    )
    defect_place: str | None = Field(default=None, description="Ид склада 1С для брака; без него брак приходует тот же склад")
    look_back_days: int = Field(default=45, ge=1, le=180, description="за сколько дней возвраты перечитываются с площадок")
    form_days: int = Field(default=45, ge=1, le=365, description="за сколько дней отгрузки попадают в новую книгу возвратов")
    patience_s: float = Field(default=900.0, gt=0, description="недописанный файл ждут столько, потом о нём сообщают")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnRules:
    """Who hears of returns.

    Args:
        onward: CRMs by channel.
        documents: 1C base → the target that is owed a document of its goods; a base not named here is the accountant's.
        defect_place: 1C's warehouse that what is not good is booked to; None: the one it was sold from.
        refunds: sites that pay back what came back, because their owner wants it so.
    """

    onward: Onward = field(default_factory=Onward)
    documents: Mapping[str, str] = field(default_factory=dict)
    defect_place: str | None = None
    refunds: frozenset[str] = frozenset()

    def target(self, base: str) -> str:
        """Who is owed the document of goods of a base."""
        return self.documents.get(base, ACCOUNTANT)
