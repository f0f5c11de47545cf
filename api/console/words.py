"""Which words the console shows: one catalogue a language, the same keys in each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from qa_engine.domain import Lang

LOCALES = Path(__file__).parent / "locales"
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
LANGUAGE_COOKIE = "qae_language"


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue of one language. An unknown key is a KeyError: the tests find every use.

    ``titles`` are what the rubrics in use call their items and flags.
    """

    lang: Lang
    entries: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, key: str, **values: object) -> str:
        entry = self.entries[key]
        return entry.format(**values) if values else entry

    def known(self, prefix: str, value: object) -> str:
        """The word for a value of an open list, else the value itself."""
        return self.entries.get(f"{prefix}{value}", str(value)) if prefix else str(value)

    def title(self, code: str) -> str:
        """What a rubric calls an item or flag, else our own word for the flag, else its code."""
        return self.titles.get(code) or self.entries.get(f"flag.{code}") or code

    def starting(self, prefix: str) -> dict[str, str]:
        """All entries under a prefix, as scripts get them."""
        return {k.removeprefix(prefix): v for k, v in self.entries.items() if k.startswith(prefix)}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(lang: Lang) -> Mapping[str, str]:
    entries: dict[str, str] = json.loads((LOCALES / f"{lang}.json").read_text("utf-8"))
    return entries


def words(lang: Lang, titles: Mapping[str, str] | None = None) -> Words:
    return Words(lang, catalogue(lang), titles or {})


def chosen(cookie: str | None, default: Lang) -> Lang:
    """The visitor's language, else the installation's."""
    return next((lang for lang in LANGUAGES if lang == cookie), default)
