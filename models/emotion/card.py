"""The model card for people, written from what the training told, so that no figure is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.emotion.store import NAME, version_of

_TOP = """# Model card: text emotion ({name})

Written by `qa-engine train emotion`; figures are of the shipped int8 network on texts it had not seen.

**What it is.** One of seven emotions a turn, with probabilities and valence, for Chinese and English: {labels}. The
lower {layers} layers of multilingual-e5-small (MIT; the packaged 4-bit weights, dequantised) with a mean over pieces
and one linear head; {pieces} pieces of its vocabulary stay (Chinese, English, signs, faces), their vectors in the
4 bits they came in, the layers in int8. {megabytes:.1f} MB, SHA-256 `{sha256}`, checked at each load. It reads one
turn alone, up to {longest} pieces, and runs on ONNX Runtime without torch.

**Learnt from.** {texts} texts; {held_back} more were held back to calibrate on (temperature {temperature}).

{data}

{origin}

Of our own are the sentences of service talk (`service_*.tsv`), of which each counts as several, and of everyday talk
with the faces of chats (`everyday_zh.tsv`); nobody else's text was copied for them. The files are passed through
{passes} times; then {sample} of their texts with all our own sentences ({copies} times each) twice more at a lower
rate. Seed {seed}, device {device}.

| label | texts |
|---|---|
{counts}

**How labels were mapped** (`models/emotion/labels.py`). CPED: anger, disgust -> anger; depress, negative-other ->
disappointment; worried, fear -> anxiety; astonished -> surprise; relaxed -> neutral; happy, grateful, positive-other
-> joy. GoEmotions (Ekman): disgust -> anger, fear -> anxiety; several labels share a text evenly.
In our own sentences a bare fact is neutral, be it ever so unpleasant (我的卡丢了); it is anxiety when fear or urgency
is said (我的卡丢了，怎么办). Apologies and thanks that agents say by rote are neutral, and so is 好的谢谢再见.

## Figures
A set answers in its own labels: told is the likeliest of those that occur in it.

{figures}
SMP2020 posts (six emotions) were never learnt from; a baseline of characters trained on that set reaches macro F1
0.649 there. Its topics and a few of its posts were known when the everyday sentences were written.

## Limits
- CPED is the speech of television series, labelled with picture and sound at hand: many of its emotions are not in
  the words, which bounds what any reader of the words alone can reach.
- English was learnt from few texts; disappointment in English from our own sentences alone.
- Irony is read at its word. Dialects and other languages are not supported; their emotions mean nothing.
- It tells how words sound to readers, not what somebody feels; it is no lie detector and no measure of a person.
"""


def as_markdown(card: Mapping[str, Any]) -> str:
    """The page for a card."""
    return _TOP.format(
        **{name: card[name] for name in ("layers", "longest", "texts", "held_back", "temperature", "sha256", "device")},
        name=f"{NAME}, {version_of(card).rpartition('@')[2]}",
        labels=", ".join(card["labels"]),
        pieces=f"{card['pieces']:,}",
        megabytes=card["bytes"] / 1e6,
        data="\n".join(f"- `{file['name']}`, SHA-256 `{file['sha256']}`" for file in card["data"]),
        origin=card["origin"],
        passes=card["options"]["passes"],
        seed=card["options"]["seed"],
        sample=f"{card['finish']['sample']:,}",
        copies=card["finish"]["copies"],
        counts="\n".join(f"| {label} | {n} |" for label, n in card["texts_by_label"].items()),
        figures="\n".join(_figures(name, told) for name, told in card.get("measured", {}).items()),
    )


def _figures(name: str, told: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f"| {label} | {score['n']} | {score['precision']:.3f} | {score['recall']:.3f} | {score['f1']:.3f} |"
        for label, score in told["per_class"].items()
    )
    head = f"**{name}**: {told['n']} texts, macro F1 {told['macro_f1']:.3f}, accuracy {told['accuracy']:.3f}"
    skipped = f" ({told['skipped']} texts of several labels left out)" if told["skipped"] else ""
    return f"{head}{skipped}\n\n| label | texts | precision | recall | F1 |\n|---|---|---|---|---|\n{rows}\n"
