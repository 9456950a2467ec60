"""What a kind of incident is in each language."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One kind in one language."""

    title: str
    meaning: str
    done: str
    advice: str


Explained = dict[str, Words]
"""By language."""


def explained(ru: tuple[str, str, str, str], en: tuple[str, str, str, str]) -> Explained:
    """Title, meaning, what Utyug did and what to do, in Russian and in English."""
    return {
        language: Words(title=title, meaning=meaning, done=done, advice=advice)
        for language, (title, meaning, done, advice) in (("ru", ru), ("en", en))
    }
