"""`qa-engine rescore`: judge the archive by another rubric, and see what that changes before it counts."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter, ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from qa_engine.domain import RubricRef
from qa_engine.errors import BadInput
from qa_engine.pipeline import choose_rubric
from qa_engine.rubric import Rubric, list_packs
from qa_engine.scoring.difference_report import Flow, GroupDifference, Report, report
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, InteractionFilter, Store
from qa_engine.storage.rescore_rows import NOT_ASKED, Rescore, RescoreState
from qa_engine.storage.types import json_text
from workers.cli.rubric import rubric_of
from workers.cli.terminal import err, out, score_text

app = typer.Typer(help="Judge the archive by another rubric and tell the difference.", invoke_without_command=True)
POLL_S, PATIENCE_S = 0.5, 60.0
GROUPS_SHOWN, EXAMPLES_SHOWN = 10, 3
RunId = Annotated[str, typer.Argument(help="Id of the run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Run and difference as one JSON object.")]


@app.callback()
def rescore(
    context: typer.Context,
    *,
    rubric: Annotated[str | None, typer.Option(help="A pack, a kept rubric's id or SHA-256, or a YAML file.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Only some: agent=A1, band=flagged, received_from=2026-11-01 ...")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell the difference; write no scorecards.")] = False,
    show: Annotated[
        bool | None, typer.Option(help="Lists show the new scorecards; default: if this rubric decides live work.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Begin, print the run's id, and do not wait.")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin a run, follow it and print what it changes. Archive workers do it: `serve`, or `work archive`."""
    if context.invoked_subcommand is not None:
        return
    if rubric is None:
        raise BadInput("which rubric?", where="--rubric", mend="name a pack, a kept rubric or a YAML file")
    store = Store.open(get_settings())
    chosen = rubric_of(store, rubric)
    if rubric not in list_packs():
        store.keep_rubric(chosen)
    shows = _decides(store, chosen) if show is None else show
    run = store.start_rescore(SYSTEM, chosen, _wanted(where or [], store), writes=not dry_run, shows=shows)
    if detach:
        typer.echo(run.id)
        return
    err.print(f"run {run.id}: {chosen.id} {chosen.version}, {_effect(run)}")
    _tell(store, _follow(store, run.id), as_json=as_json)


@app.command("list")
def list_runs() -> None:
    """The latest runs."""
    table = Table("id", "rubric", "only", "effect", "state", "done", "began")
    for run in Store.open(get_settings()).rescores(SYSTEM).rows:
        only = " ".join(f"{name}={value}" for name, value in run.wanted.items())
        began = run.created_at.strftime("%Y-%m-%d %H:%M")
        table.add_row(run.id, _named(run.rubric), only, _effect(run), run.state, f"{run.share:.0%}", began)
    out.print(table)


@app.command("show")
def show_run(run: RunId, as_json: AsJson = False) -> None:
    """How far a run is, and what it has changed so far."""
    store = Store.open(get_settings())
    _tell(store, store.rescore_run(SYSTEM, run), as_json=as_json)


@app.command("follow")
def follow_run(run: RunId, as_json: AsJson = False) -> None:
    """Wait for a run that was begun before, then show it."""
    store = Store.open(get_settings())
    _tell(store, _follow(store, run), as_json=as_json)


@app.command("cancel")
def cancel(run: RunId) -> None:
    """No further batch begins; what was written stays."""
    Store.open(get_settings()).cancel_rescore(SYSTEM, run)
    err.print("cancelled; `qa-engine rescore resume` goes on with it")


@app.command("resume")
def resume(run: RunId) -> None:
    """A cancelled run goes on where it was."""
    Store.open(get_settings()).resume_rescore(SYSTEM, run)
    err.print("goes on")


def _decides(store: Store, rubric: Rubric) -> bool:
    """Whether live work of one of its languages is judged by it."""
    for language in rubric.languages:
        active = store.active_rubric(SYSTEM, language)
        judges = active.sha256 if active else choose_rubric(store.settings.rubric, language).sha256
        if judges == rubric.sha256:
            return True
    return False


def _wanted(where: list[str], store: Store) -> InteractionFilter:
    """Raises BadInput for a field that is none, or a value that is none of its kind."""
    told: dict[str, Any] = {}
    fields = [name for name in InteractionFilter.__dataclass_fields__ if name not in NOT_ASKED]
    for one in where:
        name, _, value = one.partition("=")
        if name not in fields or not value:
            raise BadInput(f"`{one}` asks nothing", where="--where", mend=f"field=value; fields: {', '.join(fields)}")
        told[name] = value
    try:
        wanted = TypeAdapter(InteractionFilter).validate_python(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(first["msg"], where=f"--where {'.'.join(map(str, first['loc']))}") from None
    zone = ZoneInfo(store.settings.time_zone)
    times = {n: w for n in ("received_from", "received_to") if (w := getattr(wanted, n)) is not None}
    aware = {n: w if w.tzinfo else w.replace(tzinfo=zone) for n, w in times.items()}
    return InteractionFilter(**{**{n: getattr(wanted, n) for n in fields}, **aware})


def _follow(store: Store, run_id: str) -> Rescore:
    """Until it has ended, or stands still for a person."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("[dim]{task.fields[pace]}"), TimeElapsedColumn())
    moved_at, done = time.monotonic(), -1
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None, pace="")
        while (run := store.rescore_run(SYSTEM, run_id)).state is RescoreState.RUNNING:
            bar.update(task, completed=run.done, total=run.total or None, pace=_pace(run))
            if run.done != done and moved_at != math.inf:
                moved_at, done = time.monotonic(), run.done
            elif time.monotonic() - moved_at > PATIENCE_S:
                err.print("nothing moves: is an archive worker there? (`qa-engine serve`, or `qa-engine work archive`)")
                moved_at = math.inf  # said once
            time.sleep(POLL_S)
    if run.state is RescoreState.STOPPED and run.error is not None:
        err.print(f"{run.stopped} batches wait for a person: {run.error.message} ({run.error.mend or ''})")
    return run


def _pace(run: Rescore) -> str:
    left = "" if run.eta_s is None else f", {timedelta(seconds=round(run.eta_s))} left"
    return f"{run.per_second:.0f}/s{left}"


def _effect(run: Rescore) -> str:
    return "writes and shows" if run.shows else "writes aside" if run.writes else "dry run"


def _named(rubric: RubricRef) -> str:
    return f"{rubric.id} {rubric.version} ({rubric.sha256[:8]})"


def _tell(store: Store, run: Rescore, *, as_json: bool) -> None:
    found = report(store.difference(SYSTEM, run.id))
    if as_json:
        told = json.loads(json_text(TypeAdapter(Rescore).dump_python(run, mode="json")))
        typer.echo(json.dumps({"run": told, "difference": asdict(found)}, ensure_ascii=False, indent=1))
        return
    out.print(f"{_named(run.rubric)}: {run.state}, {run.done} of {run.total} looked at, {found.compared} compared")
    apart = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in found.apart.items())
    if apart:
        out.print(f"apart: {apart}")
    _summary(found)
    out.print(_items(found))
    for title, groups in (("agents", found.agents), ("teams", found.teams), ("vendors", found.vendors)):
        out.print(_groups(title, groups))


def _summary(found: Report) -> None:
    shift = found.shift
    if shift.mean is not None:
        middle = ", ".join(f"p{p} {points:+g}" for p, points in shift.percentiles.items())
        out.print(f"score: {shift.moved} of {shift.count} moved, on average {shift.mean:+.2f} ({middle})")
    moved = [flow for flow in found.bands if flow.before != flow.after]
    out.print("bands: " + (", ".join(_flow(flow) for flow in moved) or "none changed"))
    out.print(f"fatal: {found.fatal_gained} gained, {found.fatal_lost} lost")
    if found.undetermined_before is not None and found.undetermined_after is not None:
        out.print(f"left to people: {found.undetermined_before:.1%} -> {found.undetermined_after:.1%} of the verdicts")


def _items(found: Report) -> Table:
    table = Table("item", "compared", "flipped", "how", "listen to", title="items", title_justify="left")
    for one in found.items:
        flips = [flow for flow in one.matrix if flow.before != flow.after][:4]
        listen = "\n".join(
            f"{e.interaction} {score_text(e.score_before)} -> {score_text(e.score_after)}"
            for e in one.examples[:EXAMPLES_SHOWN]
        )
        table.add_row(one.item, str(one.compared), str(one.flipped), "\n".join(map(_flow, flips)), listen)
    return table


def _groups(title: str, groups: tuple[GroupDifference, ...]) -> Table:
    table = Table(title, "compared", "before", "after", "change", "flagged", title_justify="left")
    for one in groups[:GROUPS_SHOWN]:
        flagged = f"{one.bands_before['flagged']} -> {one.bands_after['flagged']}"
        means = (score_text(one.mean_before), score_text(one.mean_after), f"{one.change:+.1f}")
        table.add_row(one.name or "—", str(one.count), *means, flagged)
    return table


def _flow(flow: Flow) -> str:
    return f"{flow.before} -> {flow.after} {flow.count}"
