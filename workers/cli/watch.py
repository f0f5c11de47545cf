"""`qa-engine watch FOLDER`: what comes to a folder goes into the store, until told to stop."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.ingest.described import parse_meta
from qa_engine.ingest.naming import NamePattern
from qa_engine.settings import get_settings
from qa_engine.storage import Store
from workers import watch as watching
from workers.aside import Aside
from workers.cli.terminal import err
from workers.intake import Intake
from workers.logs import configure


def watch(
    folder: Annotated[Path, typer.Argument(help="Where recordings, their sidecars and chats come to.")],
    *,
    meta: Annotated[list[str] | None, typer.Option("--meta", help="Metadata k=v of all; may be repeated.")] = None,
    pattern: Annotated[
        str, typer.Option(help="What recordings' names tell: {started_at:%Y%m%d-%H%M%S}_{agent}_{customer_ref}")
    ] = "",
    archive: Annotated[bool, typer.Option("--archive", help="Let everything else go first.")] = False,
) -> None:
    """Take in what comes to a folder; files move to its done/ or rejected/. `serve` or `work` does the rest."""
    settings, told = get_settings(), parse_meta(meta or [])
    named = NamePattern.of(pattern or settings.watch_pattern) if pattern or settings.watch_pattern else None
    configure(settings, "watch")
    Aside(folder).prepare()
    Store.open(settings).close()
    err.print(f"watching {folder} every {settings.watch_s:g} s (Ctrl-C stops it)", highlight=False)
    priority = -1 if archive else 0
    intake = partial(Intake, told=told, priority=priority, pattern=named)
    watching.run(folder, settings, watching.told_to_stop(), intake)
