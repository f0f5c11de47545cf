"""`qa-engine backup` and `qa-engine restore`: a copy of everything, taken while work goes on, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.settings import get_settings
from qa_engine.storage.backup import Manifest, back_up
from qa_engine.storage.restore import restore as put_back
from workers.cli.terminal import err

MB = 1e6
Folder = Annotated[Path, typer.Argument(help="The folder of the backups; it keeps each recording once.")]


def backup(
    folder: Folder,
    *,
    blobs: Annotated[
        bool | None,
        typer.Option("--blobs/--no-blobs", help="Copy recordings; default: those of a folder, not of an object store."),
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Read all of it again, earlier recordings too.")] = False,
) -> None:
    """Copy everything while work goes on; print the new backup's folder. Ends with 1 when recordings are lost."""
    moment = back_up(get_settings(), folder, blobs=blobs, verify=verify)
    _tell(moment.manifest)
    if moment.manifest.recordings is None:
        err.print("recordings: not copied; they are in the object store, whose own versioning must keep them")
    else:
        size = moment.manifest.recordings_bytes / MB
        err.print(f"recordings: {moment.manifest.recordings} ({size:.1f} MB), {moment.copied} of them copied now")
    typer.echo(moment.folder)
    _told_lost(moment.manifest.lost, "the blob store itself has them no longer, or not as they were")


def restore(
    folder: Folder,
    *,
    at: Annotated[str | None, typer.Option(help="Name of the backup; default: the newest.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Put it in the place of what the database holds.")] = False,
) -> None:
    """Put a backup back; stop everything first. Ends with 1 when recordings could not be put back."""
    done = put_back(get_settings(), folder, name=at, force=force)
    _tell(done.moment.manifest)
    if done.moment.manifest.recordings is None:
        err.print("recordings: not in this backup; see that the object store has them")
    else:
        err.print(f"recordings: {done.recordings} are there, each byte checked")
    err.print(f"{done.rested} jobs were at work at that moment and wait again; everyone logs in again")
    typer.echo(done.moment.folder)
    _told_lost(done.lost, "the backup has them no longer, or not as they were")


def _tell(manifest: Manifest) -> None:
    rows = ", ".join(f"{manifest.rows.get(name, 0)} {name}" for name in ("interactions", "scorecards", "jobs", "users"))
    err.print(f"taken at {manifest.taken_at} by {manifest.engine}, tables {manifest.tables}: {rows}")
    err.print(f"database: {manifest.file} ({manifest.file_bytes / MB:.1f} MB)")


def _told_lost(lost: Sequence[str], why: str) -> None:
    if lost:
        err.print(f"[bold red]lost[/] {len(lost)} recordings: {why}")
        for name in lost[:20]:
            err.print(f"  {name}")
        raise typer.Exit(1)
