"""Sentences as hashed runs of one to three characters or Latin words, a whole batch at once."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qa_engine.checkers.normal import normalise

LONGEST = 3
Keys = npt.NDArray[np.uint32]
Owners = npt.NDArray[np.int64]
_TOKEN = re.compile(r"[a-z']+|[0-9]+|[^\sa-z0-9']")
_START, _END = 2, 3
_SPREAD, _STEP, _STIR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(29)
_HIGH = np.uint64(32)


def grams(texts: Sequence[str]) -> tuple[Keys, Owners]:
    """The hash of every run, and the number of the text it is from, in rising order of the latter."""
    tokens = [[_START, *map(_number, _TOKEN.findall(normalise(text))), _END] for text in texts]
    owner = np.repeat(np.arange(len(tokens)), [len(part) for part in tokens])
    numbers = np.fromiter((n for part in tokens for n in part), np.uint64, len(owner)) * _SPREAD
    runs, keys, owners = numbers, [_key(numbers)], [owner]
    for length in range(2, LONGEST + 1):
        runs = _joined(runs[:-1], numbers[length - 1 :])
        first = owner[: len(runs)]
        whole = first == owner[length - 1 :]
        keys.append(_key(runs[whole]))
        owners.append(first[whole])
    order = np.argsort(np.concatenate(owners), kind="stable")
    return np.concatenate(keys)[order], np.concatenate(owners)[order]


@lru_cache(maxsize=65536)
def _number(token: str) -> int:
    """Numbers of one length are alike: what they say of an act is that they are there."""
    if token[0].isascii() and token[0].isdigit():
        return zlib.crc32(b"0" * min(len(token), 12))
    return zlib.crc32(token.encode("utf-8", "replace"))


def _joined(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = (left ^ (left >> _STIR)) * _STEP
    return np.asarray(mixed + right, np.uint64)


def _key(runs: npt.NDArray[np.uint64]) -> Keys:
    return np.asarray(((runs ^ (runs >> _STIR)) * _STEP) >> _HIGH, np.uint32)
