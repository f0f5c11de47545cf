"""`qa-engine alerts`: what raises alerts, by which ways they leave, and what is open now, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from qa_engine.alerts import AlertState, Grade
from qa_engine.alerts.reading import read_strategies
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.alert_channels import DUTY, ChannelKind, NewChannel
from qa_engine.storage.alerts import AlertFilter
from workers.alerting import send
from workers.cli.terminal import err, out
from workers.net import Outside

app = typer.Typer(help="Alerts: what raises them, and by which ways they reach people.", no_args_is_help=True)
channels = typer.Typer(help="Channels: group robots and e-mail.", no_args_is_help=True)
app.add_typer(channels, name="channels")


@app.command("list")
def list_alerts(
    state: Annotated[AlertState | None, typer.Option(help="Only those of this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
) -> None:
    """The latest alerts that are not resolved, or those of a state."""
    wanted = AlertFilter(state=state) if state else AlertFilter(unresolved=True)
    table = Table("id", "grade", "alert", "about", "raised", "state", "acknowledge by")
    for alert in _store().alerts(SYSTEM, wanted, limit=limit).rows:
        raised, due = (f"{at:%Y-%m-%d %H:%M}" for at in (alert.raised_at, alert.acknowledge_by))
        table.add_row(alert.id, alert.grade, alert.title.zh, alert.subject, raised, alert.state, due)
    out.print(table)


@app.command("strategies")
def strategies(
    file: Annotated[Path | None, typer.Argument(help="A document of strategies to check, or to use.")] = None,
    use: Annotated[bool, typer.Option("--use", help="From now on these raise alerts.")] = False,
) -> None:
    """Print the strategies in use; with a file, check it, and with --use let it decide from now on."""
    if file is None:
        typer.echo(_store().alert_strategies(SYSTEM).text, nl=False)
        return
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", where=str(file)) from None
    read = _store().keep_strategies(SYSTEM, text, file.name) if use else read_strategies(text, file.name)
    err.print(f"{len(read.enabled)} strategies {'in use' if use else 'are sound'} ({read.sha256[:12]})")


@app.command("test")
def test(channel: Annotated[str, typer.Argument(help="Id of the channel.")]) -> None:
    """Send a trial message from this machine now, and tell what came of it."""
    store = _store()
    answer = send(store.trial_envelope(SYSTEM, channel), store.settings, Outside.of(store.settings))
    if answer.error is not None:
        raise QAEngineError(answer.error, where=channel, mend="see docs/alerts.md")
    err.print("sent")


@channels.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    kind: Annotated[ChannelKind, typer.Argument(help="wecom, feishu, dingtalk or email.")],
    address: Annotated[str, typer.Argument(help="URL of the robot, or mailboxes joined by commas.")],
    *,
    secret: Annotated[str | None, typer.Option(help="Secret of a robot that signs: feishu, dingtalk.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Groups that it reaches; default: duty.")] = None,
    least: Annotated[Grade, typer.Option(help="Only alerts of this grade and graver.")] = Grade.GENERAL,
    team: Annotated[str | None, typer.Option(help="Only alerts of this team.")] = None,
    english: Annotated[bool, typer.Option("--english", help="In English instead of Chinese.")] = False,
    quotes: Annotated[bool, typer.Option("--quotes", help="Words of the conversation go with it.")] = False,
) -> None:
    """Make a channel; try it out with `qa-engine alerts test`."""
    made = NewChannel(
        name=name, kind=kind, address=address, secret=secret, groups=tuple(group or [DUTY]), least=least, team=team,
        language="en" if english else "zh", quotes=quotes,
    )  # fmt: skip
    typer.echo(_store().create_channel(SYSTEM, made).id)


@channels.command("list")
def list_channels() -> None:
    """All channels with their state, without their secrets."""
    table = Table("id", "name", "kind", "address", "groups", "from", "team", "last sent", "state")
    for one in _store().channels(SYSTEM):
        state = one.disabled_why or (f"{one.tries} in vain: {one.error}" if one.tries else "ready")
        sent = f"{one.sent_at:%Y-%m-%d %H:%M}" if one.sent_at else ""
        who = (" ".join(one.groups), one.least, one.team or "")
        table.add_row(one.id, one.name, one.kind, one.address, *who, sent, state)
    out.print(table)


@channels.command("remove")
def remove(channel: Annotated[str, typer.Argument(help="Id of the channel.")]) -> None:
    """Remove a channel; what was to be sent from it is not sent any more."""
    _store().delete_channel(SYSTEM, channel)
    err.print("removed")


@channels.command("enable")
def enable(channel: Annotated[str, typer.Argument(help="Id of the channel.")]) -> None:
    """Send from it again, after it was disabled."""
    _store().enable_channel(SYSTEM, channel)
    err.print("enabled")


def _store() -> Store:
    return Store.open(get_settings())
