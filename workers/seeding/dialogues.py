"""Composes one dialogue of a scene: who says what and when, the better the agent the fewer rules are broken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from qa_engine.domain import Kind, Role, Transcript, Turn, TurnKind
from workers.seeding.scenes import CITIES, GIVEN, MANNERS, NAMES_EN, PRODUCTS, SURNAMES, Lines, Manners

SLOT = re.compile(r"\{(\w+)\}")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SECONDS_A_CHARACTER = {"zh": 0.24, "en": 0.065}
_A, _C = Role.AGENT, Role.CUSTOMER


@dataclass(frozen=True, slots=True)
class Line:
    """What is said, with its slots; ``start`` and ``end`` in seconds of the interaction."""

    role: Role
    words: str
    start: float
    end: float
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Dialogue:
    kind: Kind
    language: str
    scene: str
    duration_s: float
    lines: tuple[Line, ...]

    def transcript(self, values: Mapping[str, str]) -> Transcript:
        """The dialogue with its slots filled."""
        turns = tuple(_turn(self.kind, index, line, values) for index, line in enumerate(self.lines))
        return Transcript(turns=turns, language=self.language, duration_s=self.duration_s)


def compose(rng: Random, kind: Kind, language: str, skill: float) -> Dialogue:
    """``skill`` (0..1) is how likely each rule is kept."""
    manners = MANNERS[language]
    scene = rng.choice(manners.scenes)
    said = list(_said(rng, manners, skill))
    opening = [said[0], (_C, rng.choice(scene.problems)), *said[1:]]
    matter = [(_A, rng.choice(scene.findings))]
    for question, answer in zip(_some(rng, scene.questions), _some(rng, scene.answers), strict=False):
        matter += [(_C, question), (_A, answer)]
    lines = [*opening, *matter, *_ending(rng, manners, skill)]
    return _timed(rng, lines, skill, kind=kind, language=language, scene=scene.name)


def filled(words: str, values: Mapping[str, str]) -> str:
    return SLOT.sub(lambda found: values[found[1]], words)


def values_of(rng: Random, language: str, session: int) -> dict[str, str]:
    """New values of all slots, each of the length that every other has: what was counted stays true.

    Numbers look like orders and telephones and are none.
    """
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    zh = language == "zh"
    return {
        "name": rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN) if zh else rng.choice(NAMES_EN),
        "product": rng.choice(PRODUCTS[language]),
        "city": rng.choice(CITIES[language]),
        "date": f"{month:02d}月{day:02d}日" if zh else f"{_MONTHS[month - 1]} {day:02d}",
        "order": f"99{rng.randrange(10**10):010d}",
        "phone": f"100{rng.randrange(10**8):08d}",
        "ticket": f"GD{rng.randrange(10**8):08d}",
        "badge": f"{rng.randrange(1000, 10_000)}",
        "amount": f"{rng.randrange(100, 1000)}",
        "days": f"{rng.randrange(2, 10)}",
        "session": f"{session:09d}",
    }


def _said(rng: Random, manners: Manners, skill: float) -> Iterator[tuple[Role, str]]:
    """The opening: greeting, then what is asked and told before the matter itself."""
    yield _A, _either(rng, skill, manners.greetings, manners.bad_greetings)
    if rng.random() < skill:
        yield _A, rng.choice(manners.sorry)
    if rng.random() < 0.3 + 0.7 * skill:
        yield _A, rng.choice(manners.checks)
        yield _C, rng.choice(manners.identities)
    yield _A, _either(rng, skill, manners.waits, manners.bad_waits)
    if rng.random() > skill + 0.2:
        yield _C, rng.choice(manners.angry)
        yield _A, _either(rng, skill, manners.sorry, manners.rude)
    if rng.random() > skill + 0.6:
        yield _A, rng.choice((*manners.promises, *manners.leaks))


def _ending(rng: Random, manners: Manners, skill: float) -> Iterator[tuple[Role, str]]:
    yield _C, rng.choice(manners.thanks if rng.random() < skill + 0.2 else manners.angry)
    if rng.random() < skill:
        yield _A, rng.choice(manners.more)
        yield _C, rng.choice(manners.nothing)
    yield _A, _either(rng, skill, manners.goodbyes, manners.bad_goodbyes)


def _timed(
    rng: Random, said: Iterable[tuple[Role, str]], skill: float, *, kind: Kind, language: str, scene: str
) -> Dialogue:
    lines: list[Line] = []
    clock = 0.0
    if kind is Kind.CHAT:
        lines.append(Line(Role.SYSTEM, MANNERS[language].session, 0.0, 0.0, automatic=True))
    for role, words in said:
        pause = rng.uniform(0.3, 1.2) if kind is Kind.CALL else rng.uniform(4, 20 + 60 * (1 - skill))
        start = round(clock + pause, 2)
        spoken = _SECONDS_A_CHARACTER[language] * len(words) if kind is Kind.CALL else 0.0
        clock = round(start + spoken, 2)
        lines.append(Line(role, words, start, clock))
    return Dialogue(kind, language, scene, round(clock + 1.0, 2), tuple(lines))


def _turn(kind: Kind, index: int, line: Line, values: Mapping[str, str]) -> Turn:
    call = kind is Kind.CALL
    return Turn(
        index=index,
        role=line.role,
        text=filled(line.words, values),
        start=line.start,
        end=line.end,
        confidence=0.93 if call else 1.0,
        kind=TurnKind.SPEECH if call else TurnKind.TEXT,
        channel=(0 if line.role is Role.AGENT else 1) if call else None,
        automatic=line.automatic,
    )


def _either(rng: Random, skill: float, good: Lines, bad: Lines) -> str:
    return rng.choice(good if rng.random() < skill else bad)


def _some(rng: Random, lines: Lines) -> list[str]:
    return rng.sample(lines, rng.randint(1, 2))
