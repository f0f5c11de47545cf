"""`qa-engine train`: make a shipped model anew from labelled data, the same numbers from the same data and seed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.acts import store as acts_store
from models.acts.card import as_markdown as acts_page
from models.embeddings import E5Embedder
from models.risk import store
from models.risk.card import as_markdown
from models.toolbox import emotion_model
from qa_engine.settings import get_settings
from workers.cli.terminal import files_bar, show_card
from workers.cli.train_emotion import emotion

app = typer.Typer(help="Train models from labelled data of yours.", no_args_is_help=True)
app.command()(emotion)


@app.command()
def risk(
    *,
    data: Annotated[Path, typer.Option(help="JSON lines with messages and a rating of each dialogue.")],
    label: Annotated[str, typer.Option(help="Name of the rating.")] = "customer_satisfaction",
    threshold: Annotated[float, typer.Option(help="Ratings at or below this are at risk.")] = -0.5,
    seed: Annotated[int, typer.Option(help="Deals the folds.")] = 2026,
    repeats: Annotated[int, typer.Option(min=1, help="How often the five folds are dealt.")] = 3,
    also: Annotated[
        list[Path] | None, typer.Option(help="More rated dialogues to learn from, of which no figures are told.")
    ] = None,
    origin: Annotated[str, typer.Option(help="Where the data come from and their licence, told in the card.")] = "",
    to: Annotated[Path, typer.Option(help="Folder for numbers and card; the default replaces the shipped model.")] = (
        store.HOME
    ),
    card: Annotated[Path | None, typer.Option(help="Also write the card for people here (Markdown).")] = None,
) -> None:
    """Train the customer-risk model: five folds left out for honest figures, then the model of all dialogues."""
    from models.risk.program import train  # noqa: PLC0415 - scipy, which no other command needs

    embedder = E5Embedder(get_settings().home)
    with files_bar(0) as (_bar, hook):
        trained = train(
            data,
            embedder,
            label=label,
            threshold=threshold,
            seed=seed,
            repeats=repeats,
            also=also or (),
            emotion=emotion_model(get_settings().emotion_model),
            origin=origin,
            told=hook,
        )
    model = store.save(trained.model, trained.card, to)
    show_card(as_markdown(store.SHELF.card_of(to), store.SHELF.size(to)), card, model.version, to)


@app.command()
def acts(
    *,
    data: Annotated[Path | None, typer.Option(help="Folder of tab-separated sentences; default: the shipped.")] = None,
    seed: Annotated[int, typer.Option(help="Deals the folds.")] = 2026,
    to: Annotated[Path, typer.Option(help="Folder for numbers and card; the default replaces the shipped model.")] = (
        acts_store.HOME
    ),
    card: Annotated[Path | None, typer.Option(help="Also write the card for people here (Markdown).")] = None,
) -> None:
    """Train the model of dialogue acts: five folds left out for honest figures, then the model of all sentences."""
    from models.acts.data import HOME, files_of  # noqa: PLC0415 - scipy, which no other command needs
    from models.acts.program import train  # noqa: PLC0415

    trained = train(files_of(data or HOME), seed)
    model = acts_store.save(trained.weights, trained.card, to)
    show_card(acts_page(acts_store.SHELF.card_of(to), acts_store.SHELF.size(to)), card, model.version, to)
