"""A dialogue's risk over its course: how it stands now and how it went on the whole count half each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa_engine.ports import Embedder
from qa_engine.risk.dialogue import Dialogue, Utterance
from qa_engine.risk.facts import facts_of
from qa_engine.risk.model import RiskModel

NOW = 0.5
"""Weight of the last window beside the mean of all; a dialogue of one window is that window."""


class Course:
    """The windows of one dialogue with the meaning of each, embedded once, so that changed words are scored quickly."""

    def __init__(self, windows: Sequence[Dialogue], model: RiskModel, embedder: Embedder) -> None:
        self.windows = tuple(windows)
        self.model = model
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
        """Of the risk, with other words where ``write`` gives them; the meaning stays that of what was said."""
        changed = [facts_of(window.rewritten(write)) for window in self.windows] if write else self._facts
        scores = [self.model.score(facts, vector) for facts, vector in zip(changed, self._vectors, strict=True)]
        return self.model.log_odds(NOW * scores[-1] + (1 - NOW) * sum(scores) / len(scores))
