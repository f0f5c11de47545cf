"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The read-only folder of real dialogues and speech; tests that want it skip without it."""
    folder = Path(os.environ.get("QA_ENGINE_CORPUS", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no corpus folder at {folder}; set QA_ENGINE_CORPUS to run this test")
    return folder


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The calls and chats that we made."""
    return ROOT / "fixtures"
