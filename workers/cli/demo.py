"""`qa-engine demo`: the main job over the fixtures, by the same workers and store that production uses."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from qa_engine.domain import Lang, Outcome, Scorecard
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.ingest.files import Source, gather
from qa_engine.pipeline import Insight
from qa_engine.ports import Progress
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, InteractionRow, Queue, State, Store
from workers import household
from workers.cli.terminal import complain, err, files_bar, out, score_text
from workers.cli.views import BAND_STYLE, STYLE, insight_lines, place
from workers.intake import Intake
from workers.logs import configure
from workers.supervisor import Supervisor

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TOLD = (Outcome.NOT_MET, Outcome.PARTIAL, Outcome.UNDETERMINED)


def demo(
    folder: Annotated[Path, typer.Argument(help="Calls and chats to inspect.")] = FIXTURES,
    lang: Annotated[str, typer.Option(help="Language of the results: zh or en; default: the console's.")] = "",
) -> None:
    """Inspect the calls and chats of the fixtures with real recognition, and show the results."""
    os.environ.setdefault("QA_ENGINE_LOG_LEVEL", "WARNING")
    settings = get_settings()
    configure(settings, "demo")
    language: Lang = "en" if (lang or settings.console_language) == "en" else "zh"
    store = Store.open(settings)
    ids = _take_in(store, _sources(folder))
    _work_off(store, ids)
    rows = [store.interaction(SYSTEM, wanted) for wanted in ids]
    judged = [(row, _card(store, row)) for row in rows]
    for row, card in judged:
        insight = Insight(store.risk(SYSTEM, row.id), store.emotion(SYSTEM, row.id))
        out.print(_evidence(row, card, insight, language))
    out.print(_table(judged, language))
    store.close()
    err.print(
        f"\n[bold]{len(rows)}[/] interactions are kept in {settings.home}. To listen, read and seek in them: "
        "[bold]make serve[/], then open the address it tells."
    )
    if any(row.state is not State.DONE for row in rows):
        raise typer.Exit(1)


def _sources(folder: Path) -> list[Source]:
    parts = [part for part in (folder / "calls", folder / "chats") if part.is_dir()] or [folder]
    found = list(gather(parts))
    if not found:
        raise BadInput("no calls or chats here", where=str(folder), mend="give a folder with recordings or exports")
    return found


def _take_in(store: Store, sources: list[Source]) -> list[str]:
    """Every interaction durable before the first is worked on; ids in order, each once."""
    intake, ids = Intake(store, {}), []
    for source in sources:
        for result in intake.take(source):
            if isinstance(result, QAEngineError):
                complain(result)
            elif result.interaction.id not in ids:
                ids.append(result.interaction.id)
    return ids


def _work_off(store: Store, ids: list[str]) -> None:
    """Embedded Redis, reconciler and one worker a queue, until nothing is left to do."""
    waiting = [wanted for wanted in ids if store.interaction(SYSTEM, wanted).state.is_open]
    if not waiting:
        err.print("everything was inspected before; here is what is kept")
        return
    settings = store.settings
    err.print(f"inspecting {len(waiting)} interactions (embedded Redis, SQLite, one worker a queue) ...")
    specs = [*household.redis_if_needed(settings), household.reconciler()]
    for queue in (Queue.TRANSCRIBE, Queue.SCORE):
        specs += household.workers(queue, 1, settings)
    supervisor = household.supervise(specs, settings)
    with files_bar(len(waiting)) as (bar, hook):
        bar.update(bar.task_ids[0], description="inspecting")
        supervisor.run(lambda: _look(store, waiting, supervisor, hook, lambda: bar.advance(bar.task_ids[0])))


def _look(store: Store, waiting: list[str], supervisor: Supervisor, hook: Progress, ended: Callable[[], None]) -> None:
    for wanted in list(waiting):
        row = store.interaction(SYSTEM, wanted)
        if not row.state.is_open:
            waiting.remove(wanted)
            ended()
            if not err.is_terminal:
                err.print(f"  {row.interaction.source}: {row.state} {score_text(row.score)}")
        elif row.job and row.job.step:
            hook(row.job.step, row.job.fraction)
    if not waiting:
        supervisor.stop()


def _card(store: Store, row: InteractionRow) -> Scorecard | None:
    kept = store.scorecard(SYSTEM, row.id)
    return kept.scorecard if kept else None


def _table(judged: list[tuple[InteractionRow, Scorecard | None]], lang: Lang) -> Table:
    headings = {
        "zh": ("来源", "类型", "时长", "得分", "档位", "致命项", "标记"),
        "en": ("source", "kind", "length", "score", "band", "fatal", "flags"),
    }
    table = Table(title_justify="left")
    for heading in headings[lang]:
        table.add_column(heading, overflow="fold")
    for row, card in judged:
        seconds = row.interaction.duration_s
        length = "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
        band = Line(row.band or row.state, style=BAND_STYLE.get(row.band, "") if row.band else "red")
        titles = [card.item(item).title.said_in(lang) for item in row.fatal] if card else []
        fatal = Line("\n".join(titles), style="bold red")
        table.add_row(
            row.interaction.source,
            row.interaction.kind,
            length,
            score_text(row.score),
            band,
            fatal,
            " ".join(row.flags),
        )
    return table


def _evidence(row: InteractionRow, card: Scorecard | None, insight: Insight, lang: Lang) -> RenderableType:
    """Where to listen: every item that took points or wants a person, with its place and words."""
    lines = [Line(f"{row.interaction.source}  {score_text(row.score)}", style="bold")]
    if card is None:
        error = row.job.error if row.job else None
        return Group(*lines, Line(f"  {error.message if error else row.state}", style="red"))
    for item in card.items:
        if item.outcome in TOLD:
            colour, mark = STYLE[item.outcome]
            lines.append(Line(f"  {mark} {item.title.said_in(lang)}: {item.reason.said_in(lang)}", style=colour))
            lines += [Line(f"      {place(e)} “{e.quote}”", style="dim") for e in item.evidence[:3]]
    return Group(*lines, *(Padding(line, (0, 0, 0, 2)) for line in insight_lines(insight, lang)))
