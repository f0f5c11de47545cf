"""What the tests of alerts speak of: facts of one interaction, made worse as a test needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from qa_engine.alerts import Facts, Mood
from qa_engine.domain import Band, Evidence, Interaction, ItemResult, Kind, Outcome, Role, RubricRef, Scorecard, Text
from qa_engine.risk.domain import Cause, Reason, Risk

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, noon in Shanghai
LEAK = Evidence(turn=3, start=12.5, end=15.0, quote="把您的身份证号念一下", role=Role.AGENT)
THREAT = Evidence(turn=4, start=16.0, end=18.0, quote="再不解决我就投诉到消协", role=Role.CUSTOMER)


def item(outcome: Outcome = Outcome.NOT_MET, *, item_id: str = "data_disclosure", fatal: bool = True) -> ItemResult:
    return ItemResult(
        id=item_id, title=Text("泄露信息", "Data disclosure"), outcome=outcome, points=None, max=0, confidence=0.9,
        reason=Text("当众念出证件号。", "Read out an id number."), evidence=(LEAK,), fatal=fatal,
    )  # fmt: skip


def card(score: float | None = 90.0, *items: ItemResult, flags: tuple[str, ...] = ()) -> Scorecard:
    band = None if score is None else Band.PASS if score >= 85 else Band.COACH if score >= 70 else Band.FLAGGED
    return Scorecard(
        rubric=RubricRef("general-zh", "1", "ab" * 32), score=score, band=band, judged_share=1.0, items=items,
        fatal=tuple(one.id for one in items if one.fatal and one.outcome is Outcome.NOT_MET), flags=flags,
    )  # fmt: skip


def risk(probability: float = 0.8, cause: Cause = Cause.COMPLAINT, *, alarm: bool = True) -> Risk:
    reason = Reason(code=cause, message=Text("威胁投诉", "Threatens to complain"), weight=1.0, evidence=(THREAT,))
    return Risk(probability=probability, alarm=alarm, reasons=(reason,), after=4, version="test")


def moods(*levels: float, role: Role = Role.CUSTOMER, timed: bool = True) -> tuple[Mood, ...]:
    """A turn every ten seconds, five long."""
    places = [
        Evidence(turn=n, start=start if timed else None, end=start + 5 if timed else None, quote=f"第{n}句", role=role)
        for n, start in ((n, 10.0 * n) for n in range(len(levels)))
    ]
    return tuple(Mood(role=role, level=level, evidence=place) for level, place in zip(levels, places, strict=True))


def facts(interaction_id: str = "i1", **more: Any) -> Facts:
    """A good call of agent A1 (team T1) with customer K1, just now."""
    whose = {name: more.pop(name) for name in ("agent", "team", "vendor", "customer_ref", "metadata") if name in more}
    told = {"agent": "A1", "team": "T1", "vendor": "V1", "customer_ref": "K1", **whose}
    interaction = Interaction(id=interaction_id, kind=Kind.CALL, source="x.wav", content_sha256="0" * 64, **told)
    return replace(Facts(interaction=interaction, received_at=NOW, card=card()), **more)
