"""One call or chat: hear it, read it, and see what every point was given or taken for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.session import check_csrf
from api.console.shown import SHOWN
from api.console.view.card import card
from api.console.view.conversation import conversation
from api.console.view.mood import picture
from api.console.view.replay import replay
from api.console.view.rubrics import normal_rate, read
from api.console.view.signals import pictures
from api.console.view.stages import stages
from api.console.web import Sitting, language, page, spoken
from api.deps import InteractionId, SettingsDep, StoreDep
from qa_engine.domain import Lang, Principal, Signals, Transcript
from qa_engine.emotion import Emotion, Level, trace
from qa_engine.emotion.domain import LEVELS
from qa_engine.errors import NotFound
from qa_engine.risk import Risk
from qa_engine.rubric import Rubric
from qa_engine.storage import InteractionRow, KeptScorecard, State, Store

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one interaction."""

    row: InteractionRow
    transcript: Transcript | None
    signals: Signals | None
    judged: KeptScorecard | None
    rubric: Rubric | None
    risk: Risk | None
    emotion: Emotion | None


@router.get("/interactions/{interaction_id}")
def show(
    request: Request, interaction_id: InteractionId, who: Sitting, store: StoreDep, settings: SettingsDep
) -> Response:
    kept, lang = _kept(store, who, interaction_id), language(request, settings)
    row, judged = kept.row, kept.judged
    shown: dict[str, Any] = {
        "row": row, "i": row.interaction, "kept": judged, "transcript": kept.transcript,
        "card": card(judged.scorecard, lang) if judged else None, "versions": _versions(judged),
        "notices": kept.transcript.notices if kept.transcript else (), "stages": stages(row),
        "day": (row.interaction.started_at or row.received_at).astimezone(ZoneInfo(settings.time_zone)).date(),
        "risk": kept.risk, "risk_from": SHOWN.risk_from, "speeds": SHOWN.speeds,
        "back": "/interactions", "duration": _duration(kept),
    }  # fmt: skip
    if kept.transcript:
        shown |= _said(kept, kept.transcript, lang, settings.time_zone)
        shown["replay"] = replay(
            transcript=kept.transcript, signals=kept.signals, card=judged.scorecard if judged else None,
            wave=store.waveform(who, row.id), words=spoken(request).starting("js.replay."), duration_s=_duration(kept),
        )  # fmt: skip
    return page(request, "interaction.html", who, place="interactions", **shown)


def _said(kept: Kept, transcript: Transcript, lang: Lang, zone: str) -> dict[str, Any]:
    """The conversation, the time of day of a chat's messages, and the pictures of its signals."""
    entries = conversation(
        transcript.turns, kept.signals, kept.judged.scorecard if kept.judged else None, lang,
        unsure_below=SHOWN.unsure_below, gap_s=SHOWN.gap_s if kept.row.has_audio else SHOWN.chat_gap_s,
        interaction=None if kept.row.has_audio else kept.row.interaction, zone=zone, emotion=kept.emotion,
    )  # fmt: skip
    length = _duration(kept) if kept.row.has_audio else None
    return {
        "conversation": entries,
        "levels": [LEVELS[level].said_in(lang) for level in Level],
        "times": {entry.turn.index: entry.at for entry in entries if entry.turn and entry.at},
        "mood": picture(kept.emotion, transcript, lang, length) if kept.emotion else None,
        "pictures": pictures(kept.signals, transcript, normal_rate(kept.rubric)) if kept.signals else None,
    }


@router.get("/interactions/{interaction_id}/waiting")
def waiting(request: Request, interaction_id: InteractionId, who: Sitting, store: StoreDep, turns: int = 0) -> Response:
    """How far the work is, for the page that waits; when it is over, or ``turns`` are no longer all, it loads anew."""
    row = store.interaction(who, interaction_id)
    if row.state is State.OPEN:
        transcript = store.transcript(who, interaction_id)
        is_news = transcript is not None and len(transcript.turns) > turns
        return Response(status_code=204, headers={"HX-Refresh": "true"} if is_news else {})
    if row.state not in (State.QUEUED, State.WORKING):
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return page(request, "parts/waiting.html", who, row=row, stages=stages(row))


@router.post("/interactions/{interaction_id}/release")
def release(
    request: Request, interaction_id: InteractionId, who: Sitting, store: StoreDep,
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Try again what failed or was parked."""
    check_csrf(request, csrf)
    store.release(who, interaction_id)
    return RedirectResponse(f"/interactions/{interaction_id}", 303)


def _kept(store: Store, who: Principal, interaction_id: str) -> Kept:
    judged = store.scorecard(who, interaction_id)
    transcript, signals = store.transcript(who, interaction_id), store.signals(who, interaction_id)
    emotion = store.emotion(who, interaction_id)
    if emotion is None and transcript and signals:  # judged before emotion was kept
        emotion = trace(transcript, signals)
    return Kept(
        store.interaction(who, interaction_id), transcript, signals, judged, _rubric(store, who, judged),
        store.risk(who, interaction_id), emotion,
    )  # fmt: skip


def _rubric(store: Store, who: Principal, judged: KeptScorecard | None) -> Rubric | None:
    if judged is None:
        return None
    try:
        return read(store.rubric(who, judged.scorecard.rubric.sha256))
    except NotFound:
        return None


def _duration(kept: Kept) -> float | None:
    """Seconds, by whoever measured it last."""
    measured = [part.duration_s for part in (kept.signals, kept.transcript) if part is not None]
    return next((told for told in (*measured, kept.row.interaction.duration_s) if told is not None), None)


def _versions(judged: KeptScorecard | None) -> list[tuple[str, str]]:
    """What made the scorecard, as name and value; the rubric is told on its own."""
    if judged is None:
        return []
    return [(n, str(v)) for n, v in judged.versions.items() if v is not None and not isinstance(v, dict)]
