"""The fixed cast of the API tests: a store, people of every role and another tenant, and what they hand in."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from fastapi import FastAPI
from starlette.testclient import TestClient

from qa_engine.audio.waveform import Waveform
from qa_engine.domain import (
    Band,
    Evidence,
    ItemResult,
    Outcome,
    Principal,
    Role,
    RubricRef,
    Scorecard,
    Signals,
    Text,
    Transcript,
    Turn,
    TurnKind,
    UserRole,
)  # fmt: skip
from qa_engine.domain.codec import dump
from qa_engine.emotion import Emotion
from qa_engine.risk import Risk
from qa_engine.storage import SYSTEM, InteractionRow, Store
from qa_engine.storage.results import keep_result
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.tables import interactions

CHAT = {
    "messages": [
        {"role": "customer", "text": "我的快递三天没动了", "seconds": 0},
        {"role": "agent", "text": "您好，我是客服小王，请您提供一下订单号", "seconds": 12},
    ]
}


def sound(seconds: float = 0.5, seed: int = 0, channels: int = 2) -> bytes:
    """A WAV of quiet noise at 8 kHz, another one for each seed."""
    noise = np.random.default_rng(seed).integers(-300, 300, (round(seconds * 8000), channels), dtype=np.int16)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(noise.tobytes())
    return out.getvalue()


@dataclass
class Cast:
    """``keys`` are plaintext API keys by name; ``call`` and ``chat`` post as the service key."""

    store: Store
    app: FastAPI
    client: TestClient
    keys: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, role: UserRole, tenant: str = "default", **who: Any) -> None:
        admin = Principal(id="system", tenant=tenant, role=UserRole.ADMIN)
        self.keys[name], _ = self.store.create_key(admin, name, role, **who)

    def headers(self, name: str = "service") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[name]}"}

    def call(self, seed: int = 0, by: str = "service", **told: str) -> str:
        files = {"file": ("call.wav", sound(seed=seed), "audio/wav")}
        answer = self.client.post("/v1/interactions", files=files, data=told, headers=self.headers(by))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def chat(self, by: str = "service", **told: Any) -> str:
        answer = self.client.post("/v1/interactions", json={**CHAT, **told}, headers=self.headers(by))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def get(self, path: str, by: str = "service", **more: Any) -> Any:
        return self.client.get(path, headers={**self.headers(by), **more.pop("headers", {})}, **more)

    def judge(
        self, interaction_id: str, score: float = 82.0, *, tenant: str = "default", card: Scorecard | None = None
    ) -> None:
        """What a worker would leave: results of hearing, and a scorecard under a fence."""
        who = Principal(id="system", tenant=tenant, role=UserRole.ADMIN)
        row = self.store.interaction(who, interaction_id)
        assert row.job is not None
        lease = self.store.jobs.claim(row.job.id, "test")
        assert lease is not None

        def effect(connection: Any) -> None:
            if row.has_audio:
                _hear(connection, row)
            keep_scorecard(connection, lease, card or scorecard(score), {"engine": "test"})

        self.store.jobs.finish(lease, effect)


def _hear(connection: Any, row: InteractionRow) -> None:
    found = {
        "transcript": transcript(),
        "signals": Signals(acoustic=True, timed=True, duration_s=0.5),
        "waveform": waveform(),
        "risk": Risk(probability=0.2, alarm=False, reasons=(), after=0, version="test"),
        "emotion": Emotion(turns=(), customer=None, agent=None),
    }
    for stage, value in found.items():
        keep_result(connection, row.interaction.content_sha256, stage, "test", dump(value))
    shown = interactions.update().where(interactions.c.id == row.id)
    connection.execute(shown.values(results=dict.fromkeys(found, "test")))


def transcript() -> Transcript:
    greeting = Turn(index=0, role=Role.AGENT, text="您好", start=0.0, end=0.4, kind=TurnKind.SPEECH, channel=0)
    return Transcript(turns=(greeting,), language="zh", duration_s=0.5)


def waveform() -> Waveform:
    return Waveform(duration_s=0.5, points_per_second=4.0, channels=((10, 20), (30, 10)))


def scorecard(score: float) -> Scorecard:
    item = ItemResult(
        id="opening", title=Text("规范开场", "Opening"), outcome=Outcome.MET, points=5, max=5, confidence=0.9,
        reason=Text("有问候。", "There is a greeting."),
        evidence=(Evidence(turn=0, start=0.0, end=0.4, quote="您好", role=Role.AGENT),),
    )  # fmt: skip
    band = Band.PASS if score >= 85 else Band.COACH if score >= 70 else Band.FLAGGED
    return Scorecard(
        rubric=RubricRef("general-zh", "1.0.0", "a" * 64), score=score, band=band, fatal=(), flags=("needs_review",),
        judged_share=1.0, items=(item,),
    )  # fmt: skip


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, after its form is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == status
    assert told["code"] == code, told
    assert told["type"] == f"urn:qa-engine:problem:{code}"
    assert told["title"]
    assert told["detail"]
    assert told["request_id"] == answer.headers["x-request-id"]
    return told


__all__ = ["CHAT", "SYSTEM", "Cast", "problem", "scorecard", "sound"]
