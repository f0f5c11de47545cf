"""`qa-engine ingest PLACE...`: files from anywhere go into the store, to be worked on; again is harmless."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress as Bar

from qa_engine.errors import BadInput, QAEngineError
from qa_engine.ingest import Limits
from qa_engine.ingest.described import parse_meta
from qa_engine.ingest.naming import NamePattern
from qa_engine.ingest.places import Found, sources
from qa_engine.settings import get_settings
from qa_engine.storage import Store
from workers.cli.terminal import complain, err, files_bar
from workers.cli.waiting import wait_for
from workers.intake import Batch, Intake
from workers.report import Progress, Report


def ingest(
    places: Annotated[
        list[str],
        typer.Argument(help="Recordings, chat exports, manifests (CSV, XLSX), folders, or URLs such as s3://BUCKET/."),
    ],
    *,
    meta: Annotated[list[str] | None, typer.Option("--meta", help="Metadata k=v of all; may be repeated.")] = None,
    pattern: Annotated[
        str, typer.Option(help="What recordings' names tell: {started_at:%Y%m%d-%H%M%S}_{agent}_{customer_ref}")
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="Write every failure here (JSON lines); again, go on from there.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the work is done, and show it.")] = False,
    archive: Annotated[bool, typer.Option("--archive", help="Let everything else go first.")] = False,
) -> None:
    """Take calls and chats in. NAME.json beside a recording tells its metadata. `serve` or `work` does the rest."""
    told, named = parse_meta(meta or []), NamePattern.of(pattern) if pattern else None
    settings = get_settings()
    found = list(sources(places, Limits.of(settings).zone))
    intake = Intake(Store.open(settings), told, priority=-1 if archive else 0, pattern=named, tell=_waits)
    run = Run(intake, Report(report) if report else None, ids=[] if wait else None)
    try:
        with files_bar(len(found)) as (bar, _):
            for one in found:
                run.take(one, bar)
    finally:
        err.print(run.summary, highlight=False)
    failed = wait_for(intake.store, run.ids) if run.ids else 0
    if run.counted["bad"] or failed:
        raise typer.Exit(1)


@dataclass
class Run:
    """One run over everything found. ``ids`` collects what was taken, where someone wants to know."""

    intake: Intake
    report: Report | None
    ids: list[str] | None = None
    counted: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def take(self, found: Found | QAEngineError, bar: Bar) -> None:
        if not isinstance(found, QAEngineError):
            self._source(found, bar)
        else:
            self._failed(found)
            if self.report:
                self.report.failed(found)
        bar.advance(bar.task_ids[0])

    def _source(self, found: Found, bar: Bar) -> None:
        progress = self.report.begin(found.where, _state(found)) if self.report else Progress()
        if progress.is_in:
            self.counted["skipped"] += 1
            return
        before = Counter(self.counted)
        bar.update(bar.task_ids[0], description=found.where.rpartition("/")[2], stage="")
        for batch in self.intake.batches(found, progress.wants):
            self._count(batch)
            if self.report:
                self.report.batch(found.where, batch)
            bar.update(bar.task_ids[0], stage=self._stage(batch))
        if self.report:
            self.report.done(found.where, self.counted - before)

    def _count(self, batch: Batch) -> None:
        for _, result in batch.results:
            if isinstance(result, QAEngineError):
                self._failed(result)
                continue
            self.counted["known" if result.duplicate else "new"] += 1
            if self.ids is not None:
                self.ids.append(result.interaction.id)

    def _failed(self, error: QAEngineError) -> None:
        self.counted["bad"] += 1
        complain(error)

    def _stage(self, batch: Batch) -> str:
        taken = self.counted["new"] + self.counted["known"]
        rate = taken / max(0.001, time.monotonic() - self.began)
        part = f"{batch.fraction:.0%} of the file, " if batch.fraction < 1 else ""
        return f"{part}{taken:,} in, {rate:,.0f} a second"

    @property
    def summary(self) -> str:
        counted = self.counted
        told = f"{counted['new']} taken in, {counted['known']} known before, {counted['bad']} set aside"
        if self.report is None:
            return told
        skipped = f"; {counted['skipped']} files skipped, in by the report" if counted["skipped"] else ""
        return f"{told}{skipped}\nreport: {self.report.path}"


def _waits(error: QAEngineError) -> None:
    err.print(f"waiting: {error}", highlight=False, markup=False)


def _state(found: Found) -> tuple[int, str]:
    """A file that cannot even be looked at is tried again each time."""
    try:
        return found.state()
    except BadInput:
        return -1, ""
