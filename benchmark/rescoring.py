"""Measures rescoring: batches by columns, a change of rules alone, and the interpreter, beside the usual way.

make bench (docs/measuring.md). All on the same seeded dialogues, two processes each, in turn (ABBA), results written to
SQLite. The usual way is one ``re`` a pattern over the text and one ORM object a result.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import ForeignKey, create_engine, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qa_engine.checkers.phrases import as_pattern
from qa_engine.domain import Dossier, Interaction, Kind, Outcome
from qa_engine.rubric import Rubric, load_rubric, read_rubric
from qa_engine.rubric.nodes import Leaf, Node, parts_of
from qa_engine.scoring import judge
from qa_engine.scoring.bulk import Batch, BulkJudge
from qa_engine.signals import measure
from workers.seeding.dialogues import compose, values_of

PROCESSES = 2
SKILLS = (0.3, 0.6, 0.85, 0.97)


class Base(DeclarativeBase):
    pass


class Card(Base):
    """A scorecard as rescoring keeps it: one row, its items in a few bytes."""

    __tablename__ = "cards"
    interaction: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float | None]
    band: Mapped[int]
    flags: Mapped[str]
    outcomes: Mapped[bytes]
    confidence: Mapped[bytes]


class Score(Base):
    """A scorecard as people usually keep it."""

    __tablename__ = "scores"
    id: Mapped[int] = mapped_column(primary_key=True)
    interaction: Mapped[str]
    score: Mapped[float]


class Result(Base):
    """One item of it."""

    __tablename__ = "results"
    id: Mapped[int] = mapped_column(primary_key=True)
    score_id: Mapped[int] = mapped_column(ForeignKey("scores.id"))
    item: Mapped[str]
    outcome: Mapped[str]
    hits: Mapped[int]


@dataclass(frozen=True)
class Work:
    """What one process works on: packed batches with their kept columns, and the same dialogues one by one; all that
    is made ready once a process is ready."""

    rubric: Rubric
    bulk: BulkJudge
    changed: BulkJudge
    patterns: Sequence[re.Pattern[str]]
    packed: Sequence[bytes]
    columns: Sequence[dict[str, bytes]]
    dossiers: Sequence[Dossier]


Way = Callable[[Work, Session], int]


def whole(work: Work, session: Session) -> int:
    """Everything anew from packed batches."""
    return _in_bulk(work, session, work.bulk, [{} for _ in work.packed])


def rules_only(work: Work, session: Session) -> int:
    """Other points for the same conditions: the answers are kept."""
    return _in_bulk(work, session, work.changed, work.columns)


def _in_bulk(work: Work, session: Session, bulk: BulkJudge, columns: Sequence[dict[str, bytes]]) -> int:
    count = 0
    for packed, known in zip(work.packed, columns, strict=True):
        batch = Batch.unpack(packed)
        verdicts = bulk.judge(batch, known)
        score = [None if np.isnan(value) else value for value in verdicts.score.tolist()]
        outcomes, confidence = verdicts.outcomes.T.copy(), verdicts.confidence.T.astype(np.float32)
        rows = [
            {
                "interaction": f"{count}-{name}",
                "score": score[i],
                "band": int(verdicts.band[i]),
                "flags": ",".join(verdicts.flags[i]),
                "outcomes": outcomes[i].tobytes(),
                "confidence": confidence[i].tobytes(),
            }
            for i, name in enumerate(batch.ids)
        ]
        session.execute(insert(Card), rows)
        session.commit()
        count += len(batch)
    return count


def interpreted(work: Work, session: Session) -> int:
    """One dialogue after the other, with reasons and evidence; nothing is written."""
    for dossier in work.dossiers:
        judge(dossier, work.rubric)
    return len(work.dossiers)


def usual(work: Work, session: Session) -> int:
    """One ``re`` a pattern over the text, one ORM object a result, one commit an interaction."""
    for dossier in work.dossiers:
        text = "\n".join(turn.text for turn in dossier.transcript.turns)
        hits = [pattern.search(text) is not None for pattern in work.patterns]
        score = Score(interaction=dossier.interaction.id, score=float(sum(hits)))
        session.add(score)
        session.flush()
        for number, item in enumerate(work.rubric.items):
            mine = hits[number :: len(work.rubric.items)]
            outcome = Outcome.MET if any(mine) else Outcome.NOT_MET
            session.add(Result(score_id=score.id, item=item.id, outcome=outcome, hits=sum(mine)))
        session.commit()
    return len(work.dossiers)


def usual_patterns(rubric: Rubric) -> list[re.Pattern[str]]:
    """The rubric's patterns as ``re`` reads them: more than its cache holds, so they are compiled here once."""
    sources = (
        as_pattern(entry).replace(r"\p{Han}", "一-鿿" if "[\\p{Han}" in entry else "[一-鿿]")
        for entry in entries_of(rubric)
    )
    return [re.compile(source, re.IGNORECASE | re.MULTILINE) for source in sources]


def entries_of(rubric: Rubric) -> list[str]:
    """Every word and pattern that the conditions look for, once."""
    open_: list[Node] = [rung.when for item in rubric.items for rung in item.ladder]
    open_ += [flag.when for flag in rubric.pack.flags]
    seen, found = set(), dict[str, None]()
    while open_:
        node = open_.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        open_ += parts_of(node)
        if isinstance(node, Leaf):
            for name in type(node.operator).model_fields:
                value = getattr(node.operator, name)
                lists = value.values() if isinstance(value, dict) else [value]
                found |= dict.fromkeys(e for v in lists if isinstance(v, tuple) for e in v if isinstance(e, str))
    return list(found)


WAYS: dict[str, Way] = {"usual": usual, "whole": whole, "rules only": rules_only, "interpreter": interpreted}
_work: Work | None = None


def _prepare(rubric_name: str, count: int, batch: int, few: int, seed: int) -> None:
    """Each process makes its own dialogues: they differ, and none is sent."""
    global _work  # noqa: PLW0603 - a process of the pool has one work
    rubric = load_rubric(rubric_name)
    dossiers = dialogues(rubric, count, seed + multiprocessing.current_process()._identity[0])
    cuts = [dossiers[at : at + batch] for at in range(0, count, batch)]
    packed = [Batch.of(cut).pack() for cut in cuts]
    bulk = BulkJudge(rubric)
    columns = [dict(bulk.judge(Batch.unpack(p)).columns) for p in packed]
    _work = Work(rubric, bulk, BulkJudge(changed(rubric)), usual_patterns(rubric), packed, columns, dossiers[:few])


def dialogues(rubric: Rubric, count: int, seed: int) -> list[Dossier]:
    rng = random.Random(seed)  # noqa: S311 - composes dialogues
    language = rubric.languages[0]
    found = []
    for number in range(count):
        dialogue = compose(rng, rng.choice(list(Kind)), language, rng.choice(SKILLS))
        transcript = dialogue.transcript(values_of(rng, language, number))
        told = {"authenticated": rng.random() < 0.5, "queue": f"q{number % 7}"}
        interaction = Interaction(
            id=f"{seed}-{number}", kind=dialogue.kind, source="seeded", content_sha256=f"{number:064x}", metadata=told
        )
        found.append(Dossier(interaction, transcript, measure(transcript, None)))
    return found


def changed(rubric: Rubric) -> Rubric:
    """The rubric with one point more for its first item that has points: no condition is another."""
    text = re.sub(r"\bpoints: (\d+)", lambda m: f"points: {int(m[1]) + 1}", rubric.text, count=1)
    return read_rubric(text, "changed.yaml")


def _run(name: str, folder: str) -> tuple[int, float]:
    """(interactions, CPU seconds) of one process."""
    assert _work is not None
    path = Path(folder) / f"{time.monotonic_ns()}.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    began = time.process_time()
    with Session(engine) as session:
        count = WAYS[name](_work, session)
    spent = time.process_time() - began
    engine.dispose()
    path.unlink()
    return count, spent


@dataclass(frozen=True)
class Timed:
    """Interactions a second: by the clock, and as two cores give it that do nothing else."""

    wall: float
    free: float


def measured(pool: ProcessPoolExecutor, name: str, folder: str) -> Timed:
    began = time.perf_counter()
    done = [future.result() for future in [pool.submit(_run, name, folder) for _ in range(PROCESSES)]]
    count, spent = sum(n for n, _ in done), sum(cpu for _, cpu in done)
    return Timed(count / (time.perf_counter() - began), PROCESSES * count / spent)


def interval(ratios: Sequence[float], rng: random.Random) -> tuple[float, float]:
    """95 % of the medians of 2,000 draws."""
    medians = sorted(statistics.median(rng.choices(ratios, k=len(ratios))) for _ in range(2000))
    return medians[50], medians[-51]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rubric", default="general-zh")
    parser.add_argument("--interactions", type=int, default=8000, help="of each process")
    parser.add_argument("--batch", type=int, default=2000)
    parser.add_argument("--few", type=int, default=100, help="of each process, for what goes one by one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rubric = load_rubric(asked.rubric)
    sample = dialogues(rubric, 2000, asked.seed)
    lines = [turn.text for dossier in sample for turn in dossier.transcript.turns]
    print(
        f"{rubric.id} {rubric.version}: {len(entries_of(rubric))} words and patterns, {len(rubric.items)} items;"
        f" dialogues of {sum(map(len, lines)) / len(sample):.0f} characters in {len(lines) / len(sample):.1f} turns,"
        f" {len({tuple(t.text for t in d.transcript.turns) for d in sample}) / len(sample):.0%} of the dialogues and"
        f" {len(set(lines)) / len(lines):.0%} of the turns distinct"
    )
    spawn = multiprocessing.get_context("spawn")
    prepared = (asked.rubric, asked.interactions, asked.batch, asked.few, asked.seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(PROCESSES, mp_context=spawn, initializer=_prepare, initargs=prepared) as pool,
    ):
        for name in WAYS:
            measured(pool, name, folder)  # compiles what is compiled once a process
        names = list(WAYS)
        rounds: dict[str, list[Timed]] = {name: [] for name in WAYS}
        for _ in range(asked.rounds):
            there = {name: measured(pool, name, folder) for name in names}
            back = {name: measured(pool, name, folder) for name in reversed(names)}
            for name in names:
                a, b = there[name], back[name]
                rounds[name].append(Timed((a.wall + b.wall) / 2, (a.free + b.free) / 2))
    rng = random.Random(0)  # noqa: S311 - bootstrap
    print(f"{'way':<14}{'a second':>10}{'free cores':>12}{'ratio':>9}  95 %")
    for name, times in rounds.items():
        ratios = [mine.free / base.free for mine, base in zip(times, rounds["usual"], strict=True)]
        low, high = interval(ratios, rng)
        wall, free = (statistics.median(getattr(t, kind) for t in times) for kind in ("wall", "free"))
        print(f"{name:<14}{wall:>10,.0f}{free:>12,.0f}{statistics.median(ratios):>9.1f}  {low:.1f} to {high:.1f}")


if __name__ == "__main__":
    main()
