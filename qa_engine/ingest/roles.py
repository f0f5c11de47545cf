"""Whose message it is: role words read exactly, names settled from the rest of the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa_engine.domain import Notice, Role, Text
from qa_engine.ingest.record import Message
from qa_engine.ingest.words import AGENT_PHRASES, BOT_WORDS, ROLES

ELIMINATED = 0.95
GUESSED = 0.7
_TRIM = re.compile(r"^[\s\[\](){}<>【】（）《》「」'\"*#:：]+|[\s\[\](){}<>【】（）《》「」'\"*#:：]+$")
_NUMBERED = re.compile(r"^(?P<word>.+?)[\s\-_—·.#]*(?:no\.?)?\s*\d*$")


def role_of(label: str) -> tuple[Role, bool] | None:
    """Role and whether automatic, by a role word such as 客服, 客服-小王, 坐席001, Agent Smith; None else."""
    word = _TRIM.sub("", label).casefold()
    if word in ROLES:
        return ROLES[word]
    plain = _NUMBERED.match(word)
    if plain and plain["word"] in ROLES:
        return ROLES[plain["word"]]
    return _by_part(word)


def _by_part(word: str) -> tuple[Role, bool] | None:
    """A longer label that holds a role word: the longest counts, a robot before all."""
    if len(word) > 40:
        return None
    held = [known for known in ROLES if _holds(word, known)]
    bots = [known for known in held if known in BOT_WORDS]
    best = max(bots or held, key=len, default=None)
    return ROLES[best] if best else None


def _holds(word: str, known: str) -> bool:
    if known.isascii():
        return len(known) > 2 and re.search(rf"(?<![a-z]){re.escape(known)}(?![a-z])", word) is not None
    return len(known) > 1 and (word.startswith(known) or word.endswith(known))


def settle(messages: Sequence[Message]) -> tuple[list[Message], float, tuple[Notice, ...]]:
    """Give a role to speakers known by name only; returns the messages, how sure the roles are (0..1) and notices."""
    names = list(dict.fromkeys(m.speaker for m in messages if m.role is Role.UNKNOWN and m.speaker))
    if not names:
        lost = sum(m.role is Role.UNKNOWN for m in messages)
        sure = 1.0 - lost / max(1, len(messages))
        return list(messages), sure, (_unknown(lost),) if lost else ()
    known = {m.role for m in messages if not m.automatic}
    chosen, sure = _choose(names, known, messages)
    settled = [replace(m, role=chosen[m.speaker]) if _named(m, chosen) else m for m in messages]
    lost = sum(m.role is Role.UNKNOWN for m in settled)
    notices = (_guessed(chosen),) if chosen and sure < ELIMINATED else ()
    return settled, sure if chosen else 0.0, (*notices, *((_unknown(lost),) if lost else ()))


def _named(message: Message, chosen: dict[str | None, Role]) -> bool:
    return message.role is Role.UNKNOWN and message.speaker in chosen


def _choose(names: list[str], known: set[Role], messages: Sequence[Message]) -> tuple[dict[str | None, Role], float]:
    if Role.CUSTOMER in known and Role.AGENT not in known:
        return dict.fromkeys(names, Role.AGENT), ELIMINATED
    if Role.AGENT in known and Role.CUSTOMER not in known:
        return dict.fromkeys(names, Role.CUSTOMER), ELIMINATED
    if known & {Role.AGENT, Role.CUSTOMER}:
        return {}, 0.5
    scores = {name: _agent_score(name, messages) for name in names}
    best, *rest = sorted(scores.values(), reverse=True)
    if best == 0 or (rest and rest[0] == best):
        return {}, 0.0
    return {name: Role.AGENT if score == best else Role.CUSTOMER for name, score in scores.items()}, GUESSED


def _agent_score(name: str, messages: Sequence[Message]) -> int:
    said = [m.text.casefold() for m in messages if m.speaker == name]
    return sum(phrase in text for text in said for phrase in AGENT_PHRASES)


def _guessed(chosen: dict[str | None, Role]) -> Notice:
    names = [str(n) for n, role in chosen.items() if role is Role.AGENT]
    return Notice(
        "roles_guessed",
        Text(
            f"文件只写了姓名，角色由所说的话推断：{'、'.join(names)} 为客服。",
            f"The file names people only; roles were told from their words: {', '.join(names)} as agent.",
        ),
    )


def _unknown(count: int) -> Notice:
    return Notice(
        "roles_unknown",
        Text(
            f"{count} 条消息看不出是客服还是客户。", f"For {count} messages it is not known whether agent or customer."
        ),
    )
