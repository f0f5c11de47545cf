"""Judges a pool of dialogues by the real rubrics, and makes of each a form that new values fill consistently."""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from random import Random
from typing import Any

from models.toolbox import build_tools
from qa_engine import __version__, pipeline
from qa_engine.domain import Evidence, Interaction, ItemResult, Kind, Scorecard, Text, Transcript
from qa_engine.domain.codec import dump
from qa_engine.rubric import Rubric
from qa_engine.settings import Settings
from qa_engine.storage.grams import fold
from qa_engine.storage.types import json_text
from workers.seeding.dialogues import SLOT, Dialogue, compose, values_of

SKILLS = (0.3, 0.6, 0.85, 0.97)
"""How good agents are, from those who need coaching to the best."""
_OPEN, _CLOSE = "\ue000", "\ue001"
_PIECE = 25
_FEWEST_TELLING = 3


_QUICK = 1
"""Compression that costs half the time for some percent of size."""


class Cut(Exception):
    """Evidence cuts through a slot: this dialogue cannot be filled anew."""


@dataclass(frozen=True, slots=True)
class Form:
    """Text with slots: every second piece is a slot's name."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, marked: str) -> Form:
        return cls(tuple(marked.replace(_CLOSE, _OPEN).split(_OPEN)))

    def filled(self, values: Mapping[str, str]) -> str:
        pieces = list(self.pieces)
        pieces[1::2] = [values[name] for name in pieces[1::2]]
        return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Judged:
    """One dialogue with all that the stages found out, ready to be filled."""

    dialogue: Dialogue
    transcript: Form
    said: tuple[str, ...]
    """Folded lines without slots; they are the same whatever fills the rest."""
    slotted: tuple[Form, ...]
    signals: bytes
    card: Form
    scorecard: Scorecard
    versions: Mapping[str, Any]


Tier = tuple[Kind, str, int]
"""Kind, language, place of the skill."""


def judged_pool(settings: Settings, seed: int, size: int, workers: int) -> dict[Tier, list[Judged]]:
    """``size`` dialogues, spread over all tiers; the same for the same seed."""
    tiers = [(kind, language, skill) for kind in Kind for language in ("zh", "en") for skill in range(len(SKILLS))]
    share = max(1, size // (len(tiers) // 2 * 5))
    wanted = [(tier, n) for tier in tiers for n in range(share * (8 if tier[1] == "zh" else 2))]
    pieces = [wanted[at : at + _PIECE] for at in range(0, len(wanted), _PIECE)]
    pool: dict[Tier, list[Judged]] = {tier: [] for tier in tiers}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        done = executor.map(_judge_some, [settings] * len(pieces), [seed] * len(pieces), pieces)
        for (tier, _), judged in zip(wanted, chain.from_iterable(done), strict=True):
            pool[tier].append(judged)
    return pool


def packed(text: str) -> bytes:
    """As large JSON is kept."""
    return zlib.compress(text.encode(), _QUICK)


def signals_version(tools: pipeline.Tools) -> str:
    """As the score stage names what it read."""
    return f"{__version__}/{tools.emotion.version if tools.emotion else 'no emotion'}"


def _judge_some(settings: Settings, seed: int, wanted: Sequence[tuple[Tier, int]]) -> list[Judged]:
    return [_judge(settings, Random(f"{seed}/{tier}/{n}"), tier) for tier, n in wanted]  # noqa: S311 - made up, told so


def _judge(settings: Settings, rng: Random, tier: Tier) -> Judged:
    kind, language, skill = tier
    while True:
        try:
            return judge(settings, compose(rng, kind, language, SKILLS[skill]), values_of(rng, language, 0))
        except Cut:
            continue


def judge(settings: Settings, dialogue: Dialogue, values: Mapping[str, str]) -> Judged:
    """By the pipeline itself. Raises Cut."""
    tools, rubric = _tools(settings), _rubric(dialogue.language)
    transcript = dialogue.transcript(values)
    told = Interaction(id="seeded", kind=dialogue.kind, source="seed", content_sha256="", language=dialogue.language)
    signals = pipeline.read(transcript, tools)
    card = pipeline.judge(told, transcript, signals, rubric, tools)
    words = [line.words for line in dialogue.lines]
    marked = replace(card, items=tuple(_marked(item, words, transcript, values) for item in card.items))
    return Judged(
        dialogue=dialogue,
        transcript=Form.of(json_text(dump(_slots_open(dialogue)))),
        said=tuple(fold(line) for line in words if not SLOT.search(line)),
        slotted=tuple(Form.of(_mark(line)) for line in words if SLOT.search(line)),
        signals=packed(json_text(dump(signals))),
        card=Form.of(json_text(dump(marked))),
        scorecard=card,
        # what was never heard names no recogniser
        versions=pipeline.versions(replace(told, kind=Kind.CHAT), rubric, tools),
    )


def _slots_open(dialogue: Dialogue) -> Transcript:
    return dialogue.transcript({name: f"{_OPEN}{name}{_CLOSE}" for name in values_of(Random(0), "zh", 0)})  # noqa: S311


def _marked(item: ItemResult, words: Sequence[str], transcript: Transcript, values: Mapping[str, str]) -> ItemResult:
    """The item with slots in its quotes, and in its reason where that quotes them."""
    evidence: list[Evidence] = []
    zh, en = item.reason.zh, item.reason.en
    for one in sorted(item.evidence, key=lambda one: -len(one.quote)):
        quote = _quote(one, words, transcript, values)
        zh, en = zh.replace(one.quote, quote), en.replace(one.quote, quote)
    for one in item.evidence:
        evidence.append(replace(one, quote=_quote(one, words, transcript, values)))
    if any(len(value) >= _FEWEST_TELLING and value in zh + en for value in values.values()):
        raise Cut
    return replace(item, reason=Text(zh, en), evidence=tuple(evidence))


def _quote(one: Evidence, words: Sequence[str], transcript: Transcript, values: Mapping[str, str]) -> str:
    if one.turn is None:
        return one.quote
    began = transcript.turns[one.turn].text.find(one.quote)
    ended = began + len(one.quote)
    marked, at = "", 0
    for text, slot in _segments(words[one.turn], values):
        inside = text[max(0, began - at) : max(0, ended - at)]
        if slot and inside and inside != text:
            raise Cut
        marked += f"{_OPEN}{slot}{_CLOSE}" if slot and inside else inside
        at += len(text)
    if began < 0:
        raise Cut
    return marked


def _segments(words: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each stretch as it was said, with the slot that it fills or nothing."""
    for at, piece in enumerate(SLOT.split(words)):
        yield (values[piece], piece) if at % 2 else (piece, "")


def _mark(words: str) -> str:
    return SLOT.sub(lambda found: f"{_OPEN}{found[1]}{_CLOSE}", words)


@cache
def _rubric(language: str) -> Rubric:
    return pipeline.choose_rubric("auto", language)


_built: dict[str, pipeline.Tools] = {}


def _tools(settings: Settings) -> pipeline.Tools:
    """Once a process: the models are read at their first use."""
    return _built.setdefault("tools", build_tools(settings))
