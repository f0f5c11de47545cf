"""Decides who talks to whom and when: agents of vendors with their own skill, days and hours with their own rush."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random

from qa_engine.domain import Kind
from workers.seeding.pool import SKILLS
from workers.seeding.scenes import GIVEN, NAMES_EN, SURNAMES

VENDORS = (("华信外包", 0.86), ("远景服务", 0.72), ("蓝海客服", 0.93), ("中联呼叫", 0.62))
"""With the skill of their agents, on average."""
TEAMS = ("售后一组", "售后二组", "售前一组", "投诉组", "账单组", "在线一组", "在线二组", "英语组")
_HOURS = (2, 1, 1, 1, 1, 2, 4, 9, 22, 40, 44, 38, 26, 30, 40, 42, 38, 32, 26, 30, 28, 20, 12, 5)
"""How busy each hour of the day is, local time."""
_DAYS = (1.25, 1.1, 1.0, 1.0, 1.05, 0.8, 0.65)
_UTC_OFFSET = timedelta(hours=8)
_ENGLISH = 0.12
_CALLS = 0.4
_RETURNING = 3


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    team: str
    vendor: str
    skill: float
    language: str


@dataclass(frozen=True)
class Plan:
    """What is to be seeded: so many interactions of so many agents over so many days before ``until``."""

    interactions: int
    days: int
    agents: int
    tenant: str
    seed: int
    until: date

    @property
    def mark(self) -> str:
        """Stands in the metadata of each interaction, so that seeding goes on as it began."""
        return f"{self.seed}/{self.interactions}/{self.days}/{self.agents}/{self.until}"

    @cached_property
    def staff(self) -> tuple[Agent, ...]:
        rng = self.rng("agents")
        return tuple(_agent(rng, n) for n in range(self.agents))

    @cached_property
    def _rush(self) -> list[float]:
        """How much has come by the end of each hour."""
        first = self.until - timedelta(days=self.days)
        days = (_DAYS[(first + timedelta(days=n)).weekday()] for n in range(self.days))
        return list(accumulate(day * hour for day in days for hour in _HOURS))

    def rng(self, *of: object) -> Random:
        return Random("/".join(map(str, (self.seed, *of))))  # noqa: S311 - made up, and told so

    def received(self, n: int, part: float) -> datetime:
        """When the ``n``-th comes in; ``part`` (0..1) is where between its neighbours."""
        at = (n + part) / self.interactions * self._rush[-1]
        hour = min(bisect(self._rush, at), len(self._rush) - 1)
        before = self._rush[hour - 1] if hour else 0.0
        into = (at - before) / (self._rush[hour] - before)
        first = datetime(self.until.year, self.until.month, self.until.day, tzinfo=UTC) - timedelta(days=self.days)
        return first - _UTC_OFFSET + timedelta(hours=hour + into)


@dataclass(frozen=True, slots=True)
class Case:
    """Who talks to whom, in what way, and how well it goes (a place in the skills)."""

    agent: Agent
    customer: str
    kind: Kind
    tier: int


def cases(plan: Plan, rng: Random, count: int) -> Iterator[Case]:
    customers = max(1, plan.interactions // _RETURNING)
    for agent in rng.choices(plan.staff, k=count):
        skill = agent.skill + rng.gauss(0, 0.12)
        tier = min(range(len(SKILLS)), key=lambda place: abs(SKILLS[place] - skill))
        kind = Kind.CALL if rng.random() < _CALLS else Kind.CHAT
        yield Case(agent, f"C{int(customers * rng.random() ** 1.5):07d}", kind, tier)


def _agent(rng: Random, n: int) -> Agent:
    vendor, skill = VENDORS[n % len(VENDORS)]
    english = rng.random() < _ENGLISH
    name = rng.choice(NAMES_EN) if english else rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)
    team = TEAMS[-1] if english else TEAMS[n % (len(TEAMS) - 1)]
    return Agent(f"A{n:04d} {name}", team, vendor, rng.gauss(skill, 0.08), "en" if english else "zh")
