"""`qa-engine rubric`: what the rubrics hold, and whether a pack may be used."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from models.toolbox import build_tools
from qa_engine.checkers.base import Instruments
from qa_engine.rubric import lint, list_packs, load_rubric
from qa_engine.scoring import rehearse
from qa_engine.settings import get_settings
from workers.cli.terminal import err, out

app = typer.Typer(help="List and check rubrics.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """The packs that come with the product."""
    for name in list_packs():
        pack = load_rubric(name)
        out.print(f"{pack.id} {pack.version}  {len(pack.items)} items  sha256 {pack.sha256[:12]}")


@app.command()
def check(
    rubric: Annotated[str, typer.Argument(help="Name of a pack or a YAML file.")],
) -> None:
    """Read a rubric, lint it and run the dialogues inside it; ends with 1 when something must be mended."""
    pack = load_rubric(rubric)
    findings = [*lint(pack), *rehearse(pack, Instruments(build_tools(get_settings()).embedder))]
    table = Table(box=None, show_header=False)
    for finding in findings:
        table.add_row(finding.level, finding.where, finding.message, finding.mend or "")
    out.print(table)
    errors = sum(finding.level == "error" for finding in findings)
    err.print(f"{pack.id} {pack.version}: {len(pack.items)} items, {errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise typer.Exit(1)
