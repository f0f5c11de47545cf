"""`qa-engine evaluate`: how good the engine is, measured on labelled data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from qa_engine.evaluation import asr as asr_evaluation
from qa_engine.settings import get_settings
from workers.cli.terminal import files_bar, out
from workers.inspection import Inspector

app = typer.Typer(help="Measure recognition and judgement on labelled data.", no_args_is_help=True)

WORST = 10


@app.callback()
def group() -> None:
    """Keep `asr` a command of its own while it is the only one."""


@app.command()
def asr(
    manifest: Annotated[Path, typer.Option(help="JSON lines with file (relative to the manifest) and text.")],
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Character error rate of recognition: substitutions, deletions, insertions and real-time factor."""
    inspector = Inspector.of(get_settings())
    with files_bar(0) as (bar, _hook):
        report = asr_evaluation.evaluate(
            manifest, inspector.transcribe, told=lambda done, of: bar.update(bar.task_ids[0], completed=done, total=of)
        )
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        out.print(_table(report))
    if not report.scores:
        raise typer.Exit(1)


def _table(report: asr_evaluation.Report) -> Table:
    figures = report.as_json()
    table = Table(title=f"CER {report.cer:.2%}" if report.cer is not None else "nothing measured", title_justify="left")
    for name in ("file", "chars", "sub", "del", "ins", "reference", "heard"):
        table.add_column(name, overflow="fold")
    for score in sorted(report.scores, key=lambda s: -s.errors)[:WORST]:
        counts = (score.reference_chars, score.substitutions, score.deletions, score.insertions)
        table.add_row(Path(score.file).name, *(str(n) for n in counts), score.reference, score.heard)
    table.caption = (
        f"{figures['files']} files, {figures['reference_chars']} characters: {figures['substitutions']} substituted, "
        f"{figures['deletions']} deleted, {figures['insertions']} inserted; rtf {figures['rtf']}; "
        f"{len(report.skipped)} lines skipped. Shown: the {WORST} worst."
    )
    return table
