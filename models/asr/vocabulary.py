"""Business words to favour: read from the user's file, given to the recogniser as single terms, never as sentences."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from qa_engine.errors import BadSetting

LONGEST_TERM = 16
"""Characters; a whole sentence as a hint makes the recogniser lose text (measured)."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms in the order of the file: the first ones count where there are more than fit."""

    terms: tuple[str, ...] = ()

    @property
    def hotwords(self) -> str:
        return " ".join(self.terms)

    @property
    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.terms).encode()).hexdigest()


def read_vocabulary(path: Path | None) -> Vocabulary:
    """One term a line; ``#`` begins a comment. Raises BadSetting."""
    if path is None:
        return Vocabulary()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"the vocabulary cannot be read: {error}",
            where=f"QA_ENGINE_VOCABULARY={path}",
            mend="give a UTF-8 text file",
        ) from error
    terms = [line.split("#", 1)[0].strip() for line in lines]
    for number, term in enumerate(terms, 1):
        if len(term) > LONGEST_TERM and " " not in term:
            raise BadSetting(
                f"`{term}` is longer than a term ({LONGEST_TERM} characters)",
                where=f"{path}:{number}",
                mend="give single business words; whole sentences make the recogniser lose text",
            )
    return Vocabulary(tuple(dict.fromkeys(term for term in terms if term)))
