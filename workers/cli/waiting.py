"""Shows the work on interactions until all of it has ended."""

from __future__ import annotations

import time

from rich.live import Live
from rich.table import Column, Table

from qa_engine.storage import SYSTEM, InteractionRow, State, Store
from workers.cli.terminal import err, out, score_text

POLL_S = 0.5
SHOWN, LOOKED_AT = 20, 200


def wait_for(store: Store, ids: list[str]) -> int:
    """Returns how many did not end well."""
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
        score = score_text(row.score)
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
