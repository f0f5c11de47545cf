"""`qa-engine evaluate emotion` and `evaluate voice`: emotions of texts, and arousal of voices, against labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from models.emotion import store
from models.emotion.own import OwnEmotion
from models.toolbox import OWN_EMOTION, emotion_model, voice_model
from qa_engine.errors import BadSetting
from qa_engine.evaluation import voice as voice_evaluation
from qa_engine.settings import get_settings
from workers.cli.terminal import files_bar, out
from workers.cli.train_emotion import measure


def emotion(
    *,
    data: Annotated[Path, typer.Option(help="JSON lines, CSV or TSV with text and label (or emotion).")],
    model: Annotated[Path | None, typer.Option(help="Folder of another model of our own than the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Emotions of texts by the model that is set: macro F1, each class, confusion. Labels go by their common names."""
    chosen = OwnEmotion(model or store.HOME) if model else emotion_model(get_settings().emotion_model or OWN_EMOTION)
    if chosen is None:
        raise BadSetting("no emotion model is set", where="QA_ENGINE_EMOTION_MODEL", mend=f"set it to {OWN_EMOTION}")
    figures = measure(chosen, data)
    if as_json:
        typer.echo(json.dumps({"model": chosen.version, **figures}, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        out.print(_emotion_table(figures))
    if not figures["n"]:
        raise typer.Exit(1)


def voice(
    *,
    manifest: Annotated[Path, typer.Option(help="JSON lines with file (relative to the manifest), speaker, emotion.")],
    as_json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Arousal of voices: angry, happy, fear, surprise against sad, neutral; as recorded and after 8 kHz G.711.

    Where lines tell their text, the level fused with its words as well; where a voice model is set, that too.
    """
    settings = get_settings()
    with files_bar(0) as (bar, _hook):
        report = voice_evaluation.evaluate(
            manifest,
            lambda done, of: bar.update(bar.task_ids[0], completed=done, total=of),
            emotion_model(settings.emotion_model),
            voice_model(settings),
        )
    figures = report.as_json()
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        out.print(_voice_table(figures))
    if figures["auc"] is None:
        raise typer.Exit(1)


def _emotion_table(figures: dict[str, Any]) -> Table:
    table = Table(title="emotions against labels", title_justify="left")
    for name in ("label", "precision", "recall", "F1", "texts", "told as"):
        table.add_column(name)
    for label, score in figures["per_class"].items():
        others = sorted(figures["confusion"][label].items(), key=lambda told: -told[1])
        cells = (f"{score[name]:.3f}" for name in ("precision", "recall", "f1"))
        table.add_row(label, *cells, str(score["n"]), "  ".join(f"{name} {n}" for name, n in others if n))
    table.caption = (
        f"{figures['n']} texts: macro F1 {figures['macro_f1'] or 0:.3f}, accuracy {figures['accuracy'] or 0:.1%}"
    )
    return table


_MODELS = {"fused": "all: the fused level", "model": "all: the voice model"}


def _voice_table(figures: dict[str, Any]) -> Table:
    table = Table(title="arousal of voices", title_justify="left")
    for name in ("speaker", "clips", "AUC", "AUC after G.711"):
        table.add_column(name)
    rows = {**figures["per_speaker"], "all": figures}
    rows |= {name: {**figures[part], "n": figures["n"]} for part, name in _MODELS.items() if part in figures}
    for name, row in rows.items():
        cells = ("-" if row[cell] is None else f"{row[cell]:.3f}" for cell in ("auc", "auc_g711"))
        table.add_row(name, str(row["n"]), *cells)
    if "model" in figures:
        told, coded = figures["model"], figures["model"]["after_g711"]
        table.caption = (
            f"{told['version']}: macro F1 {told['macro_f1'] or 0:.3f}, after G.711 {coded['macro_f1'] or 0:.3f}"
        )
    return table
