"""The model card for people, written from what the training told, so that no figure is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_engine.checkers.acts import ACTS

_PAGE = """# Model card: what a sentence does (dialogue-acts)

Written by `qa-engine train acts`; figures are of sentences that the scoring numbers had not seen.

**What it is.** The probability of each of {acts} acts (greets, asks for an identifying datum, promises by a time ...)
for one sentence of an agent or a customer, Chinese or English; a sentence may do several. Ridge regression on runs of
one to three characters or Latin words, weighed by rarity; a logistic, learnt on sentences left out, makes the score a
probability. Plain numbers, {megabytes:.1f} MB, {runs:,} runs kept by hash, SHA-256 `{sha256}`, checked at each load.

**Learnt from.** {sentences:,} sentences in {groups:,} groups of near copies, all written for this model
(`models/acts/data`, Apache-2.0 like the rest): no customer's words are in it. Seed {seed}.

## Figures
{folds}-fold cross-validation, near copies kept together, thresholds by the same folds: macro F1 **{macro_f1:.3f}**,
Brier score {brier:.3f}. The threshold is where F1 is greatest; for acts that cost an agent points (marked *), F0.5.

| act | meaning | sentences | threshold | precision | recall | F1 |
|---|---|---|---|---|---|---|
{rows}

## Limits
- It reads one sentence and does not know what was said before it: a statement is an answer only after a question.
- It is unsure of words that it never saw: the same meaning in wholly new words is missed more often than told falsely.
- The sentences are one author's; how it does on conversations of others is told in [acts.md](acts.md).
"""


def as_markdown(card: Mapping[str, Any], size: int) -> str:
    """The page for a card and the size of its numbers in bytes."""
    rows = "\n".join(_row(name, figure) for name, figure in card["acts"].items())
    return _PAGE.format(**{**card, "acts": len(ACTS), "rows": rows}, megabytes=size / 1e6)


def _row(name: str, figure: Mapping[str, Any]) -> str:
    act = ACTS[name]
    figures = " | ".join(f"{figure[part]:.2f}" for part in ("least", "precision", "recall", "f1"))
    return f"| `{name}`{' *' if act.costly else ''} | {act.means.en} | {figure['sentences']} | {figures} |"
