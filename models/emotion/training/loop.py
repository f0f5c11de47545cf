"""The learning itself: AdamW over the encoder's layers and the head, a checkpoint after each pass."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.emotion.training.texts import Batch, Example, Floats, batches

Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may vary; rates are AdamW's, the encoder's upper layers learn faster than its lower ones."""

    passes: int = 3
    batch: int = 64
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    warm_up: float = 0.06
    decay: float = 0.01
    smoothing: float = 0.05
    balance: float = 0.5
    seed: int = 2026


def best_device() -> str:
    """The GPU where there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def learn(model: Any, examples: Sequence[Example], options: Options, kept: Path | None, told: Told) -> None:
    """Train in place. ``kept`` is a checkpoint to go on from where it is of the same run, written after each pass.

    A run that was cut off and goes on comes to the same numbers as one that was not.
    """
    device = best_device()
    model.to(device).train()
    torch.manual_seed(options.seed)
    steps = options.passes * math.ceil(len(examples) / options.batch)
    optimizer = torch.optim.AdamW(_groups(model, options), weight_decay=options.decay)
    plan = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step / steps, options.warm_up))
    balance = torch.from_numpy(class_weights(examples, options.balance)).to(device)
    done = _resume(kept, model, optimizer, plan)
    for at in range(done, options.passes):
        dice = random.Random(f"{options.seed}/{at}")  # noqa: S311 - deals batches, keeps no secret
        for step, batch in enumerate(batches(examples, options.batch, dice)):
            loss = _loss(model, batch, balance, options.smoothing, device)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            plan.step()
            told(f"pass {at + 1}: loss {loss.item():.3f}", (at + (step + 1) * options.passes / steps) / options.passes)
        _keep(kept, model, optimizer, plan, at + 1)
    model.eval()


def logits_of(model: Any, examples: Sequence[Example], size: int = 64) -> Floats:
    """(texts, labels) in the order of the examples; batches run in order of length."""
    device = best_device()
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids))
    model.to(device).eval()
    with torch.inference_mode():
        parts = [
            _run(model, batch, device).float().cpu().numpy() for batch in batches([examples[i] for i in order], size)
        ]
    found = np.concatenate(parts)
    out = np.empty_like(found)
    out[order] = found
    return out


def class_weights(examples: Sequence[Example], power: float) -> Floats:
    """Rare labels count more: (mean share / share) ** power, so that 0 leaves them as they are, 1 evens them out."""
    shares = np.mean([example.target for example in examples], axis=0)
    weights: Floats = ((shares.mean() / np.maximum(shares, 1e-4)) ** power).astype(np.float32)
    return weights


def _loss(model: Any, batch: Batch, balance: Any, smoothing: float, device: str) -> Any:
    target = torch.from_numpy(batch.target).to(device)
    weight = torch.from_numpy(batch.weight).to(device) * (target @ balance)
    target = target * (1 - smoothing) + smoothing / target.shape[1]
    losses = -(target * torch.log_softmax(_run(model, batch, device).float(), -1)).sum(-1)
    return (losses * weight).sum() / weight.sum()


def _run(model: Any, batch: Batch, device: str) -> Any:
    ids, mask = torch.from_numpy(batch.ids).to(device), torch.from_numpy(batch.mask).to(device)
    with torch.autocast(device, torch.bfloat16):
        return model(ids, mask)


def _groups(model: Any, options: Options) -> list[dict[str, Any]]:
    depth = len(model.layers)
    rates = [(model.layers[i], options.rate * options.layer_decay ** (depth - 1 - i)) for i in range(depth)]
    bottom = options.rate * options.layer_decay**depth
    return [
        {"params": model.head.parameters(), "lr": options.head_rate},
        {"params": [model.places, *model.norm.parameters()], "lr": bottom},
        *({"params": layer.parameters(), "lr": rate} for layer, rate in rates),
    ]


def _share(done: float, warm_up: float) -> float:
    """Of the full rate: up in a line, down in a line."""
    return done / warm_up if done < warm_up else max(0.0, (1 - done) / (1 - warm_up))


def _resume(kept: Path | None, *parts: Any) -> int:
    if kept is None or not kept.is_file():
        return 0
    told = torch.load(kept, weights_only=True)
    torch.set_rng_state(told["dice"])
    if torch.cuda.is_available():
        torch.cuda.set_rng_state_all(told["cuda_dice"])
    for part, state in zip(parts, told["parts"], strict=True):
        part.load_state_dict(state)
    return int(told["passes"])


def _keep(kept: Path | None, *parts: Any) -> None:
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        *states, passes = parts
        dice = {"dice": torch.get_rng_state(), "cuda_dice": torch.cuda.get_rng_state_all()}
        told = {"parts": [part.state_dict() for part in states], "passes": passes, **dice}
        torch.save(told, kept.with_suffix(".new"))
        kept.with_suffix(".new").replace(kept)
