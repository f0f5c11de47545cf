"""`qa-engine ingest PATH...`: files and folders go into the store, to be worked on; again is harmless."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Column, Table

from qa_engine.errors import QAEngineError
from qa_engine.ingest.described import parse_meta
from qa_engine.ingest.files import gather
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, InteractionRow, State, Store
from workers.cli.terminal import complain, err, files_bar, out
from workers.intake import Intake

POLL_S = 0.5
SHOWN, LOOKED_AT = 20, 200


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, chat exports or folders of them.")],
    meta: Annotated[list[str] | None, typer.Option("--meta", help="Metadata k=v of all; may be repeated.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the work is done, and show it.")] = False,
    archive: Annotated[bool, typer.Option("--archive", help="Let everything else go first.")] = False,
) -> None:
    """Take calls and chats in. NAME.json beside a recording tells its metadata. `serve` or `work` does the rest."""
    sources = list(gather(paths))
    store = Store.open(get_settings())
    intake = Intake(store, parse_meta(meta or []), priority=-1 if archive else 0)
    taken: list[InteractionRow] = []
    counted: Counter[str] = Counter()
    with files_bar(len(sources)) as (bar, _):
        for source in sources:
            bar.update(bar.task_ids[0], description=source.path.name)
            for result in intake.take(source):
                if isinstance(result, QAEngineError):
                    counted["bad"] += 1
                    complain(result)
                else:
                    counted["known" if result.duplicate else "new"] += 1
                    taken.append(result.interaction)
            bar.advance(bar.task_ids[0])
    err.print(f"{counted['new']} taken in, {counted['known']} known before, {counted['bad']} set aside")
    failed = _watch(store, [row.id for row in taken]) if wait else 0
    if counted["bad"] or failed:
        raise typer.Exit(1)


def _watch(store: Store, ids: list[str]) -> int:
    """Shows the work until all has ended; returns how many did not end well."""
    rows: dict[str, InteractionRow] = {}
    with Live(console=err, transient=True, refresh_per_second=4) as live:
        while True:
            open_ones = [wanted for wanted in ids if wanted not in rows or rows[wanted].state.is_open]
            for wanted in open_ones[:LOOKED_AT]:
                rows[wanted] = store.interaction(SYSTEM, wanted)
            live.update(_progress(list(rows.values()), len(ids)))
            if not open_ones:
                break
            time.sleep(POLL_S)
    table = Table(Column("interaction", no_wrap=True), "source", "score", "band", "fatal", "flags", "state")
    for row in rows.values():
        score = "" if row.score is None else f"{row.score:.0f}"
        why = row.job.error.message if row.job and row.job.error and row.state != State.DONE else ""
        fields = (row.id, row.interaction.source, score, row.band or "", " ".join(row.fatal), " ".join(row.flags))
        table.add_row(*fields, f"{row.state} {why}".strip())
    out.print(table)
    return sum(row.state != State.DONE for row in rows.values())


def _progress(rows: list[InteractionRow], total: int) -> Table:
    ended = sum(not row.state.is_open for row in rows)
    table = Table("source", "state", "stage", "done", title=f"{ended} of {total}")
    for row in [row for row in rows if row.state.is_open][:SHOWN]:
        job = row.job
        stage = f"{job.stage}: {job.step or ''}" if job else ""
        table.add_row(row.interaction.source, row.state, stage, f"{job.fraction:.0%}" if job else "")
    return table
