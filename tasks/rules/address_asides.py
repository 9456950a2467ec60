"""What people put into an address besides it (remarks, phones, codes of pick-up points), and the words of what is left."""

import re

from tasks.rules.address_parts import Draft
from tasks.rules.address_regions import region_of
from tasks.rules.address_words import ABBREVIATED, ASIDE, GLUED

PHONE = re.compile(r"(?:\bтел\w*\.?:?\s*)?(?<!\d)(?:\+7|8|7)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)", re.IGNORECASE)
POINT = re.compile(
    r"(?:пвз|пункт(?: выдачи)?(?: заказов)?|постамат|сд[эе]к|cdek|боксберри)[\s:,№-]*(?:сд[эе]к|cdek)?[\s:,№-]*\b([A-Z]{2,6}-?\d{1,6})\b",
    re.IGNORECASE,
)
INTERCOM = re.compile(
    r"\b(?:код(?: от)? домофона|домофон|дмфн?|код(?: двери| подъезда)?)[\s:.№-]*([A-Za-zА-Яа-яЁё]?\d[\dA-Za-zА-Яа-яЁё#*-]*)", re.IGNORECASE
)
BRACKETS = re.compile(r"\(([^()]*)\)")
REMARK = re.compile(rf"(?:^|(?<=[\s,(]))(?:{ASIDE})\b.*$", re.IGNORECASE)
STATION = re.compile(r"^(?:ст\.?\s*)?м(?:етро)?\.?\s+(?=[а-яё])|^метро\b", re.IGNORECASE)
POSTCODE = re.compile(r"(?<![\d/-])(?:индекс:?\s*)?(\d{6})(?![\d/-])", re.IGNORECASE)
SPACED_POSTCODE = re.compile(r"^(\d{3}) (\d{3})(?=[\s,])")
NOT_A_POSTCODE = re.compile(r"(?:^(?:индекс:?\s*)?|индекс:?\s*)(\d{5}|\d{7,8})(?=[\s,]|$)", re.IGNORECASE)
HOUSE_PARTS = r"(\d[а-яё]?)\s?(?<!\d\s)(корп|кор|стр|лит(?:ер)?|вл|кв|оф|пом|к|с)\.?\s?(?=\d)"
DOTTED = (
    (re.compile(r"\bп\.\s?г\.\s?т\b\.?", re.IGNORECASE), "пгт"),
    (re.compile(r"\bр\.\s?п\b\.?", re.IGNORECASE), "рп"),
    (re.compile(r"\bд\.\s?п\b\.?(?=\s?[а-яё]{2})", re.IGNORECASE), "дп"),
    (re.compile(r"\bг\.\s?о\b\.?", re.IGNORECASE), "го"),
    (re.compile(r"\bс\.\s?н\.\s?т\b\.?", re.IGNORECASE), "снт"),
    (re.compile(r"\bд\.\s?н\.\s?т\b\.?", re.IGNORECASE), "днт"),
    (re.compile(r"\bВ\.\s?О\b\.?"), "ВО"),
    (re.compile(r"\b(пр|б|р|мкр|кв|ст)\.\s?-\s?(т|кт|р|н|л|ца)\b", re.IGNORECASE), r"\1-\2"),
    (re.compile(r"\b(пр|б|р|мкр)\s?-\s(т|кт|р|н)\b", re.IGNORECASE), r"\1-\2"),
)
APART = (
    (re.compile(rf"(?<![А-Яа-яЁё-])({ABBREVIATED})\.(?=[^\s,.])", re.IGNORECASE), r"\1. "),
    (re.compile(rf"(?<![А-Яа-яЁё\d-])({GLUED})\.?\s?[-№]?\s?(?=\d)", re.IGNORECASE), r"\1 "),
    (re.compile(HOUSE_PARTS, re.IGNORECASE), r"\1 \2 "),
    (re.compile(r"(\d)\s?(лит(?:ера?)?)\.?\s?([а-яё])\b", re.IGNORECASE), r"\1 \2 \3"),
    (re.compile(r"\s[-–—]\s"), ", "),
    (re.compile(r"№\s+(?=\S)"), "№"),
)


def aside(text: str, draft: Draft) -> str:
    """The address without what stands in it besides, which goes into the draft."""
    left = PHONE.sub(lambda found: _taken("comment", found[0], draft), text)
    left = INTERCOM.sub(lambda found: _taken("intercom", found[1], draft), left)
    left = BRACKETS.sub(lambda found: _bracketed(found[1], draft), left)
    left = POINT.sub(lambda found: _taken("point", found[1].upper(), draft), left)
    pieces = [_unremarked(piece.strip(), draft) for piece in left.split(",")]
    return _without_postcode(", ".join(piece for piece in pieces if piece), draft)


def opened(text: str) -> list[list[str]]:
    """The words of each piece between commas, abbreviations set apart from what they stand before."""
    for pattern, instead in (*DOTTED, *APART):
        text = pattern.sub(instead, text)
    pieces = (re.sub(r"[«»\"“”„:!?*]|(?<!\w)/|/(?!\w)", " ", piece).split() for piece in re.split(r"[,;]", text))
    return [words for words in pieces if words]


def is_postcode(text: str) -> bool:
    """Six digits, as Russia and most of its neighbours have; those of Armenia are not judged."""
    return len(text) == 6 and text.isdigit()


def _bracketed(inside: str, draft: Draft) -> str:
    if region_of(inside):
        return f" {inside} "
    if remark := inside.strip(" ,;."):
        draft.comments.append(remark)
    return " "


def _taken(name: str, value: str, draft: Draft) -> str:
    if name == "comment":
        draft.comments.append(value.strip())
    else:
        draft.add(name, value)
    return ", "


def _unremarked(piece: str, draft: Draft) -> str:
    if STATION.match(piece):
        draft.comments.append(piece)
        return ""
    found = REMARK.search(piece)
    if found is None:
        return piece
    draft.comments.append(found[0].strip())
    return piece[: found.start()].strip()


def _without_postcode(text: str, draft: Draft) -> str:
    text = SPACED_POSTCODE.sub(r"\1\2", text)
    if found := POSTCODE.search(text):
        draft.put("postcode", found[1])
        return text[: found.start()] + ", " + text[found.end() :]
    if found := NOT_A_POSTCODE.search(text):
        draft.put("postcode", found[1])
        return text[: found.start()] + ", " + text[found.end() :]
    return text
