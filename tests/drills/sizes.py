"""Which drills run when: a small one on SQLite with every `make test`, the whole on both databases by `make drill`."""

from __future__ import annotations

from typing import Any

import pytest


def small_and_whole(small: Any, whole: Any) -> list[Any]:
    """Parameters ``(store, size)`` of a drill; the store's fixture takes the database's name."""
    return [pytest.param("sqlite", small, id="small"), *only_whole(whole)]


def only_whole(whole: Any) -> list[Any]:
    return [
        pytest.param("sqlite", whole, id="sqlite", marks=pytest.mark.drill),
        pytest.param("postgres", whole, id="postgres", marks=[pytest.mark.drill, pytest.mark.postgres]),
    ]
