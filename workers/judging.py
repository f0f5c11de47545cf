"""Hears a call and judges what was said: the two stages that need models, each for the effect that it returns."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from qa_engine import __version__, pipeline
from qa_engine.audio.playback import MEDIA_TYPES
from qa_engine.domain import Signals, Transcript
from qa_engine.domain.codec import dump, load
from qa_engine.errors import BadInput, BadRubric, NotFound
from qa_engine.ports import JudgeAway
from qa_engine.rubric import Rubric, list_packs, load_rubric, read_rubric
from qa_engine.storage import Queue, Stage
from qa_engine.storage.alerting import raise_alerts
from qa_engine.storage.earlier import keep_told
from qa_engine.storage.jobs import new_job
from qa_engine.storage.results import keep_result
from qa_engine.storage.rubric_trials import keep_beside
from qa_engine.storage.rubrics import keep
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.search import refind
from qa_engine.storage.updates import heard_of
from workers.desk import Desk, Effect, Outcome
from workers.insight import facts_of, keep_insight
from workers.logs import logger
from workers.opinions import Kept, allow_asking, wait_for_judge
from workers.trials import tried

log = logger(__name__)


def transcribe(desk: Desk) -> Effect:
    """Everything that needs the sound, once for each content and version of hearing."""
    version = _hearing_version(desk)
    sha256 = desk.row.interaction.content_sha256
    kept = desk.store.stage_result(sha256, "heard", version)
    if kept is not None:
        return lambda connection: _heard(connection, desk, version, kept)
    with desk.store.blobs.open(sha256) as stream:
        recording = pipeline.decode_call(stream, desk.row.interaction.source, desk.settings)
    desk.allow(desk.settings.job_timeout_s + desk.settings.job_timeout_per_s * recording.duration_s)
    heard = pipeline.hear(desk.row.interaction, recording, desk.tools(), desk.progress)
    playback = desk.store.blobs.put(io.BytesIO(heard.playback))[0] if heard.playback else None
    about = {
        "duration_s": recording.duration_s,
        "container": recording.container,
        "codec": recording.codec,
        "media_type": MEDIA_TYPES.get((recording.container, recording.codec)),
        "playback_sha256": playback,
    }
    found = {"transcript": heard.transcript, "signals": heard.signals, "waveform": heard.waveform}

    def effect(connection: Connection) -> None:
        for stage, value in found.items():
            keep_result(connection, sha256, stage, version, dump(value))
        keep_result(connection, sha256, "heard", version, about)
        _heard(connection, desk, version, about)

    return effect


def score(desk: Desk) -> Outcome:
    """The scorecard, from stored results alone; where a judge is set, not before it could be asked."""
    transcript = desk.store.transcript(desk.asker, desk.row.id)
    if transcript is None:
        raise BadInput("nothing was heard of this yet", where=desk.row.id, mend="send it again")
    tools = replace(desk.tools(), opinions=Kept(desk.store, desk.row.interaction.content_sha256))
    signals, read = _signals(desk, transcript, tools)
    rubric = _rubric(desk, transcript.language)
    desk.progress("judge", 0.0)
    allow_asking(desk, rubric)
    earlier = desk.store.earlier_contacts(desk.row)
    told = replace(desk.row.interaction, metadata={**desk.row.interaction.metadata, **earlier})
    try:
        card = pipeline.judge(told, transcript, signals, rubric, tools)
    except JudgeAway as away:
        log.warning("the judge is away", error=str(away), rest_s=round(away.rest_s, 1))
        return wait_for_judge(desk, away)
    versions = {**pipeline.versions(desk.row.interaction, rubric, tools), **pipeline.asked(card, tools)}
    insight = pipeline.look_into(transcript, signals, tools)
    beside = list(tried(desk, told, transcript, signals, tools))

    def effect(connection: Connection) -> None:
        if read is not None:
            keep_result(connection, desk.row.interaction.content_sha256, "signals", read, dump(signals))
            heard_of(connection, desk.row.id, results={"signals": read})
        keep(connection, rubric)
        keep_told(connection, desk.row, earlier)
        keep_insight(connection, desk.row, insight, under=desk.row.interaction.content_sha256)
        card_id = keep_scorecard(connection, desk.lease, card, versions)
        for other in beside:
            keep_beside(connection, desk.lease, other.card, other.versions, card_id)
        raise_alerts(connection, facts_of(desk.row, transcript, insight, card=card))

    return effect


def _heard(connection: Connection, desk: Desk, version: str, about: Mapping[str, Any]) -> None:
    results = dict.fromkeys(("transcript", "signals", "waveform"), version)
    heard_of(connection, desk.row.id, results=results, **about)
    refind(connection, desk.row.id)
    lane = Queue.ARCHIVE if desk.lease.queue is Queue.ARCHIVE else None
    new_job(connection, desk.lease.tenant, desk.row.id, Stage.SCORE, queue=lane)


def _hearing_version(desk: Desk) -> str:
    """The same sound told to be in another language, or with the agent on the other side, is heard anew."""
    told = desk.row.interaction
    channel = told.metadata.get("agent_channel", desk.settings.agent_channel)
    language = told.language or desk.settings.language
    return f"{pipeline.hearing_version(desk.tools())}/{language}/agent {channel}"


def _signals(desk: Desk, transcript: Transcript, tools: pipeline.Tools) -> tuple[Signals, str | None]:
    """Those that were heard; of a chat, those read from it now, with the version that read them."""
    kept = desk.store.signals(desk.asker, desk.row.id)
    if kept is not None and kept.acoustic:
        return kept, None
    version = f"{__version__}/{tools.emotion.version if tools.emotion else 'no emotion'}"
    before = desk.store.stage_result(desk.row.interaction.content_sha256, "signals", version)
    if before is not None:
        return load(Signals, dict(before)), version
    return pipeline.read(transcript, tools), version


def _rubric(desk: Desk, language: str) -> Rubric:
    """What the job asks for (a pack, or a rubric kept here by id or SHA-256), else the tenant's active one, else the
    installation's."""
    wanted = desk.lease.params.get("rubric")
    if wanted is None:
        active = desk.store.active_rubric(desk.asker, language)
        if active is None:
            return pipeline.choose_rubric(desk.settings.rubric, language)
        return read_rubric(active.yaml, f"{active.id}.yaml")
    if wanted in list_packs():
        return load_rubric(wanted)
    try:
        kept = desk.store.rubric(desk.asker, wanted)
    except NotFound:
        raise BadRubric("no such rubric is kept here", where=wanted, mend="see /v1/rubrics") from None
    return read_rubric(kept.yaml, f"{kept.id}.yaml")
