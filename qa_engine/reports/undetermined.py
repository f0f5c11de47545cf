"""How often each item was left to a person, because what was heard or seen could not decide it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa_engine.domain import Outcome

MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """The latest scorecard of one interaction: the outcome of each item by its id."""

    interaction: str
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCount:
    """One item: how many interactions came out how. ``share`` (0..1) of those to which it applied was left to people;
    ``examples`` are ids of such interactions, the newest first."""

    item: str
    outcomes: Mapping[Outcome, int]
    examples: tuple[str, ...]

    @property
    def applicable(self) -> int:
        return sum(n for outcome, n in self.outcomes.items() if outcome is not Outcome.NOT_APPLICABLE)

    @property
    def share(self) -> float | None:
        return self.outcomes.get(Outcome.UNDETERMINED, 0) / self.applicable if self.applicable else None


def count(judged: Iterable[Judged]) -> Sequence[ItemCount]:
    """By item, those most often left to people first."""
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    examples: dict[str, list[str]] = defaultdict(list)
    for card in judged:
        for item, outcome in card.outcomes.items():
            outcomes[item][outcome] += 1
            if outcome is Outcome.UNDETERMINED and len(examples[item]) < MOST_EXAMPLES:
                examples[item].append(card.interaction)
    found = [ItemCount(item=i, outcomes=dict(n), examples=tuple(examples[i])) for i, n in outcomes.items()]
    return sorted(found, key=lambda one: (-(one.share or 0.0), one.item))
