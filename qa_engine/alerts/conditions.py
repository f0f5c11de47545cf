"""Whether the facts of one interaction meet a condition, with the reason in words and the evidence for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa_engine.alerts.domain import Facts, Mood
from qa_engine.alerts.strategy import EmotionIs, When
from qa_engine.domain import Evidence, ItemResult, Outcome, Role, Text

MOST_EVIDENCE = 5
ANY = "any"
_WHO = {Role.CUSTOMER: Text("客户", "The customer"), Role.AGENT: Text("客服", "The agent")}


@dataclass(frozen=True, slots=True)
class Match:
    """Why a condition holds; at most ``MOST_EVIDENCE`` places."""

    reason: Text
    evidence: tuple[Evidence, ...] = ()


def match(when: When, facts: Facts) -> Match | None:
    """None when it does not hold. What is not known holds nothing."""
    found: list[Match] = []
    for name, look in _LOOKS.items():
        if name in when.model_fields_set:
            one = look(when, facts)
            if one is None:
                return None
            found.append(one)
    return joined(found)


def joined(found: Sequence[Match]) -> Match:
    """Several reasons as one; the same place is shown once."""
    zh = "；".join(one.reason.zh for one in found if one.reason.zh)
    en = "; ".join(one.reason.en for one in found if one.reason.en)
    places = dict.fromkeys(place for one in found for place in one.evidence)
    return Match(Text(zh, en), tuple(places)[:MOST_EVIDENCE])


def _any(when: When, facts: Facts) -> Match | None:
    found = [one for branch in when.any if (one := match(branch, facts))]
    return joined(found) if found else None


def _fatal(when: When, facts: Facts) -> Match | None:
    if facts.card is None:
        return None
    seen = [facts.card.item(name) for name in facts.card.fatal if ANY in when.fatal or name in when.fatal]
    return joined([_of_item(item) for item in seen]) if seen else None


def _items(when: When, facts: Facts) -> Match | None:
    judged = {item.id: item for item in facts.card.items} if facts.card else {}
    found = [judged[name] for name, wanted in when.items.items() if name in judged and judged[name].outcome in wanted]
    return joined([_of_item(item) for item in found]) if len(found) == len(when.items) else None


def _of_item(item: ItemResult) -> Match:
    return Match(Text(f"{item.title.zh}：{item.reason.zh}", f"{item.title.en}: {item.reason.en}"), item.evidence)


def _score_below(when: When, facts: Facts) -> Match | None:
    card, least = facts.card, when.score_below
    if card is None or card.score is None or least is None or card.score >= least:
        return None
    lost = [item for item in card.items if item.outcome is Outcome.NOT_MET]
    reason = Text(f"得分 {card.score:.0f}，低于 {least:g}", f"Score {card.score:.0f}, below {least:g}")
    return Match(reason, tuple(place for item in lost for place in item.evidence[:1]))


def _band(when: When, facts: Facts) -> Match | None:
    card = facts.card
    if card is None or card.band is None or card.band not in when.band:
        return None
    score = "" if card.score is None else f" {card.score:.0f}"
    lost = [item for item in card.items if item.outcome is Outcome.NOT_MET]
    said = Text("、".join(item.title.zh for item in lost[:3]), ", ".join(item.title.en for item in lost[:3]))
    reason = Text(f"得分{score}" + (f"：{said.zh}" if lost else ""), f"Score{score}" + (f": {said.en}" if lost else ""))
    return Match(reason, tuple(place for item in lost for place in item.evidence[:1]))


def _flags(when: When, facts: Facts) -> Match | None:
    seen = [flag for flag in when.flags if facts.card is not None and flag in facts.card.flags]
    return Match(Text(f"标记：{'、'.join(seen)}", f"Flag: {', '.join(seen)}")) if seen else None


def _risk(when: When, facts: Facts) -> Match | None:
    risk, wanted = facts.risk, when.risk
    if risk is None or wanted is None or risk.probability < wanted.at_least or (wanted.alarm and not risk.alarm):
        return None
    told = [reason for reason in risk.reasons if not wanted.causes or reason.code in wanted.causes]
    if wanted.causes and not told:
        return None
    chance = Match(Text(f"流失风险 {risk.probability:.0%}", f"Risk {risk.probability:.0%}"))
    return joined([chance, *(Match(reason.message, reason.evidence) for reason in told)])


def _emotion(when: When, facts: Facts) -> Match | None:
    wanted = when.emotion
    if wanted is None:
        return None
    runs = [run for run in _runs(facts.moods, wanted) if _lasts(run, wanted)]
    if not runs:
        return None
    run = max(runs, key=lambda moods: max(mood.level for mood in moods))
    who, peak = _WHO[wanted.who], max(run, key=lambda mood: mood.level)
    reason = Text(
        f"{who.zh}情绪达到 {peak.level:.1f} 级（共 4 级），持续 {len(run)} 轮",
        f"{who.en} reaches emotion level {peak.level:.1f} of 4, over {len(run)} turn{'s' if len(run) > 1 else ''}",
    )
    return Match(reason, tuple(dict.fromkeys((peak.evidence, run[0].evidence, run[-1].evidence))))


def _runs(moods: Sequence[Mood], wanted: EmotionIs) -> Iterator[list[Mood]]:
    """Its own turns in a row at that level or above; ``at_end`` leaves only the last."""
    own = [mood for mood in moods if mood.role is wanted.who]
    run: list[Mood] = []
    for mood in own:
        if mood.level >= wanted.at_least:
            run.append(mood)
            continue
        if run and not wanted.at_end:
            yield run
        run = []
    if run:
        yield run


def _lasts(run: Sequence[Mood], wanted: EmotionIs) -> bool:
    """Where there are no times, only turns can be counted."""
    if len(run) < wanted.turns:
        return False
    began, over = run[0].evidence.start, run[-1].evidence.end
    return not wanted.seconds or (began is not None and over is not None and over - began >= wanted.seconds)


def _metadata(when: When, facts: Facts) -> Match | None:
    told = facts.interaction.metadata
    if not all(name in told and told[name] in values for name, values in when.metadata.items()):
        return None
    words = ", ".join(f"{name}={told[name]}" for name in when.metadata)
    return Match(Text(words, words))


def _kind(when: When, facts: Facts) -> Match | None:
    return Match(Text("", "")) if facts.interaction.kind is when.kind else None


def _direction(when: When, facts: Facts) -> Match | None:
    return Match(Text("", "")) if facts.interaction.direction is when.direction else None


_LOOKS: dict[str, Callable[[When, Facts], Match | None]] = {
    "any": _any,
    "risk": _risk,
    "emotion": _emotion,
    "fatal": _fatal,
    "items": _items,
    "score_below": _score_below,
    "band": _band,
    "flags": _flags,
    "metadata": _metadata,
    "kind": _kind,
    "direction": _direction,
}
"""In the order in which reasons are told."""
