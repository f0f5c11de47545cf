"""What a sentence may do: the acts of agents and customers that the items ask for, and the pieces they are told of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa_engine.checkers.normal import HANZI, sentences
from qa_engine.domain import Role, Text

Side = Literal["agent", "customer", "both"]


@dataclass(frozen=True, slots=True)
class Act:
    """Whose act it is and what it means. ``costly``: it takes points away, so it is told only where it is surer."""

    side: Side
    means: Text
    costly: bool = False


def _agent(zh: str, en: str, *, costly: bool = False) -> Act:
    return Act("agent", Text(zh, en), costly)


def _customer(zh: str, en: str) -> Act:
    return Act("customer", Text(zh, en))


def _both(zh: str, en: str) -> Act:
    return Act("both", Text(zh, en))


ACTS: Mapping[str, Act] = {
    "greet": _both("问候", "greets"),
    "thank": _both("致谢", "thanks"),
    "farewell": _both("道别或祝愿", "says goodbye or wishes well"),
    "introduce": _agent("报公司、姓名或工号", "tells company, own name or number"),
    "offer_help": _agent("表示愿意帮助", "offers help"),
    "ask_identity": _agent("询问核身信息", "asks for an identifying datum"),
    "clarify": _agent("追问情况", "asks to understand the case"),
    "restate": _agent("复述确认", "restates the problem or reads back"),
    "empathize": _agent("体谅对方感受", "acknowledges the feeling"),
    "apologize": _agent("道歉", "apologises"),
    "polite_request": _agent("礼貌地请对方做事", "asks politely to do something"),
    "brusque": _agent("生硬、命令或责怪", "is brusque, orders about or blames", costly=True),
    "insult": _agent("辱骂或嘲讽", "insults or mocks", costly=True),
    "refuse_flatly": _agent("断然拒绝", "refuses flatly", costly=True),
    "remedy": _agent("给出具体补救", "offers a concrete remedy"),
    "escalate": _agent("升级、转接或建单", "escalates, transfers or opens a ticket"),
    "promise_vague": _agent("没有时间的承诺", "promises without a time"),
    "promise_timed": _agent("有时间的承诺", "promises by a time"),
    "guarantee": _agent("保证办不到的事", "guarantees beyond its power", costly=True),
    "disclose": _agent("说出他人的信息", "gives out another person's data", costly=True),
    "ask_wait": _agent("请对方稍等", "asks to wait"),
    "resume": _agent("等待后回来", "comes back from a hold"),
    "answer": _agent("解答说明", "answers or explains"),
    "confirm_done": _agent("告知已办妥", "confirms that it is done"),
    "decline": _agent("说明原因的不能办", "cannot, with the reason"),
    "deflect": _agent("推卸责任", "pushes responsibility away", costly=True),
    "offer_more": _agent("询问还有什么需要", "offers further help"),
    "ask_rating": _agent("请对方评价", "asks for a rating"),
    "request": _customer("提出诉求或故障", "states a request or a problem"),
    "question": _customer("提问", "asks a question"),
    "give_identity": _customer("提供核身信息", "gives an identifying datum"),
    "complain": _customer("投诉或索赔", "complains or claims"),
    "threaten": _customer("要离开或举报", "threatens to leave or to report"),
    "ask_superior": _customer("要求找上级", "asks for a superior"),
    "annoyed": _customer("不满、担心或失望", "is annoyed, worried or disappointed"),
    "protest": _customer("抗议被反复询问", "protests at repeating"),
    "call": _customer("呼叫对方", "calls to see whether anyone is there"),
    "resolved": _customer("表示已解决或明白", "says that it is solved or understood"),
    "unresolved": _customer("表示仍未解决", "says that it is not solved"),
    "no_more": _customer("没有其他需要", "needs nothing more"),
}
"""Acts by name, in the order of a model's columns."""


def told_by(name: str, role: Role) -> bool:
    """Whether that side can do the act; of a side that is not known, anything."""
    side = ACTS[name].side
    return side == "both" or role is Role.UNKNOWN or role.value == side


LONGEST_PIECE = 36
"""Characters with Hanzi in them; three times as many in Latin letters. Longer sentences are told by their parts."""
_JOINT = re.compile(r"[,:] *| +|…+|-{2,}")


@lru_cache(maxsize=8192)
def pieces(text: str) -> tuple[tuple[int, int], ...]:
    """[start, end) of what is told one by one in normalised text: sentences, and the parts of long ones."""
    return tuple(part for start, end in sentences(text) for part in _parts(text, start, end))


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at the joint nearest below the limit; where there is none (nobody set commas), at the limit, half over."""
    longest = LONGEST_PIECE if HANZI.search(text, start, end) else 3 * LONGEST_PIECE
    while end - start > longest:
        joints = [m.end() for m in _JOINT.finditer(text, start + longest // 4, start + longest)]
        yield start, (joints[-1] if joints else start + longest)
        start = joints[-1] if joints else start + longest // 2
    if end > start:
        yield start, end
