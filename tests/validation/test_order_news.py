import re

from tests.test_docs import ROOT
from validation.order_news import NEWS_SENTENCES, PASSING

CODE = [*(ROOT / "adapters").glob("**/*.py"), ROOT / "tasks/rules/order_news.py"]


def test_every_reason_has_a_sentence_that_says_what_now() -> None:
    assert all(sentence.endswith(".") and len(sentence) < 250 for sentence in NEWS_SENTENCES.values())
    assert set(NEWS_SENTENCES) >= PASSING


def test_every_reason_is_given_by_something() -> None:
    given = set(re.findall(r'"(\w+)"', "".join(path.read_text(encoding="utf-8") for path in CODE)))
    assert set(NEWS_SENTENCES) <= given
