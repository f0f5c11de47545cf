"""`qa-engine rubric`: what the rubrics hold, whether one may be used, and what tells two apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from models.toolbox import build_tools
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier
from qa_engine.errors import BadRubric, NotFound
from qa_engine.rubric import Finding, Rubric, json_schema, list_packs, load_rubric, read_rubric
from qa_engine.rubric.compare import Comparison, compare
from qa_engine.scoring.archive_lint import archive_lint
from qa_engine.scoring.examine import examine
from qa_engine.settings import get_settings
from qa_engine.signals import measure
from qa_engine.storage import SYSTEM, InteractionFilter, Store
from workers.cli import rubric_lives
from workers.cli.terminal import err, out

app = typer.Typer(help="Read, check, compare and put rubrics in charge.", no_args_is_help=True)
for name, command in rubric_lives.COMMANDS.items():
    app.command(name)(command)

PAGE = 100
Which = Annotated[
    str, typer.Argument(help="A pack, a YAML file, or what is kept: version id, ID@VERSION, SHA-256, or id.")
]


@app.command("list")
def list_() -> None:
    """The packs that come with the product, and the versions of this installation with their lives."""
    table = Table("id", "version", "state", "decides", "since", "by", "sha256", "version id", box=None)
    for name in list_packs():
        pack = load_rubric(name)
        table.add_row(pack.id, pack.version, "pack", "", "", "", pack.sha256[:12], "")
    for one in Store.open(get_settings()).rubric_versions(SYSTEM):
        since = one.changed_at.strftime("%Y-%m-%d %H:%M")
        told = (one.rubric_id, one.version, one.state, " ".join(one.languages), since, one.changed_by)
        table.add_row(*told, one.sha256[:12], one.id)
    out.print(table)


@app.command()
def show(rubric: Which, as_yaml: Annotated[bool, typer.Option("--yaml", help="The text alone.")] = False) -> None:
    """One rubric: its items with their points, and how it came where it is."""
    store = Store.open(get_settings())
    if as_yaml:
        typer.echo(text_of(store, rubric), nl=False)
        return
    pack = rubric_of(store, rubric)
    out.print(f"{pack.id} {pack.version}  {'/'.join(pack.languages)}  sha256 {pack.sha256}")
    table = Table("item", "points", "", box=None)
    for item in pack.items:
        table.add_row(item.id, "fatal" if item.fatal else f"{item.points:g}", f"{item.title.zh} / {item.title.en}")
    out.print(table)
    for change in rubric_lives.history(store, rubric):
        out.print(f"{change.at:%Y-%m-%d %H:%M}  {change.before or ''} -> {change.after}  {change.actor}  {change.why}")


@app.command()
def check(
    rubric: Which,
    archive: Annotated[bool, typer.Option(help="Also hold it against what is kept here.")] = False,
    sample: Annotated[int, typer.Option(min=1, help="So many of the newest interactions.")] = 300,
) -> None:
    """Read a rubric, lint it and run the dialogues inside it; ends with 1 when something must be mended."""
    settings = get_settings()
    pack = rubric_of(None if _is_here(rubric) else Store.open(settings), rubric)
    tools = build_tools(settings)
    instruments = Instruments(tools.embedder, tools.acts)
    findings = examine(pack, instruments, longest_s=float("inf"))
    if archive:
        findings += archive_lint(pack, dossiers(Store.open(settings), pack, sample), instruments)
    _tell(findings)
    errors = sum(finding.level == "error" for finding in findings)
    err.print(f"{pack.id} {pack.version}: {len(pack.items)} items, {errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """The JSON Schema of a rubric, for editors: `qa-engine rubric schema > rubric.schema.json`."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=1))


@app.command("compare")
def compare_(
    before: Which,
    after: Which,
    text: Annotated[bool, typer.Option("--text", help="Line by line as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """What is another in the second of two rubrics."""
    store = None if _is_here(before) and _is_here(after) else Store.open(get_settings())
    found = compare(rubric_of(store, before), rubric_of(store, after))
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
        return
    for line in _differences(found):
        out.print(line, markup=False)
    if text:
        typer.echo("\n".join(found.text))


def rubric_of(store: Store | None, name: str) -> Rubric:
    """Raises BadRubric with the line; NotFound for what is nowhere."""
    if store is None or _is_here(name):
        return load_rubric(name)
    kept = _kept(store, name)
    return read_rubric(kept, f"{name}.yaml")


def text_of(store: Store, name: str) -> str:
    return load_rubric(name).text if _is_here(name) else _kept(store, name)


def _is_here(name: str) -> bool:
    return name in list_packs() or Path(name).is_file()


def _kept(store: Store, name: str) -> str:
    try:
        return store.rubric_text(SYSTEM, rubric_lives.find(store, name).id).yaml
    except NotFound:
        pass
    try:
        return store.rubric(SYSTEM, name).yaml
    except NotFound:
        mend = f"give a file, a version of `qa-engine rubric list`, or one of: {', '.join(list_packs())}"
        raise BadRubric(f"no rubric is called {name}, and no such file is there", where=name, mend=mend) from None


def dossiers(store: Store, rubric: Rubric, most: int) -> Iterator[Dossier]:
    """The newest interactions in the rubric's languages, from what is stored."""
    languages = {language.partition("-")[0] for language in rubric.languages}
    left, after = most, None
    while left > 0:
        page = store.interactions(SYSTEM, InteractionFilter(), after=after, limit=min(PAGE, left))
        for row in page.rows:
            transcript = store.transcript(SYSTEM, row.id)
            if transcript is not None and transcript.language.partition("-")[0] in languages:
                left -= 1
                yield Dossier(row.interaction, transcript, store.signals(SYSTEM, row.id) or measure(transcript, None))
        after = page.next
        if after is None:
            return


def _tell(findings: list[Finding]) -> None:
    table = Table(box=None, show_header=False)
    for finding in findings:
        table.add_row(finding.level, finding.where, finding.message, finding.mend)
    out.print(table)


def _differences(found: Comparison) -> Iterator[str]:
    yield from (f"pack {f.name}: {f.before} -> {f.after}" for f in found.fields)
    yield from (f"+ item {name}" for name in found.added)
    yield from (f"- item {name}" for name in found.removed)
    for item in found.changed:
        yield f"~ item {item.id}{': its rules differ' if item.rules else ''}"
        yield from (f"    {f.name}: {f.before or '-'} -> {f.after or '-'}" for f in item.fields)
    for words in found.words:
        told = [*(f"+{word}" for word in words.added), *(f"-{word}" for word in words.removed)]
        yield f"~ words {words.name}: {' '.join(told)}"
    yield from (f"~ threshold {f.name}: {f.before or '-'} -> {f.after or '-'}" for f in found.thresholds)
    for fact in found.facts:
        yield f"{'~' if fact.before and fact.after else '+' if fact.after else '-'} fact {fact.name}"
