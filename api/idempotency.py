"""A request under an Idempotency-Key has its effect once; a repetition gets the first answer (as Stripe does it)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qa_engine.domain import Principal
from qa_engine.storage import Store

Reply = tuple[int, dict[str, Any]]


def once(
    store: Store, principal: Principal, key: str | None, fingerprint: str, work: Callable[[], Reply]
) -> tuple[int, dict[str, Any], bool]:
    """Status, body, and whether they are those of an earlier request.

    Work that fails has had no effect: the key is free again. Raises Conflict for a key in use or with another request.
    """
    if key is None:
        return *work(), False
    before = store.begin_idempotent(principal, key, fingerprint)
    if before is not None:
        return before.status, before.body, True
    try:
        status, body = work()
    except BaseException:
        store.abandon_idempotent(principal, key)
        raise
    store.finish_idempotent(principal, key, status, body)
    return status, body, False
