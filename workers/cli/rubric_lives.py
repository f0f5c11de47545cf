"""How rubrics come into this installation on the command line, and along their lives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.domain import Life
from qa_engine.errors import NotFound
from qa_engine.rubric.library import list_packs, load_rubric, names_of, text_of_file, with_version
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.rubric_rows import RubricChange, RubricVersion
from workers.cli.terminal import err

Which = Annotated[str, typer.Argument(help="Version id, ID@VERSION, or SHA-256 (see `qa-engine rubric list`).")]
Why = Annotated[str, typer.Option("--why", help="Why, for those who read its history.")]


def import_(file: Annotated[Path, typer.Argument(help="A YAML file.")], why: Why = "imported from a file") -> None:
    """Bring a file in as a draft; a draft of the same id and version takes its text."""
    store, text = _store(), text_of_file(file)
    named = names_of(text, str(file))
    drafts = (v for v in store.rubric_versions(SYSTEM) if v.state is Life.DRAFT and (v.rubric_id, v.version) == named)
    before = next(drafts, None)
    if before is None:
        _say(store.draft_rubric(SYSTEM, text, why))
    else:
        _say(store.redraft_rubric(SYSTEM, before.id, text, before.sha256))


def draft(
    source: Annotated[str, typer.Argument(help="A pack, or a version that is kept here.")],
    version: Annotated[str, typer.Option("--version", help="The version of the new draft.")],
    why: Why = "begun on the command line",
) -> None:
    """Begin a draft from what is there, under a new version."""
    store = _store()
    text = (
        load_rubric(source).text if source in list_packs() else store.rubric_text(SYSTEM, find(store, source).id).yaml
    )
    _say(store.draft_rubric(SYSTEM, with_version(text, version), why))


def trial(version: Which, why: Why) -> None:
    """Freeze the text of a draft, so that it can be tried; errors refuse it."""
    _move(version, Life.TRIAL, why)


def activate(version: Which, why: Why) -> None:
    """Let it decide live work in its languages; what did so until now retires."""
    _move(version, Life.ACTIVE, why)


def retire(version: Which, why: Why) -> None:
    """Take it out of work; the installation's own rubric decides again."""
    _move(version, Life.RETIRED, why)


COMMANDS: dict[str, Callable[..., None]] = {
    "import": import_, "draft": draft, "trial": trial, "activate": activate, "retire": retire,
}  # fmt: skip


def find(store: Store, name: str) -> RubricVersion:
    """Raises NotFound."""
    for one in store.rubric_versions(SYSTEM):
        if name in (one.id, one.sha256, f"{one.rubric_id}@{one.version}"):
            return one
    raise NotFound("no such version of a rubric is kept here", where=name, mend="see `qa-engine rubric list`")


def history(store: Store, name: str) -> Sequence[RubricChange]:
    """Nothing for what has no life here."""
    try:
        return store.rubric_history(SYSTEM, find(store, name).id)
    except NotFound:
        return ()


def _move(name: str, to: Life, why: str) -> None:
    store = _store()
    _say(store.move_rubric(SYSTEM, find(store, name).id, to, why))


def _say(version: RubricVersion) -> None:
    decides = f", decides {' '.join(version.languages)}" if version.languages else ""
    err.print(f"{version.rubric_id} {version.version}: {version.state}{decides}")
    typer.echo(version.id)


def _store() -> Store:
    return Store.open(get_settings())
