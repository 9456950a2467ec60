"""What the documentation says of the code is so."""

import re
from pathlib import Path

import pytest

from validation.reasons import SENTENCES

ROOT = Path(__file__).parents[1]
CHANNELS = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
FIRST_OF_CHANNELS = "sku_has_comma"
SAID_BY_READING_BACK = {"not_shown", "price_is_not_shown"}
OF_1C_TOO = {"component_is_known", "recipe_pcs_is_whole", "recipe_is_not_its_own_part"}
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ru.md", *sorted((ROOT / "docs").rglob("*.md"))]


def explained() -> set[str]:
    table = CHANNELS.partition("| код |")[2]
    return {code for line in table.splitlines() if line.startswith("| `") for code in re.findall(r"`(\w+)`", line.split("|")[1])}


def test_every_reason_that_a_channel_gives_is_explained_and_nothing_else() -> None:
    reasons = list(SENTENCES)
    of_channels = {*reasons[reasons.index(FIRST_OF_CHANNELS) :], *SAID_BY_READING_BACK, *OF_1C_TOO}
    assert explained() == of_channels


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8"))]
    assert [link for link in links if not link.startswith("http") and not (path.parent / link).exists()] == []
