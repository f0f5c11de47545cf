"""`qa-engine models`: which weights are used, where they lie, and whether they are the pinned ones."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from models import weights
from qa_engine.settings import get_settings
from workers.cli.terminal import out

app = typer.Typer(help="List and verify model weights.", no_args_is_help=True)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """The models of the default installation: stage, licence, size, place and state."""
    _show(weights.listing(get_settings()), as_json)


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """Read every weight file and compare its SHA-256 with the pinned one; ends with 1 when one differs."""
    rows = weights.verify(get_settings())
    _show(rows, as_json)
    if any(row["state"] != "verified" for row in rows):
        raise typer.Exit(1)


def _show(rows: list[dict[str, object]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(box=None)
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    out.print(table)
