"""Decides which pieces of a many-language tokenizer stay: Chinese, English, signs and faces."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

COMMON = 8_000
"""Pieces stand in order of how often they occur; Latin ones before this rank stay in any case, as parts of words."""
_SIGNS = ((0x2000, 0x2BFF), (0x3000, 0x303F), (0xFE0F, 0xFE0F), (0xFF00, 0xFFEF), (0x1F000, 0x1FAFF))
_HAN = (0x4E00, 0x9FFF)
_START = "▁"


def pruned(tokenizer: str, english: Collection[str]) -> str:
    """A Unigram ``tokenizer.json`` with the pieces that stay, in their order; words that lost theirs fall into parts.

    ``english`` are words in small letters, begun with ``▁`` where they begin one.
    """
    told: dict[str, Any] = json.loads(tokenizer)
    special = {token["content"] for token in told["added_tokens"]}
    vocab = told["model"]["vocab"]
    kept = [pair for rank, pair in enumerate(vocab) if pair[0] in special or _stays(pair[0], rank, english)]
    place = {piece: index for index, (piece, _score) in enumerate(kept)}
    told["model"] |= {"vocab": kept, "unk_id": place["<unk>"]}
    told["added_tokens"] = [{**token, "id": place[token["content"]]} for token in told["added_tokens"]]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def english_of(recogniser: str) -> frozenset[str]:
    """The words of a byte-pair ``tokenizer.json`` made mostly of English, such as Whisper's."""
    return frozenset(word.replace("Ġ", _START).lower() for word in json.loads(recogniser)["model"]["vocab"])


def _stays(piece: str, rank: int, english: Collection[str]) -> bool:
    codes = [ord(sign) for sign in piece.replace(_START, "")]
    if all(0x20 <= code < 0x7F for code in codes):
        return rank < COMMON or piece.lower() in english
    return all(0x20 <= code < 0x7F or _within(code, (*_SIGNS, _HAN)) for code in codes)


def _within(code: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(low <= code <= high for low, high in ranges)
