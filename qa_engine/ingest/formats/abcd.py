"""ABCD (ASAPP): English shop chats with the actions that the agent took; no times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa_engine.domain import Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.source import Source

NAME = "abcd"
_ROLES = {"agent": Role.AGENT, "customer": Role.CUSTOMER, "action": Role.SYSTEM}


def sniff(source: Source) -> bool:
    return source.first is not None and "convo_id" in source.first and bool({"original", "delexed"} & set(source.first))


def parse(source: Source) -> Iterator[Found]:
    return source.each(_record)


def _record(data: dict[str, Any], where: str, limits: Limits) -> ChatRecord:
    scenario = data.get("scenario") if isinstance(data.get("scenario"), dict) else {}
    personal = scenario.get("personal") if isinstance(scenario, dict) else None
    return build(
        [_message(said, f"{where}: original[{i}]") for i, said in enumerate(_said(data, where))],
        where=where,
        importer=NAME,
        limits=limits,
        language="en",
        metadata={"scenario": scenario} if scenario else {},
        external_id=str(data["convo_id"]) if "convo_id" in data else None,
        customer_ref=str(personal["username"]) if isinstance(personal, dict) and personal.get("username") else None,
    )


def _said(data: dict[str, Any], where: str) -> list[Any]:
    if isinstance(data.get("original"), list):
        return list(data["original"])
    if isinstance(data.get("delexed"), list):
        return [[m.get("speaker"), m.get("text")] if isinstance(m, dict) else m for m in data["delexed"]]
    raise BadChat("neither original nor delexed messages", where=where, mend="export the whole conversation")


def _message(said: Any, where: str) -> Message:
    if not isinstance(said, list | tuple) or len(said) < 2:
        raise BadChat("is no [speaker, text] pair", where=where, mend="export it again")
    role = _ROLES.get(str(said[0]).casefold(), Role.UNKNOWN)
    action = role is Role.SYSTEM
    return Message(
        role=role,
        text=str(said[1]),
        kind=TurnKind.EVENT if action else TurnKind.TEXT,
        automatic=action,
        speaker=None if role is not Role.UNKNOWN else str(said[0]),
    )
