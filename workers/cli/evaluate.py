"""`qa-engine evaluate`: how good the engine is, measured on labelled data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from models.acts import load as load_acts
from models.embeddings import E5Embedder
from models.risk import load
from models.toolbox import emotion_model
from qa_engine.evaluation import acts as acts_evaluation
from qa_engine.evaluation import asr as asr_evaluation
from qa_engine.evaluation import risk as risk_evaluation
from qa_engine.evaluation import rubric as rubric_evaluation
from qa_engine.evaluation.agreement import ac1, kappa, outcome_scores
from qa_engine.risk import assess
from qa_engine.settings import get_settings
from workers.cli.evaluate_emotion import emotion, voice
from workers.cli.terminal import files_bar, out
from workers.inspection import Inspector

app = typer.Typer(help="Measure recognition and judgement on labelled data.", no_args_is_help=True)
app.command()(emotion)
app.command()(voice)

WORST = 10


@app.command()
def asr(
    manifest: Annotated[Path, typer.Option(help="JSON lines with file (relative to the manifest) and text.")],
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Character error rate of recognition: substitutions, deletions, insertions and real-time factor."""
    inspector = Inspector.of(get_settings())
    with files_bar(0) as (bar, _hook):
        report = asr_evaluation.evaluate(
            manifest, inspector.transcribe, told=lambda done, of: bar.update(bar.task_ids[0], completed=done, total=of)
        )
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        out.print(_table(report))
    if not report.scores:
        raise typer.Exit(1)


@app.command()
def rubric(
    data: Annotated[Path, typer.Option(help="JSON lines with messages or file, meta, and labels by item.")],
    rubric: Annotated[str | None, typer.Option(help="Rubric name or file; default: by the language heard.")] = None,
    split: Annotated[str | None, typer.Option(help="Only the lines whose `split` is this, such as held_out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Verdicts against labels: macro F1, agreement, kappa, AC1, and what was left to people."""
    inspector = Inspector.of(get_settings(), rubric)
    with files_bar(0) as (bar, _hook):
        report = rubric_evaluation.evaluate(
            data,
            inspector.judge_case,
            split=split,
            told=lambda done, of: bar.update(bar.task_ids[0], completed=done, total=of),
        )
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False))
        return
    for miss in report.misses:
        out.print(f"{miss.where}  {miss.item}: {miss.label}, judged {miss.verdict}: {miss.reason}", markup=False)
    out.print(_agreement_table(report))


@app.command()
def risk(
    *,
    data: Annotated[Path, typer.Option(help="JSON lines with messages and, where there is one, a rating.")],
    label: Annotated[str, typer.Option(help="Name of the rating.")] = "customer_satisfaction",
    threshold: Annotated[float, typer.Option(help="Ratings at or below this are at risk.")] = -0.5,
    model: Annotated[Path | None, typer.Option(help="Folder of another model than the shipped one.")] = None,
    while_open: Annotated[bool, typer.Option("--open", help="Also after each turn, as the dialogue goes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Probability of a dissatisfied customer against ratings: AUC, precision, accuracy, Brier, share of alarms."""
    trained, embedder = load(model) if model else load(), E5Embedder(get_settings().home)
    words = emotion_model(get_settings().emotion_model)
    with files_bar(0) as (bar, _hook):
        report = risk_evaluation.evaluate(
            data,
            lambda transcript: assess(transcript, trained, embedder, words.emotions(transcript) if words else None),
            label=label,
            threshold=threshold,
            while_open=while_open,
            hook=lambda done, of: bar.update(bar.task_ids[0], completed=done, total=of),
        )
    figures = report.as_json()
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        out.print(_risk_table(figures))
    if not report.told:
        raise typer.Exit(1)


@app.command()
def acts(
    *,
    data: Annotated[Path, typer.Option(help="JSON lines with role, text and acts.")],
    model: Annotated[Path | None, typer.Option(help="Folder of another model than the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Dialogue acts of sentences against labels: precision, recall and F1 of each act, and macro F1."""
    report = acts_evaluation.evaluate(data, load_acts(model) if model else load_acts())
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False))
        return
    table = Table(title="acts against labels", title_justify="left")
    for name in ("act", "sentences", "precision", "recall", "F1"):
        table.add_column(name)
    for name, score in report.scores.items():
        figures = (f"{figure:.2f}" for figure in (score.precision, score.recall, score.f1))
        table.add_row(name, str(score.sentences), *figures)
    table.caption = f"{report.sentences} sentences: macro F1 {report.macro_f1 or 0:.3f}"
    out.print(table)


def _risk_table(figures: dict[str, Any]) -> Table:
    table = Table(title="risk against ratings", title_justify="left")
    rows = {"whole": figures, **{f"after {turns}": told for turns, told in figures.pop("open", {}).items()}}
    table.add_column("")
    for name in rows:
        table.add_column(name)
    for name in figures:
        cells = [row.get(name) for row in rows.values()]
        table.add_row(name, *("-" if c is None else f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells))
    return table


def _agreement_table(report: rubric_evaluation.Report) -> Table:
    table = Table(title="verdicts against labels", title_justify="left")
    for name in ("item", "cases", "agree", "kappa", "AC1", "F1 by outcome"):
        table.add_column(name)
    for item, pairs in report.pairs.items():
        agree = sum(label == verdict for label, verdict in pairs) / len(pairs)
        by_outcome = "  ".join(f"{name} {score.f1:.2f}" for name, score in outcome_scores(pairs).items())
        figures = (f"{agree:.2f}", *("-" if f is None else f"{f:.2f}" for f in (kappa(pairs), ac1(pairs))))
        table.add_row(item, str(len(pairs)), *figures, by_outcome)
    share = {name: value or 0.0 for name, value in (("agree", report.agreement), ("left", report.undetermined))}
    table.caption = (
        f"{report.cases} cases, {report.verdicts} verdicts: macro F1 {report.macro_f1 or 0:.3f}, "
        f"agreement {share['agree']:.1%}, left to people {share['left']:.1%}"
    )
    return table


def _table(report: asr_evaluation.Report) -> Table:
    figures = report.as_json()
    table = Table(title=f"CER {report.cer:.2%}" if report.cer is not None else "nothing measured", title_justify="left")
    for name in ("file", "chars", "sub", "del", "ins", "reference", "heard"):
        table.add_column(name, overflow="fold")
    for score in sorted(report.scores, key=lambda s: -s.errors)[:WORST]:
        counts = (score.reference_chars, score.substitutions, score.deletions, score.insertions)
        table.add_row(Path(score.file).name, *(str(n) for n in counts), score.reference, score.heard)
    table.caption = (
        f"{figures['files']} files, {figures['reference_chars']} characters: {figures['substitutions']} substituted, "
        f"{figures['deletions']} deleted, {figures['insertions']} inserted; rtf {figures['rtf']}; "
        f"{len(report.skipped)} lines skipped. Shown: the {WORST} worst."
    )
    return table
