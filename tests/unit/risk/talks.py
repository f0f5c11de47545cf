"""Short dialogues, a small embedder and a small model for the risk's tests."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from models.risk.training import Case, calibrated, fit
from qa_engine.domain import Role, Transcript, Turn, TurnEmotion
from qa_engine.ports import Floats
from qa_engine.risk import Facts, RiskModel, facts_of
from qa_engine.risk.dialogue import dialogue_of

CALM = (
    ("c:请问流量怎么查", "a:您可以发短信查询", "c:好的谢谢，查到了"),
    ("c:请问宽带怎么续费", "a:网上营业厅可以办理", "c:明白了，谢谢你"),
    ("c:手机怎么升级系统", "a:设置里点击更新", "c:可以了，非常感谢"),
    ("c:套餐可以改吗", "a:下月生效的哦", "c:好的，知道了谢谢"),
)
ANGRY = (
    ("c:宽带坏了三天没人管", "a:请您耐心等待", "c:还等？我要投诉到工信部"),
    ("c:乱扣我的费", "a:非常抱歉给您带来不便", "c:骗子公司，再也不用你们了"),
    ("c:手机又死机了", "a:您重启试试", "c:说了多少次了还是不行，垃圾"),
    ("c:退款一直不到账", "a:请您提供订单号", "c:早就给了，你们就是敷衍，我要投诉"),
)


def talk(*lines: str, language: str = "zh") -> Transcript:
    """``c:`` is the customer, ``a:`` the agent."""
    roles = {"c": Role.CUSTOMER, "a": Role.AGENT, "s": Role.SYSTEM}
    turns = tuple(Turn(index=i, role=roles[line[0]], text=line[2:]) for i, line in enumerate(lines))
    return Transcript(turns=turns, language=language)


class Letters:
    """An embedder whose vectors count characters: equal texts are equal, alike ones near."""

    version = "letters"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> Floats:
        self.seen += texts
        rows = np.full((len(texts), 16), 0.1, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[zlib.crc32(char.encode("utf-8", "replace")) % 16] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def facts(*lines: str) -> Facts:
    dialogue = dialogue_of(talk(*lines))
    assert dialogue is not None
    return facts_of(dialogue)


def cases() -> list[Case]:
    found, letters = [], Letters()
    for rating, talks in ((0.8, CALM), (-1.2, ANGRY)):
        for shift, lines in enumerate(talks):
            looked = facts(*lines)
            window = (looked, letters.embed([looked.meaning])[0])
            found.append(Case((window,), rating + shift / 20, tone=-rating / 4))
    quiet = facts("c:你们的活动几点开始", "a:八点")
    return [*found, Case(((quiet, None),), 0.1)]


def small_model() -> RiskModel:
    known = cases()
    model = fit(known, threshold=-0.5)
    scores = np.array([model.whole(case.windows, case.tone) for case in known])
    return calibrated(model, scores, np.array([case.rating <= -0.5 for case in known], float))


def felt(transcript: Transcript, valence: float) -> tuple[TurnEmotion, ...]:
    """As if an emotion model had heard the same in every turn."""
    return tuple(TurnEmotion(turn.index, "anger" if valence < 0 else "joy", valence, 0.9) for turn in transcript.turns)
