"""Decides where a turn begins and ends, and where Chinese text gets its marks: by pauses and by who speaks between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.asr.guards import confidence
from models.asr.options import TurnOptions
from models.asr.units import Unit, joined
from qa_engine.domain import Role, Turn, TurnKind, Word

_STOPS = "。？！.?!"
_STOP_MARKS = frozenset(_STOPS)
_QUESTION_ENDS = ("吗", "么", "呢", "嘛")
_QUESTIONS = (
    "什么",
    "怎么",
    "多少",
    "哪里",
    "哪个",
    "哪儿",
    "是不是",
    "有没有",
    "能不能",
    "可不可以",
    "为什么",
    "请问",
    "几个",
)
_ENCLITICS = frozenset("吗吧呢")
"""They only ever end a clause; the aligner sometimes puts one behind the pause that follows."""
ENCLITIC_S = 0.25
_NO_QUESTION_AFTER = ("要么", "什么的", "没什么", "不怎么")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one channel that belong together."""

    channel: int
    units: tuple[Unit, ...]

    @property
    def start(self) -> float:
        return self.units[0].start

    @property
    def end(self) -> float:
        return max(unit.end for unit in self.units)


def build_turns(
    words: Mapping[int, Sequence[Unit]], roles: Mapping[int, Role], language: str, options: TurnOptions
) -> tuple[Turn, ...]:
    """All channels' words as turns in order of their start."""
    turn_gap = options.turn_gap_s if language in options.mark_languages else options.carry_gap_s
    if language in options.mark_languages:
        words = {channel: _lean_back(units, turn_gap) for channel, units in words.items()}
    stretches = [s for channel, units in words.items() for s in _stretches(channel, units, words, turn_gap, options)]
    stretches.sort(key=lambda s: (s.start, s.channel))
    return tuple(_turn(i, s, roles.get(s.channel, Role.UNKNOWN), language, options) for i, s in enumerate(stretches))


def _lean_back(units: Sequence[Unit], turn_gap: float) -> list[Unit]:
    """With enclitics that stand alone behind a pause brought back to the word they lean on."""
    out: list[Unit] = []
    for unit in sorted(units, key=lambda u: (u.start, u.end)):
        before = out[-1] if out else None
        if before and unit.text in _ENCLITICS and not before.mark and unit.start - before.end >= turn_gap:
            word = replace(unit.word, start=before.end, end=before.end + ENCLITIC_S)
            out.append(replace(unit, word=word))
        else:
            out.append(unit)
    return out


def part_sentences(units: Sequence[Unit], channel: int, language: str, options: TurnOptions) -> tuple[Turn, ...]:
    """One channel's words cut at every sentence end and short pause: where two people share it, either may be a
    change of speaker."""
    groups: list[list[Unit]] = []
    for unit in sorted(units, key=lambda u: (u.start, u.end)):
        last = groups[-1][-1] if groups else None
        if last and last.mark not in _STOP_MARKS and unit.start - last.end < options.mono_gap_s:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    stretches = [Stretch(channel, tuple(group)) for group in groups]
    return tuple(_turn(i, s, Role.UNKNOWN, language, options) for i, s in enumerate(stretches))


def merge_same(turns: Sequence[Turn], language: str, options: TurnOptions) -> tuple[Turn, ...]:
    """Neighbours of one role and channel with less than a turn's pause between them as one turn."""
    merged: list[Turn] = []
    for turn in turns:
        last = merged[-1] if merged else None
        if last and last.role is turn.role and _gap(last, turn) < options.turn_gap_s:
            merged[-1] = _merged(last, turn, language, options)
        else:
            merged.append(turn)
    return tuple(replace(turn, index=index) for index, turn in enumerate(merged))


def _gap(before: Turn, after: Turn) -> float:
    return (after.start or 0.0) - (before.end or 0.0)


def _merged(first: Turn, second: Turn, language: str, options: TurnOptions) -> Turn:
    words = first.words + second.words
    space = "" if language in options.mark_languages else " "
    return replace(
        first,
        text=first.text + space + second.text,
        end=second.end,
        words=words,
        confidence=round(sum(word.confidence for word in words) / len(words), 3),
    )


def marked(units: Sequence[Unit], language: str, options: TurnOptions) -> list[Unit]:
    """Words with the marks that pauses call for; marks that the model gave stay, the end always gets one."""
    if language not in options.mark_languages:
        return list(units)
    out: list[Unit] = []
    sentence = ""
    for at, unit in enumerate(units):
        sentence += unit.text
        last = at == len(units) - 1
        gap = options.stop_gap_s if last else units[at + 1].start - unit.end
        mark = _mark(unit.mark, gap, sentence, last, options)
        out.append(replace(unit, mark=mark))
        if mark in _STOP_MARKS:
            sentence = ""
    return out


def _mark(given: str, gap: float, sentence: str, last: bool, options: TurnOptions) -> str:
    if given and (given in _STOP_MARKS or not last):
        return given
    if gap >= options.stop_gap_s:
        return "？" if is_question(sentence) else "。"
    return "，" if gap >= options.comma_gap_s and len(sentence) > 1 else ""


def is_question(sentence: str) -> bool:
    """Whether a Chinese sentence without a mark reads as a question."""
    if sentence.endswith(_NO_QUESTION_AFTER):
        return False
    return sentence.endswith(_QUESTION_ENDS) or any(word in sentence for word in _QUESTIONS)


def _stretches(
    channel: int,
    units: Sequence[Unit],
    words: Mapping[int, Sequence[Unit]],
    carry_gap_s: float,
    options: TurnOptions,
) -> list[Stretch]:
    others = sorted((u.start + u.end) / 2 for c, theirs in words.items() if c != channel for u in theirs)
    groups: list[list[Unit]] = []
    for unit in sorted(units, key=lambda u: (u.start, u.end)):
        if groups and not _breaks(groups[-1][-1], unit, others, carry_gap_s, options):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return [Stretch(channel, tuple(group)) for group in groups]


def _breaks(before: Unit, after: Unit, others: Sequence[float], carry_gap_s: float, options: TurnOptions) -> bool:
    gap = after.start - before.end
    ended = before.mark in _STOP_MARKS
    if gap >= (options.turn_gap_s if ended else carry_gap_s):
        return True
    return gap >= options.comma_gap_s and any(before.end <= at <= after.start for at in others)


def _turn(index: int, stretch: Stretch, role: Role, language: str, options: TurnOptions) -> Turn:
    units = marked(stretch.units, language, options)
    return Turn(
        index=index,
        role=role,
        text=joined(units, wide=language in options.mark_languages),
        start=round(stretch.start, 2),
        end=round(stretch.end, 2),
        confidence=round(confidence(units), 3),
        kind=TurnKind.SPEECH,
        words=tuple(_rounded(unit) for unit in units),
        channel=stretch.channel,
    )


def _rounded(unit: Unit) -> Word:
    word = unit.word
    return replace(word, start=round(word.start, 2), end=round(word.end, 2), confidence=round(word.confidence, 3))
