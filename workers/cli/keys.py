"""`qa-engine keys` and `qa-engine users`: who may come in, managed on the command line."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from qa_engine.domain import UserRole
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.clock import now
from workers.cli.terminal import err, out

keys = typer.Typer(help="API keys.", no_args_is_help=True)
users = typer.Typer(help="People of the console.", no_args_is_help=True)

Team = Annotated[str | None, typer.Option(help="What a supervisor sees.")]
Agent = Annotated[str | None, typer.Option(help="Whose interactions an agent sees.")]
Vendor = Annotated[str | None, typer.Option(help="What a vendor manager sees.")]


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")] = "key",
    *,
    role: Annotated[UserRole, typer.Option(help="What its holder may see.")] = UserRole.SERVICE,
    scope: Annotated[list[str] | None, typer.Option(help="read, write, admin; may be repeated.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Valid for so many days; default: until revoked.")] = None,
    team: Team = None,
    agent: Agent = None,
    vendor: Vendor = None,
) -> None:
    """Make a key; it is printed once, on standard output."""
    plaintext, key = _store().create_key(
        SYSTEM,
        name,
        role,
        scopes=frozenset(scope) if scope else None,
        team=team,
        agent=agent,
        vendor=vendor,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    err.print(f"key {key.id} ({key.role}, {', '.join(sorted(key.scopes))}); it is shown only now:")
    typer.echo(plaintext)


@keys.command("list")
def list_keys() -> None:
    """All keys, without their secrets."""
    table = Table("id", "prefix", "name", "role", "scopes", "created", "expires", "revoked", "last used")
    for key in _store().keys(SYSTEM):
        moments = (key.created_at, key.expires_at, key.revoked_at, key.last_used_at)
        told = (moment.strftime("%Y-%m-%d %H:%M") if moment else "" for moment in moments)
        table.add_row(key.id, key.prefix, key.name, key.role, " ".join(sorted(key.scopes)), *told)
    out.print(table)


@keys.command("revoke")
def revoke_key(key: Annotated[str, typer.Argument(help="Id or prefix of the key.")]) -> None:
    """End a key's life at once."""
    _store().revoke_key(SYSTEM, key)
    err.print("revoked")


@users.command("create")
def create_user(
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    *,
    role: Annotated[UserRole, typer.Option(help="What the user may see and do.")] = UserRole.QA_LEAD,
    password: Annotated[str | None, typer.Option(help="Default: a random one, printed once.")] = None,
    team: Team = None,
    agent: Agent = None,
    vendor: Vendor = None,
    language: Annotated[str | None, typer.Option(help="zh or en.")] = None,
) -> None:
    """Make a user of the console."""
    chosen = password or secrets.token_urlsafe(12)
    user = _store().create_user(SYSTEM, name, chosen, role, team=team, agent=agent, vendor=vendor, language=language)
    err.print(f"user {user.name} ({user.role})")
    if password is None:
        typer.echo(chosen)


@users.command("passwd")
def set_password(
    name: Annotated[str, typer.Argument(help="Whose password.")],
    password: Annotated[str | None, typer.Option(help="Default: a random one, printed once.")] = None,
) -> None:
    """Set a new password and end the user's sessions."""
    chosen = password or secrets.token_urlsafe(12)
    _store().set_password(SYSTEM, name, chosen)
    err.print("set")
    if password is None:
        typer.echo(chosen)


@users.command("list")
def list_users() -> None:
    """All users."""
    table = Table("name", "role", "team", "agent", "vendor", "language", "created")
    for user in _store().users(SYSTEM):
        created = user.created_at.strftime("%Y-%m-%d %H:%M")
        whose = (user.team or "", user.agent or "", user.vendor or "", user.language or "")
        table.add_row(user.name, user.role, *whose, created)
    out.print(table)


def _store() -> Store:
    return Store.open(get_settings())
