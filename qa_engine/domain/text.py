"""Words for people, kept in both languages so that an old scorecard stays readable in either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in Chinese and English."""

    zh: str
    en: str

    def said_in(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en
