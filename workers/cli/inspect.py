"""`qa-engine inspect PATH...`: the whole pipeline in this process, nothing kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from qa_engine.domain import Lang
from qa_engine.errors import QAEngineError
from qa_engine.ingest.described import parse_meta
from qa_engine.ingest.files import Source, gather
from qa_engine.settings import get_settings
from workers.cli import views
from workers.cli.terminal import complain, files_bar, out
from workers.inspection import Inspection, Inspector


def inspect(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, chat exports or folders of them.")],
    rubric: Annotated[str | None, typer.Option(help="Rubric name or file; default: by the language heard.")] = None,
    meta: Annotated[list[str] | None, typer.Option("--meta", help="Metadata k=v; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list of objects, one an interaction.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the explanations: zh or en; default: the rubric's.")] = "",
) -> None:
    """Inspect calls and chats: who said what, what the voice shows, and an explained scorecard."""
    told = parse_meta(meta or [])
    sources = list(gather(paths))
    inspector = Inspector.of(get_settings(), rubric)
    failed, rows = 0, []
    for source, result in _all(inspector, sources, told):
        if isinstance(result, QAEngineError):
            failed += 1
            complain(result)
        if as_json:
            rows.append(_row(inspector, source, result, lang))
        elif isinstance(result, Inspection):
            out.print(views.report(result, inspector.insight(result), _language(result, lang)))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False))
    if failed:
        raise typer.Exit(1)


def _all(
    inspector: Inspector, sources: list[Source], told: dict[str, Any]
) -> Iterator[tuple[Source, Inspection | QAEngineError]]:
    with files_bar(len(sources)) as (bar, hook):
        for source in sources:
            bar.update(bar.task_ids[0], description=source.path.name)
            try:
                for result in inspector.inspect(source, told, hook):
                    yield source, result
            except QAEngineError as error:
                yield source, error
            bar.advance(bar.task_ids[0])


def _row(inspector: Inspector, source: Source, result: Inspection | QAEngineError, lang: str) -> dict[str, Any]:
    if isinstance(result, QAEngineError):
        return views.failure_json(source.path, result)
    return views.inspection_json(result, inspector.insight(result), _language(result, lang))


def _language(result: Inspection, lang: str) -> Lang:
    if lang in ("zh", "en"):
        return "zh" if lang == "zh" else "en"
    return "zh" if result.scorecard.rubric.id.endswith("-zh") else "en"
