"""How an inspection is shown: as the JSON object of `inspect --json`, and as a report for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Line

from qa_engine.domain import Band, Evidence, ItemResult, Lang, Outcome, Role, Scorecard, Text, Transcript, codec
from qa_engine.errors import QAEngineError
from qa_engine.pipeline import Insight
from qa_engine.risk import Risk
from workers.cli.terminal import score_text
from workers.inspection import Inspection

STYLE = {
    Outcome.MET: ("green", "✓"),
    Outcome.PARTIAL: ("yellow", "◐"),
    Outcome.NOT_MET: ("red", "✗"),
    Outcome.NOT_APPLICABLE: ("dim", "–"),
    Outcome.UNDETERMINED: ("magenta", "?"),
}
ROLES = {Role.CUSTOMER: Text("客户", "Customer"), Role.AGENT: Text("客服", "Agent")}
LIKELY = 0.5
BAND_STYLE = {Band.PASS: "green", Band.COACH: "yellow", Band.FLAGGED: "red"}


def inspection_json(result: Inspection, insight: Insight, lang: Lang) -> dict[str, Any]:
    """One object of `inspect --json`; documented in docs/inspect.md."""
    return {
        "interaction": _plain(result.interaction),
        "duration_s": result.interaction.duration_s,
        "transcript": transcript_json(result.transcript),
        "language": result.transcript.language,
        "role_confidence": result.transcript.role_confidence,
        "notices": [{"code": n.code, "message": n.message.said_in(lang)} for n in result.transcript.notices],
        "signals": _plain(result.signals),
        "risk": _plain(insight.risk) if insight.risk else None,
        "emotion": _plain(insight.emotion) if insight.emotion else None,
        "scorecard": scorecard_json(result.scorecard, lang),
        "versions": dict(result.versions),
    }


def failure_json(path: Path, error: QAEngineError) -> dict[str, Any]:
    """The object of a file that could not be inspected: the same keys, empty, and the error."""
    told = {"code": error.code, "message": error.message, "where": error.where, "mend": error.mend}
    nothing = dict.fromkeys(("duration_s", "signals", "risk", "emotion", "scorecard"))
    empty: dict[str, Any] = {"transcript": [], **nothing, "versions": {}}
    return {"interaction": {"source": path.name}, **empty, "error": told}


def transcript_json(transcript: Transcript) -> list[dict[str, Any]]:
    return [
        {
            "turn": turn.index,
            "role": turn.role.value,
            "start": turn.start,
            "end": turn.end,
            "text": turn.text,
            "confidence": round(turn.confidence, 3),
            "kind": turn.kind.value,
        }
        for turn in transcript.turns
    ]


def scorecard_json(card: Scorecard, lang: Lang) -> dict[str, Any]:
    return {
        "score": card.score,
        "band": card.band,
        "fatal": list(card.fatal),
        "flags": list(card.flags),
        "judged_share": round(card.judged_share, 3),
        "items": [item_json(item, lang) for item in card.items],
    }


def item_json(item: ItemResult, lang: Lang) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title.said_in(lang),
        "outcome": item.outcome.value,
        "points": item.points,
        "max": item.max,
        "fatal": item.fatal,
        "confidence": round(item.confidence, 3),
        "reason": item.reason.said_in(lang),
        "evidence": [{"turn": e.turn, "start": e.start, "end": e.end, "quote": e.quote} for e in item.evidence],
    }


def report(result: Inspection, insight: Insight, lang: Lang) -> Group:
    """A page for the terminal: heading, items with reason and evidence, risk and turns of emotion."""
    card = result.scorecard
    table = Table(box=None, pad_edge=False, expand=True)
    for heading, ratio in (("", None), ("", 2), ("", None), ("", 5)):
        table.add_column(heading, ratio=ratio, no_wrap=ratio is None)
    for item in card.items:
        colour, mark = STYLE[item.outcome]
        points = "" if item.points is None else f"{item.points:g}/{item.max:g}"
        why = Line(item.reason.said_in(lang))
        for evidence in item.evidence[:2]:
            why.append(f"\n{place(evidence)} “{evidence.quote}”", style="dim")
        table.add_row(Line(mark, style=colour), Line(item.title.said_in(lang), style=colour), points, why)
    notices = [Line(f"! {n.message.said_in(lang)}", style="yellow") for n in result.transcript.notices]
    return Group(Panel(_heading(result, lang), expand=True), *notices, table, *insight_lines(insight, lang), Line(""))


def insight_lines(insight: Insight, lang: Lang) -> list[Line]:
    """The risk with its reasons, and where the emotion of each side turned, each with the words that show it."""
    lines = _risk_lines(insight.risk, lang) if insight.risk else []
    courses = (insight.emotion.customer, insight.emotion.agent) if insight.emotion else ()
    for turning in (turning for course in courses if course for turning in course.turnings):
        lines.append(Line(f"{ROLES[turning.role].said_in(lang)} {turning.reason.said_in(lang)}", style="yellow"))
        lines += [_quoted(e) for e in (turning.heard, turning.said) if e]
    return lines


def _risk_lines(risk: Risk, lang: Lang) -> list[Line]:
    title = Text("客户不满风险", "Risk of a dissatisfied customer").said_in(lang)
    style = "red" if risk.probability >= LIKELY else "dim"
    lines = [Line(f"{title} {risk.probability:.0%}", style=style)]
    for reason in risk.reasons:
        lines += [Line(f"  {reason.message.said_in(lang)}", style=style), *map(_quoted, reason.evidence)]
    return lines


def _quoted(evidence: Evidence) -> Line:
    return Line(f"    {place(evidence)} “{evidence.quote}”", style="dim")


def _heading(result: Inspection, lang: Lang) -> Line:
    card = result.scorecard
    line = Line(result.interaction.source, style="bold")
    line.append(f"   {score_text(card.score)} {card.band or ''}", style=BAND_STYLE.get(card.band or Band.COACH, ""))
    if card.fatal:
        line.append("   " + ", ".join(card.item(i).title.said_in(lang) for i in card.fatal), style="bold red")
    return line


def place(evidence: Evidence) -> str:
    """``[01:23.4]`` of a call, ``[#7]`` where there are no times."""
    if evidence.start is None:
        return "" if evidence.turn is None else f"[#{evidence.turn + 1}]"
    minutes, seconds = divmod(evidence.start, 60)
    return f"[{int(minutes):02d}:{seconds:04.1f}]"


def _plain(value: object) -> dict[str, Any]:
    body = codec.dump(value)
    body.pop("v")
    return body
