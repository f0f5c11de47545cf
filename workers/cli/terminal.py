"""How the command line speaks: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from qa_engine.errors import QAEngineError
from qa_engine.ports import Progress as Hook

PIPED_COLUMNS = 120
"""Width of tables in files and logs; terminals tell their own."""


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, width=None if stream.isatty() else PIPED_COLUMNS)


out = _console(sys.stdout)
err = _console(sys.stderr)


def score_text(score: float | None) -> str:
    """To one decimal, as the console shows it: rounded further, a score could seem to be of another band."""
    return "—" if score is None else f"{round(score, 1):g}"


def complain(error: QAEngineError) -> None:
    """One error: what, where, and the mend."""
    err.print(Text.assemble(("error", "bold red"), " ", str(error)), soft_wrap=True)


def show_card(page: str, card: Path | None, version: str, folder: Path) -> None:
    """Tell a trained model's card for people, keep it at ``card`` too, and say where the model lies."""
    if card is not None:
        card.write_text(page, encoding="utf-8")
    out.print(page, markup=False)
    out.print(f"{version} -> {folder}", markup=False)


@contextmanager
def files_bar(total: int) -> Iterator[tuple[Progress, Hook]]:
    """A bar over files with the present file's stage; yields the bar and the hook that stages report to."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[stage]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("inspecting", total=total, stage="")

        def hook(stage: str, fraction: float) -> None:
            bar.update(task, stage=f"{stage} {fraction:4.0%}")

        yield bar, hook
