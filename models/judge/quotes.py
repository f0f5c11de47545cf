"""Where a quote stands in a text, word for word; only width and space may differ."""

from __future__ import annotations

import unicodedata

LEAST = 2
"""Characters without spaces; one character is found in any text."""


def place_of(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end in ``text``, or None when it does not stand there."""
    wanted, _ = _folded(quote)
    within, origins = _folded(text)
    at = within.find(wanted)
    if len(wanted) < LEAST or at < 0:
        return None
    return origins[at], origins[at + len(wanted) - 1] + 1


def _folded(text: str) -> tuple[str, list[int]]:
    """Half width and without spaces, with the place that each character came from."""
    found = [(part, at) for at, char in enumerate(text) for part in unicodedata.normalize("NFKC", char)]
    kept = [(part, at) for part, at in found if not part.isspace()]
    return "".join(part for part, _ in kept), [at for _, at in kept]
