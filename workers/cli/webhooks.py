"""`qa-engine webhooks`: who is told of events, managed on the command line; and a test that sends one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from qa_engine.errors import QAEngineError
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Store
from workers.cli.terminal import err, out
from workers.deliver import send
from workers.net import Outside

app = typer.Typer(help="Webhooks: who is told of events.", no_args_is_help=True)


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where to send events: https://HOST/PATH.")],
    event: Annotated[
        list[str] | None, typer.Option(help="interaction.scored, interaction.failed, alert.raised; default: all.")
    ] = None,
) -> None:
    """Make a webhook; its secret is printed once, on standard output."""
    secret, webhook = _store().create_webhook(SYSTEM, url, event or ())
    err.print(f"webhook {webhook.id} ({', '.join(webhook.events)}); its secret is shown only now:")
    typer.echo(secret)


@app.command("list")
def list_webhooks() -> None:
    """All webhooks, without their secrets."""
    table = Table("id", "url", "events", "created", "disabled")
    for webhook in _store().webhooks(SYSTEM):
        created = webhook.created_at.strftime("%Y-%m-%d %H:%M")
        table.add_row(webhook.id, webhook.url, " ".join(webhook.events), created, webhook.disabled_why or "")
    out.print(table)


@app.command("remove")
def remove(webhook: Annotated[str, typer.Argument(help="Id of the webhook.")]) -> None:
    """Remove a webhook with its deliveries; what was on its way is not sent any more."""
    _store().delete_webhook(SYSTEM, webhook)
    err.print("removed")


@app.command("test")
def test(webhook: Annotated[str, typer.Argument(help="Id of the webhook.")]) -> None:
    """Send one signed event of type `test` now, from this machine, and tell what came back."""
    store = _store()
    letter = store.trial(SYSTEM, webhook)
    made, _ = send(letter, Outside.of(store.settings))
    if made.error is not None:
        raise QAEngineError(made.error, where=letter.url, mend="see docs/webhooks.md")
    err.print(f"{letter.url} answered {made.status}")


def _store() -> Store:
    return Store.open(get_settings())
