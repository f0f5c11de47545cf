"""MobileCS: written transcripts of a mobile operator's calls, as rounds of agent and customer; no times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa_engine.domain import Kind, Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.source import Source

NAME = "mobilecs"
# In order within a round: the agent's words stand before the customer's answer; the test form asks for an answer.
_FULL = (("[SPEAKER 1]", Role.AGENT), ("[SPEAKER 2]", Role.CUSTOMER))
_TEST = (("用户", Role.CUSTOMER), ("客服-生成", Role.AGENT), ("客服", Role.AGENT))
_KEYS = {key for key, _ in (*_FULL, *_TEST)}


def sniff(source: Source) -> bool:
    rounds = source.first.get("content") if source.first else None
    return isinstance(rounds, list) and any(isinstance(r, dict) and _KEYS & set(r) for r in rounds)


def parse(source: Source) -> Iterator[Found]:
    return source.each(_record)


def _record(data: dict[str, Any], where: str, limits: Limits) -> ChatRecord:
    rounds = data.get("content")
    if not isinstance(rounds, list):
        raise BadChat("no list of rounds", where=f"{where}: content", mend="export the whole conversation")
    messages = [m for i, r in enumerate(rounds) for m in _round(r, f"{where}: content[{i}]")]
    return build(
        messages,
        where=where,
        importer=NAME,
        limits=limits,
        kind=Kind.CALL,
        language="zh",
        metadata={"KB": data["KB"]} if data.get("KB") else {},
        external_id=str(data["id"]) if data.get("id") is not None else None,
    )


def _round(said: Any, where: str) -> Iterator[Message]:
    if not isinstance(said, dict):
        raise BadChat("is no round of agent and customer", where=where, mend="export it again")
    for key, role in _FULL if any(key in said for key, _ in _FULL) else _TEST:
        text = said.get(key)
        if isinstance(text, str) and text.strip():
            yield Message(role=role, text=_pauses(text), kind=TurnKind.SPEECH)


def _pauses(text: str) -> str:
    """The transcribers' pause mark becomes the comma that a reader expects."""
    return text.strip("_ ").replace("_，", "，").replace("，_", "，").replace("_", "，")
