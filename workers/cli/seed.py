"""`qa-engine seed`: an archive of synthetic interactions, for measuring lists and search at size."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Store
from workers.cli.terminal import err
from workers.seeding import Plan
from workers.seeding import seed as fill


def seed(
    interactions: Annotated[int, typer.Option(min=1, help="How many there shall be.")],
    days: Annotated[int, typer.Option(min=1, help="Over how many days until now they came.")] = 90,
    agents: Annotated[int, typer.Option(min=1, help="How many agents had them.")] = 200,
    tenant: Annotated[str, typer.Option(help="Whose they are; the console shows the default one.")] = SYSTEM.tenant,
    seed: Annotated[int, typer.Option(help="Another number makes other interactions.")] = 1,
) -> None:
    """Fill the database with synthetic dialogues and their real scorecards. Killed and run again, it goes on."""
    store = Store.open(get_settings())
    plan = Plan(interactions, days, agents, tenant, seed, datetime.now(UTC).date())
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("looking", total=interactions, rate="")

        def hook(doing: str, kept: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, description=doing, completed=kept, rate=f"{speed:.0f}/s" if speed else "")

        fill(store, plan, max(1, os.cpu_count() or 1), hook)
    store.close()
    err.print(f"{interactions} interactions of seed {seed} are in tenant {tenant}")
