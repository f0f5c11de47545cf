"""Two judgements of one interaction, item beside item."""

from __future__ import annotations

from dataclasses import dataclass

from qa_engine.domain import ItemResult, Scorecard


@dataclass(frozen=True, slots=True)
class Pair:
    """One item in both scorecards; None where a rubric does not have it."""

    before: ItemResult | None
    after: ItemResult | None

    @property
    def changed(self) -> bool:
        """Whether outcome or points differ; another reason alone is no change."""
        if self.before is None or self.after is None:
            return True
        return (self.before.outcome, self.before.points) != (self.after.outcome, self.after.points)

    @property
    def item(self) -> ItemResult:
        """The newer of the two, to name it by."""
        found = self.after or self.before
        assert found is not None
        return found


def beside(before: Scorecard, after: Scorecard) -> tuple[Pair, ...]:
    """In the order of ``after``, then what only ``before`` had."""
    old, new = {item.id: item for item in before.items}, {item.id: item for item in after.items}
    return tuple(Pair(old.get(name), new.get(name)) for name in dict.fromkeys([*new, *old]))
