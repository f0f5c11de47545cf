"""The model card for people, written from what the training told, so that no figure is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

_NAMES = {
    "auc": "AUC",
    "ap": "average precision",
    "precision_at_recall_50": "precision where half are found",
    "accuracy": "accuracy",
    "accuracy_clear": "accuracy on clear dialogues (rating at least 0.25 from the threshold)",
    "brier": "Brier score",
}
_TOP = """# Model card: customer at risk ({name})

Written by `qa-engine train risk`; figures are of dialogues that the scoring model had not seen.

**What it is.** The probability that a Chinese customer is dissatisfied, for finished and open dialogues. Kernel
ridge regression on the mean rating: runs of one to four characters (first, later and last words of the customer,
and the agent's), counted cues and structure, and the meaning of the customer's latest words; a logistic makes the
score a probability. {tone}Plain numbers, {megabytes:.1f} MB, SHA-256 `{sha256}`, checked at each load.

**Learnt from.** `{data}` (SHA-256 `{data_sha256}`), {dialogues} dialogues in {groups} groups of near copies,
{at_risk} of them at risk (`{label}` <= {threshold}). Sentence vectors: `{embedder}` (MIT). Seed {seed}.
{also}
**Where the data come from.** {origin} The numbers hold hashes, weights and vectors, no text.

## Figures
{folds}-fold cross-validation on these {dialogues} dialogues, dealt {repeats} times; every step (rarity and
relevance of words, scaling, centring) inside the folds; the calibration measured is that of the other half.

| figure | mean | each time |
|---|---|---|
{figures}

While the dialogue is open (first deal, against the rating of the whole dialogue; only dialogues that went on):

| turns heard | dialogues | AUC |
|---|---|---|
{open}

The alarm stands at probability {alarm}: there half of those at risk were found.

## Limits
- Chinese only; for other languages the engine tells no risk.
- Dialogues of up to seven utterances are read whole; longer ones in windows of seven, the last of which counts most.
- It tells how the rated customers sounded, not what they did next: nobody's leaving was observed.
- Options (target, shares of the parts, words of the cues) were chosen by cross-validation on the same dialogues, so
  the figures lean to the bright side.
"""


def as_markdown(card: Mapping[str, Any], size: int) -> str:
    """The page for a card and the size of its numbers in bytes."""
    figures = [
        f"| {_NAMES[name]} | {fmean(runs):.3f} | {', '.join(f'{run:.3f}' for run in runs)} |"
        for name, runs in card["left_out"].items()
    ]
    tone = f"How the customer sounds to `{card['emotion']}` is added.\n" if card["emotion"] else ""
    open_ = [f"| {turns} | {told['dialogues']} | {told['auc']} |" for turns, told in card["left_out_open"].items()]
    also = _also(card["also"]) if card["also"] else ""
    return _TOP.format(
        **{**card, "data": card["data"]["name"], "also": also, "open": "\n".join(open_), "figures": "\n".join(figures)},
        tone=tone,
        data_sha256=card["data"]["sha256"],
        name="customer-risk-zh",
        megabytes=size / 1e6,
    )


def _also(also: Mapping[str, Any]) -> str:
    files = ", ".join(f"`{file['name']}` (SHA-256 `{file['sha256']}`)" for file in also["data"])
    told = f"{also['dialogues']} dialogues, {also['at_risk']} at risk"
    return f"\n**Also learnt from**: {files}, {told}; in folds that left them out ranked at AUC {also['auc']:.3f}.\n"
