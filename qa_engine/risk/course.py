"""A dialogue's risk over its course: its windows read once, so that it can be told quickly for other words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa_engine.ports import Embedder
from qa_engine.risk.dialogue import Dialogue, Utterance
from qa_engine.risk.facts import facts_of
from qa_engine.risk.model import RiskModel


class Course:
    """The windows of one dialogue with the meaning of each, embedded once, so that changed words are scored quickly.

    ``tone`` is that of the whole dialogue (tone.py), None where no emotion model read the words.
    """

    def __init__(
        self, windows: Sequence[Dialogue], model: RiskModel, embedder: Embedder, tone: float | None = None
    ) -> None:
        self.windows = tuple(windows)
        self.model = model
        self.tone = tone
        self._facts = [facts_of(window) for window in self.windows]
        texts = [facts.meaning for facts in self._facts if facts.meaning]
        vectors = iter(embedder.embed(texts)) if texts else iter(())
        self._vectors = [next(vectors) if facts.meaning else None for facts in self._facts]

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """All that is looked at, in order, the first once."""
        first = self.windows[0].utterances[:1]
        return (*first, *(utterance for window in self.windows for utterance in window.utterances[1:]))

    def log_odds(self, write: Callable[[Utterance], str] | None = None) -> float:
        """Of the risk, with other words where ``write`` gives them; meaning and tone stay those of what was said."""
        changed = [facts_of(window.rewritten(write)) for window in self.windows] if write else self._facts
        return self.model.log_odds(self.model.whole(list(zip(changed, self._vectors, strict=True)), self.tone))
