"""`qa-engine models`: which weights are used, where they lie, and whether they are the pinned ones."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from models import weights
from qa_engine.settings import get_settings
from workers.cli.terminal import out

app = typer.Typer(help="List and verify model weights.", no_args_is_help=True)

MB = 1e6


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """The models of the default installation: stage, licence, size, place and state."""
    _show([row.as_json() for row in weights.listing(get_settings().home)], as_json)


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """Read every weight file and compare its SHA-256 with the pinned one; ends with 1 when one differs."""
    rows = [row.as_json() for row in weights.verify(get_settings().home)]
    _show(rows, as_json)
    if any(row["state"] != "verified" for row in rows):
        raise typer.Exit(1)


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(box=None)
    for name in ("name", "stage", "licence", "MB", "sha256", "state", "where"):
        table.add_column(name, overflow="fold")
    for row in rows:
        size, digest = f"{row['size'] / MB:.0f}", str(row["sha256"])[:12]
        state = f"{row['state']} {row['detail']}".strip()
        table.add_row(row["name"], row["stage"], row["licence"], size, digest, state, str(row["where"]))
    out.print(table)
