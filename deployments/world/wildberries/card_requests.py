"""What the catalogue's methods take, and what they say is wrong with it."""

import re
from typing import Any

from pydantic import Field

from deployments.world.wildberries.answers import Said
from deployments.world.wildberries.subjects import Subject

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
FORBIDDEN = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")


class WholesaleSaid(Said):
    """Whether the card is for wholesale, and pieces in a pack."""

    enabled: bool = False
    quantum: int = Field(default=0, ge=0)


class DimensionsSaid(Said):
    """Of the goods in their package, cm and kg; zeros where nothing is said."""

    length: int = 0
    width: int = 0
    height: int = 0
    weight_brutto: float = Field(default=0, alias="weightBrutto")


class CharacteristicSaid(Said):
    """A characteristic's value: strings or a number."""

    id: int
    value: Any


class SizeSaid(Said):
    """A size; ``chrt_id`` only of one that exists."""

    chrt_id: int | None = Field(default=None, alias="chrtID")
    tech_size: str | None = Field(default=None, alias="techSize")
    wb_size: str | None = Field(default=None, alias="wbSize")
    price: int = Field(default=0, ge=0)
    skus: list[str] = Field(default=[])


class VariantSaid(Said):
    """A card to be."""

    vendor_code: str | None = Field(default=None, alias="vendorCode", max_length=72)
    brand: str = ""
    title: str = Field(default="", max_length=60)
    description: str = ""
    is_marked: bool = Field(default=False, alias="kizMarked")
    wholesale: WholesaleSaid | None = None
    dimensions: DimensionsSaid = DimensionsSaid()
    characteristics: list[CharacteristicSaid] = Field(default=[])
    sizes: list[SizeSaid] = Field(default=[])


class GroupSaid(Said):
    """Cards that are shown as one; a single one is a card by itself."""

    subject_id: int = Field(alias="subjectID")
    variants: list[VariantSaid] = Field(min_length=1, max_length=30)


class CardSaid(VariantSaid):
    """A card as it shall be from now on."""

    nm_id: int = Field(alias="nmID")
    vendor_code: str = Field(alias="vendorCode")
    sizes: list[SizeSaid]


class AdditionSaid(Said):
    """Cards to join a group."""

    imt_id: int = Field(alias="imtID")
    cards: list[VariantSaid] = Field(alias="cardsToAdd", min_length=1, max_length=29)


def faults_of(variant: VariantSaid, subject: Subject) -> list[str]:
    """The vendor's words for what keeps the card from being made or changed."""
    return [*_text_faults("Наименование", variant.title), *_text_faults("Описание", variant.description), *_told_faults(variant, subject)]


def _text_faults(field: str, text: str) -> list[str]:
    found = [f"Поле {field} не должно содержать запрещенные символы: {' '.join(marks)}"] if (marks := FORBIDDEN.findall(text)) else []
    return [*found, *([f"Запрещено использовать E-Mail в поле {field}"] if EMAIL.search(text) else [])]


def _told_faults(variant: VariantSaid, subject: Subject) -> list[str]:
    known = {characteristic.charc_id: characteristic for characteristic in subject.characteristics}
    told = {said.id: said.value for said in variant.characteristics}
    too_long = len(variant.description) > subject.description_most
    return [
        *([f"Описание длиннее {subject.description_most} символов"] if too_long else []),
        *(f"Характеристики {charc_id} нет у предмета {subject.name}" for charc_id in told if charc_id not in known),
        *(
            f"Недопустимое значение характеристики {known[charc_id].name}"
            for charc_id, value in told.items()
            if charc_id in known and not known[charc_id].accepts(value)
        ),
        *(
            f"Не заполнена обязательная характеристика {needed.name}"
            for needed in known.values()
            if needed.is_required and needed.charc_id not in told
        ),
    ]
