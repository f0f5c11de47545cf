"""The answers to a leaf as few bytes: what is kept of a batch, so that changed rules read no text."""

from __future__ import annotations

import zlib

import numpy as np

from qa_engine.scoring.bulk.answers import UNASKED, Answers
from qa_engine.scoring.bulk.columns import grown, shrunk


def keep(answers: Answers) -> bytes:
    """Truth (four cases a byte), and confidence where an answer is."""
    count = len(answers.truth)
    padded = np.concatenate([answers.truth, np.full(-count % 4, UNASKED, np.uint8)]).reshape(-1, 4)
    packed = padded[:, 0] | padded[:, 1] << 2 | padded[:, 2] << 4 | padded[:, 3] << 6
    truth = zlib.compress(packed.astype(np.uint8).tobytes(), 1)
    return len(truth).to_bytes(4, "little") + truth + shrunk(answers.confidence[answers.truth != UNASKED])


def restore(kept: bytes, cases: int) -> Answers:
    """The answers again, without their places."""
    answers = Answers(cases)
    size = int.from_bytes(kept[:4], "little")
    packed = np.frombuffer(zlib.decompress(kept[4 : 4 + size]), np.uint8)
    answers.truth[:] = (packed[:, None] >> np.array([0, 2, 4, 6], np.uint8) & 3).reshape(-1)[:cases]
    answers.confidence[answers.truth != UNASKED] = grown(kept[4 + size :])
    return answers
