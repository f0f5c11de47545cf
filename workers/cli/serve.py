"""`qa-engine serve`: API, console, workers and an embedded Redis in one supervised command."""

from __future__ import annotations

import secrets
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Annotated, Literal

import typer

from qa_engine.domain import UserRole
from qa_engine.errors import BadSetting
from qa_engine.settings import Settings, get_settings
from qa_engine.storage import SYSTEM, Store
from workers import household
from workers.cli.terminal import err
from workers.logs import configure

ADMIN = "admin"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: the setting.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default: the setting.")] = None,
    only: Annotated[
        Literal["all", "api"], typer.Option(help="`api` leaves workers and Redis to other processes.")
    ] = "all",
) -> None:
    """Serve the API and the console, and work on what comes in. Ctrl-C stops it all."""
    told = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = get_settings().model_copy(update=told)
    configure(settings, "serve")
    _port_is_free(settings)
    store = Store.open(settings)
    password = first_admin(store)
    store.close()
    specs = household.everything(settings) if only == "all" else [household.api(settings)]
    household.supervise(specs, settings).run(_announce(settings, password))


def first_admin(store: Store) -> str | None:
    """The password of the administrator just made; None when there are users already."""
    if store.users(SYSTEM):
        return None
    password = secrets.token_urlsafe(12)
    store.create_user(SYSTEM, ADMIN, password, UserRole.ADMIN)
    return password


def _port_is_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise BadSetting(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}",
                where="QA_ENGINE_PORT",
                mend="choose another with --port",
            ) from None


def _announce(settings: Settings, password: str | None) -> Callable[[], None]:
    """Looks now and then whether the API answers; says so once."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    url, told, due = f"http://{host}:{settings.port}", False, 0.0

    def look() -> None:
        nonlocal told, due
        if told or time.monotonic() < due:
            return
        due = time.monotonic() + 0.5
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310 - our own loopback address
                told = True
        except (urllib.error.URLError, OSError):
            return
        err.print(f"\n[bold]QA Engine[/] is at [bold]{url}[/]  (Ctrl-C stops it)")
        if password:
            err.print(f"First user: name [bold]{ADMIN}[/], password [bold]{password}[/]  (shown only now)")
            err.print("Change it with: qa-engine users passwd admin\n")

    return look
