"""`qa-engine train emotion`: our own text emotion model from labelled texts, measured as it ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from models.emotion import store
from models.emotion.card import as_markdown
from models.emotion.data import read_labelled
from models.emotion.labels import LABELS
from models.emotion.own import OwnEmotion
from models.pins import E5_SMALL
from models.weights import ready
from qa_engine.errors import BadSetting
from qa_engine.evaluation.emotion import evaluate
from qa_engine.settings import get_settings
from workers.cli.terminal import files_bar, show_card


def emotion(
    *,
    data: Annotated[list[Path], typer.Option(help="JSON lines, CSV or TSV with text and label; may be repeated.")],
    test: Annotated[list[Path] | None, typer.Option(help="Labelled texts to measure on, never learnt from.")] = None,
    origin: Annotated[str, typer.Option(help="Where the data come from and their licence, told in the card.")] = "",
    passes: Annotated[int, typer.Option(min=1, help="How often the data are gone through.")] = 3,
    seed: Annotated[int, typer.Option(help="Mixes and starts.")] = 2026,
    work: Annotated[Path | None, typer.Option(help="Folder for checkpoints; a run cut off goes on from there.")] = None,
    to: Annotated[Path, typer.Option(help="Folder for model and card; the default replaces the shipped model.")] = (
        store.HOME
    ),
    card: Annotated[Path | None, typer.Option(help="Also write the card for people here (Markdown).")] = None,
) -> None:
    """Train the text emotion model, Chinese and English (extra `train`); on a GPU where there is one."""
    try:
        from models.emotion.training.loop import Options  # noqa: PLC0415 - torch, seconds to import, and an extra
        from models.emotion.training.program import train  # noqa: PLC0415
    except ImportError as error:
        raise BadSetting(str(error), where="qa-engine train emotion", mend="pip install 'qa-engine[train]'") from None
    tokenizer = (store.HOME / store.TOKENIZER).read_text(encoding="utf-8")
    encoder = ready(E5_SMALL, get_settings().home) / E5_SMALL.files[0].name
    with files_bar(0) as (_bar, hook):
        trained = train(
            data, encoder, tokenizer, options=Options(passes=passes, seed=seed), origin=origin, work=work, told=hook
        )
    told = store.save(trained.network, trained.tokenizer, trained.card, to)
    measured = {path.name: measure(OwnEmotion(to), path) for path in test or []}
    told = store.save(trained.network, trained.tokenizer, {**trained.card, "measured": measured}, to)
    show_card(as_markdown(told), card, store.version_of(told), to)


def measure(model: Any, path: Path) -> dict[str, Any]:
    """Figures of a model with ``chances`` on a file's rows of one label."""
    rows = read_labelled(path)
    single = [row for row in rows if len(row.labels) == 1]
    chances = model.chances([row.text for row in single])
    return evaluate([row.labels[0] for row in single], chances, LABELS, len(rows) - len(single)).as_json()
