"""Measures lists, deep pages and search of a seeded database: make bench-archive (docs/measuring.md).

Each question is asked through the store, as API and console ask it, in turn with all others. Wall time is what people
wait; CPU time, of this process and of the database's for this connection, is what it takes on a machine that does
nothing else (PostgreSQL on this host only).
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from qa_engine.domain import Band
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, InteractionFilter, InteractionRow, Store
from qa_engine.storage.paging import Order
from qa_engine.storage.tables import interactions, search_texts

Ask = Callable[[], object]
LENGTHS = (1, 2, 3, 4, 6)
FREQUENT = ("您", "您好", "退款", "工作日", "请稍等", "感谢您的来电", "re", "order", "000")
NONE = ("龘靐", "举步维艰", "zzq", "退款举报", "refunq", "0000000000")


@dataclass
class Timed:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def row(self) -> str:
        told = [share(values, part) for values in (self.wall, self.cpu) for part in (50, 95)]
        return f"{len(self.wall):>6}" + "".join(f"{1000 * value:>10.1f}" for value in told)


def share(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


class Archive:
    """The seeded rows, to draw questions from."""

    def __init__(self, store: Store, tenant: str, seed: int) -> None:
        self.store, self.who, self.rng = store, replace(SYSTEM, tenant=tenant), random.Random(seed)  # noqa: S311 - draws questions
        with store.db.read() as connection:
            ours = interactions.c.tenant == tenant
            self.count = connection.execute(select(func.count()).select_from(interactions).where(ours)).scalar_one()
            oldest = select(interactions.c.id).where(ours).order_by(interactions.c.id).limit(1)
            deep = connection.execute(oldest.offset(min(200, self.count - 1))).mappings().one()
            self.deep = Order((interactions.c.id,)).cursor(deep)
            self.texts = connection.execute(select(func.max(search_texts.c.n))).scalar_one()
            self.backend = None if store.db.is_sqlite else connection.execute(text("SELECT pg_backend_pid()")).scalar()

    def one(self) -> InteractionRow:
        """A row anywhere."""
        with self.store.db.read() as connection:
            n = self.rng.randint(1, self.texts)
            query = select(search_texts.c.interaction_id).where(search_texts.c.n >= n).order_by(search_texts.c.n)
            key = connection.execute(query.limit(1)).scalar_one()
        return self.store.interaction(self.who, key)

    def piece(self, length: int) -> str:
        """So many characters of some text, wherever they stand."""
        with self.store.db.read() as connection:
            lines = _text(connection, self.rng.randint(1, self.texts)).split("\n")
        line = self.rng.choice([line for line in lines if len(line) >= length] or lines)
        start = self.rng.randint(0, max(0, len(line) - length))
        return line[start : start + length].strip() or line[:length]

    def page(self, after: str | None = None, **wanted: object) -> Ask:
        asked = InteractionFilter(**wanted)  # type: ignore[arg-type]
        return lambda: self.store.interactions(self.who, asked, after)

    def cpu(self) -> float:
        """Seconds of work, ours and the database's."""
        theirs = 0
        if self.backend and (told := Path(f"/proc/{self.backend}/schedstat")).exists():
            theirs = int(told.read_text().split()[0])
        return time.process_time() + theirs / 1e9


def _text(connection: Connection, n: int) -> str:
    query = select(search_texts.c.text).where(search_texts.c.n >= n).order_by(search_texts.c.n).limit(1)
    return str(connection.execute(query).scalar_one())


def lists(a: Archive) -> dict[str, Ask]:
    row = a.one()
    told, day = row.interaction, row.received_at.replace(hour=0, minute=0, second=0, microsecond=0)
    low = a.rng.randint(0, 90)
    return {
        "first page": a.page(),
        "deepest page": a.page(a.deep),
        "agent": a.page(agent=told.agent),
        "team": a.page(team=told.team),
        "vendor": a.page(vendor=told.vendor),
        "customer": a.page(customer_ref=told.customer_ref),
        "external id": a.page(external_id=told.external_id),
        "kind": a.page(kind=told.kind),
        "band": a.page(band=a.rng.choice(list(Band))),
        "state done": a.page(state="done"),
        "state failed": a.page(state="failed"),
        "flag": a.page(flag=a.rng.choice([*row.flags, "needs_review", "forbidden_words"])),
        "needs review": a.page(needs_review=True),
        "fatal": a.page(fatal=True),
        "agent and band": a.page(agent=told.agent, band=row.band),
        "score range": a.page(score_min=low, score_max=low + 5),
        "one day": a.page(received_from=day, received_to=day + timedelta(days=1)),
        "30 days": a.page(received_from=day - timedelta(days=30), received_to=day),
        "day, agent": a.page(received_from=day, received_to=day + timedelta(days=1), agent=told.agent),
        "lowest scores": a.page(order="score"),
        "lowest scores, team": a.page(order="score", team=told.team),
    }


def searches(a: Archive) -> dict[str, Ask]:
    told = a.one().interaction
    return {
        **{f"search {n} characters": a.page(q=a.piece(n)) for n in LENGTHS},
        "search frequent": a.page(q=a.rng.choice(FREQUENT)),
        "search nothing there": a.page(q=a.rng.choice(NONE)),
        "search id": a.page(q=told.external_id),
        "search, agent": a.page(q=a.piece(3), agent=told.agent),
        "search, vendor": a.page(q=a.piece(2), vendor=told.vendor),
        "search, lowest scores": a.page(q=a.piece(4), order="score"),
    }


def others(a: Archive) -> dict[str, Ask]:
    row = a.one()
    return {
        "one interaction": lambda: a.store.interaction(a.who, row.id),
        "its scorecard": lambda: a.store.scorecard(a.who, row.id),
        "counts, 7 days": lambda: a.store.counts(a.who, row.received_at - timedelta(days=7), row.received_at),
        "counts": lambda: a.store.counts(a.who),
        "figures": a.store.figures,
    }


def measure(a: Archive, rounds: int, seconds: float) -> dict[str, Timed]:
    """Every kind of question once a round; what only counts, every tenth."""
    times: dict[str, Timed] = {}
    until = time.monotonic() + seconds
    for n in range(rounds):
        asked = {**lists(a), **searches(a), **(others(a) if n % 10 == 0 else {})}
        for kind, ask in a.rng.sample(list(asked.items()), len(asked)):
            cpu, wall = a.cpu(), time.perf_counter()
            ask()
            timed = times.setdefault(kind, Timed())
            timed.wall.append(time.perf_counter() - wall)
            timed.cpu.append(a.cpu() - cpu)
        if time.monotonic() > until:
            break
    return {kind: times[kind] for kind in (*lists(a), *searches(a), *others(a)) if kind in times}


def report(a: Archive, times: dict[str, Timed]) -> str:
    lines = [f"{a.store.db.engine.dialect.name}, {a.count} interactions; milliseconds"]
    lines.append(f"{'':<24}{'n':>6}{'p50':>10}{'p95':>10}{'p50 CPU':>10}{'p95 CPU':>10}")
    lines += [f"{kind:<24}{timed.row()}" for kind, timed in times.items()]
    for name, chosen in (("all lists", list(lists(a))), ("all searches", list(searches(a)))):
        both = Timed([w for k in chosen for w in times[k].wall], [c for k in chosen for c in times[k].cpu])
        lines.append(f"{name:<24}{both.row()}")
    first, deepest = times["first page"], times["deepest page"]
    pairs = ((deepest.wall, first.wall), (deepest.cpu, first.cpu))
    wall, cpu = (statistics.median(deep) / statistics.median(near) for deep, near in pairs)
    return "\n".join([*lines, f"deepest / first page: {wall:.2f} ({cpu:.2f} by CPU)"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenant", default=SYSTEM.tenant)
    parser.add_argument("--schema", help="the PostgreSQL schema to look in")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600, help="stop after so long")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    store = Store.open(get_settings(), schema=told.schema)
    archive = Archive(store, told.tenant, told.seed)
    print(report(archive, measure(archive, told.rounds, told.seconds)))
    store.close()


if __name__ == "__main__":
    main()
