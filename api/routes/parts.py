"""What was heard, measured and judged of one interaction; a part that is not there yet says so."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter

from api.deps import CREDENTIALS, Asker, Clean, InteractionId, StoreDep
from api.openapi import problems
from api.problems import NotReady
from api.schemas.scorecards import ScorecardList, ScorecardOut, scorecard_out
from qa_engine.audio.waveform import Waveform
from qa_engine.domain import Principal, Signals, Transcript
from qa_engine.emotion import Emotion
from qa_engine.risk import Risk
from qa_engine.storage import State, Store

router = APIRouter(prefix="/v1/interactions/{interaction_id}", tags=["results"], dependencies=CREDENTIALS)
T = TypeVar("T")
Language = Annotated[Literal["zh", "en"] | None, Query(description="one language instead of both")]
RubricName = Annotated[Clean | None, Query(description="id or SHA-256; the latest of any when absent", max_length=200)]


def _plain(model: Any) -> dict[str, Any]:
    return {"response_model": None, "responses": {200: {"model": model}, **problems(404)}}


@router.get("/transcript", summary="Who said what, when", **_plain(Transcript))
def get_transcript(interaction_id: InteractionId, principal: Asker, store: StoreDep) -> Response:
    """Turns with role, text, seconds from the start, confidence, and words with their times."""
    return _json(Transcript, _there(store, principal, interaction_id, store.transcript(principal, interaction_id)))


@router.get("/signals", summary="What voice and timing show", **_plain(Signals))
def get_signals(interaction_id: InteractionId, principal: Asker, store: StoreDep) -> Response:
    """Rates, silences, overlaps, loudness and pitch, per turn and per speaker."""
    return _json(Signals, _there(store, principal, interaction_id, store.signals(principal, interaction_id)))


@router.get("/waveform", summary="Peaks to draw", **_plain(Waveform))
def get_waveform(interaction_id: InteractionId, principal: Asker, store: StoreDep) -> Response:
    """Peaks per channel, for the player."""
    return _json(Waveform, _there(store, principal, interaction_id, store.waveform(principal, interaction_id)))


@router.get("/risk", summary="How likely the customer is dissatisfied, and why", **_plain(Risk))
def get_risk(interaction_id: InteractionId, principal: Asker, store: StoreDep) -> Response:
    """Probability, reasons and their evidence, after each message of a chat that is open too; Chinese only."""
    return _json(Risk, _there(store, principal, interaction_id, store.risk(principal, interaction_id)))


@router.get("/emotion", summary="How both sides feel, turn by turn", **_plain(Emotion))
def get_emotion(interaction_id: InteractionId, principal: Asker, store: StoreDep) -> Response:
    """A level a turn with its reason, and the course of each side with its turning points."""
    return _json(Emotion, _there(store, principal, interaction_id, store.emotion(principal, interaction_id)))


@router.get("/scorecard", responses=problems(404), summary="The latest scorecard")
def get_scorecard(
    interaction_id: InteractionId, principal: Asker, store: StoreDep, rubric: RubricName = None, lang: Language = None
) -> ScorecardOut:
    """Every item with outcome, points, reason, confidence and evidence; and what made it."""
    kept = store.scorecard(principal, interaction_id, rubric)
    return scorecard_out(_there(store, principal, interaction_id, kept), lang)


@router.get("/scorecards", responses=problems(404), summary="All scorecards, newest first")
def list_scorecards(
    interaction_id: InteractionId, principal: Asker, store: StoreDep, lang: Language = None
) -> ScorecardList:
    """Scorecards are never changed: a new judgement is a new one."""
    return ScorecardList(items=[scorecard_out(kept, lang) for kept in store.scorecards(principal, interaction_id)])


def _there(store: Store, principal: Principal, interaction_id: str, part: T | None) -> T:
    if part is not None:
        return part
    row = store.interaction(principal, interaction_id)
    busy = row.state in (State.QUEUED, State.WORKING)
    mend = "ask again when its state is done" if busy else None
    raise NotReady(f"this part is not there: the interaction is {row.state}", where=interaction_id, mend=mend)


def _json(kind: type[T], value: T) -> Response:
    """Straight from the domain type to bytes: long transcripts are not copied into models first."""
    return Response(TypeAdapter(kind).dump_json(value), media_type="application/json")
