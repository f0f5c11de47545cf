"""Shows where in an interaction the words of a search were said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from qa_engine.domain import Principal
from qa_engine.storage.access import visible
from qa_engine.storage.grams import fold
from qa_engine.storage.records import InteractionRow
from qa_engine.storage.repository import Repository
from qa_engine.storage.search import NAMES
from qa_engine.storage.tables import interactions, search_texts

AROUND = 24
"""Characters shown on each side."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The first line that holds the words, cut around them, in the folded form that is searched."""

    before: str
    words: str
    after: str


class Snippets(Repository):
    def snippets(self, principal: Principal, rows: Sequence[InteractionRow], words: str) -> Mapping[str, Snippet]:
        """By interaction id; none where only a name holds the words, which the list shows anyway."""
        wanted = fold(words)
        if not wanted or not rows:
            return {}
        theirs = search_texts.c.interaction_id.in_([row.id for row in rows])
        joined = search_texts.join(interactions, interactions.c.id == search_texts.c.interaction_id)
        query = select(search_texts.c.interaction_id, search_texts.c.text).select_from(joined)
        with self.db.read() as connection:
            texts = dict(connection.execute(query.where(theirs, visible(principal))).all())
        found = {row.id: _snippet(row, texts.get(row.id, ""), wanted) for row in rows}
        return {key: snippet for key, snippet in found.items() if snippet is not None}


def _snippet(row: InteractionRow, text: str, wanted: str) -> Snippet | None:
    names = sum(1 for name in NAMES if getattr(row.interaction, name))
    for line in text.split("\n")[names:]:
        at = line.find(wanted)
        if at >= 0:
            end = at + len(wanted)
            left, right = max(0, at - AROUND), end + AROUND
            before = ("…" if left else "") + line[left:at]
            return Snippet(before, line[at:end], line[end:right] + ("…" if right < len(line) else ""))
    return None
