"""Puts the command line `qa-engine` together; every error a person can meet ends in one clear line."""

from __future__ import annotations

import sys

import typer

from qa_engine import __version__
from qa_engine.errors import QAEngineError
from workers.cli import (
    alerts,
    backup,
    demo,
    evaluate,
    ingest,
    inspect,
    keys,
    models,
    rescore,
    rubric,
    seed,
    serve,
    train,
    watch,
    webhooks,
    work,
)
from workers.cli.terminal import complain

app = typer.Typer(
    name="qa-engine",
    help="QA Engine: inspects every call and every chat, and shows the evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("work")(work.work)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("ingest")(ingest.ingest)
app.command("watch")(watch.watch)
app.command("inspect")(inspect.inspect)
app.command("seed")(seed.seed)
app.add_typer(rescore.app, name="rescore")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(train.app, name="train")
app.add_typer(keys.keys, name="keys")
app.add_typer(keys.users, name="users")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(alerts.app, name="alerts")
app.add_typer(rubric.app, name="rubric")
app.add_typer(models.app, name="models")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Entry point: known errors are told in one line and end with status 2."""
    try:
        app()
    except QAEngineError as error:
        complain(error)
        sys.exit(2)
