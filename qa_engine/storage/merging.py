"""Adds up the differences of a run's batches; a process remembers the sum and adds only what has come since."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy import Connection, select

from qa_engine.scoring.difference import Difference, total
from qa_engine.storage.rescore_tables import rescore_batches

REMEMBERED = 8
"""Runs; one of them is some hundred kilobytes."""
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Sum:
    batches: frozenset[int]
    difference: Difference


_sums: OrderedDict[str, _Sum] = OrderedDict()
_lock = threading.Lock()


def merged(connection: Connection, run_id: str) -> Difference:
    """A batch that is done never changes."""
    table = rescore_batches.c
    is_done = (table.run_id == run_id) & table.done_at.is_not(None)
    done = frozenset(connection.execute(select(table.n).where(is_done)).scalars())
    with _lock:
        known = _sums.get(run_id, _Sum(frozenset(), Difference()))
    if not known.batches <= done:  # another database has a run of this name
        known = _Sum(frozenset(), Difference())
    found, lacking = known.difference, sorted(done - known.batches)
    for at in range(0, len(lacking), AT_ONCE):
        some = table.n.in_(lacking[at : at + AT_ONCE])
        told = connection.execute(select(table.difference).where(is_done, some).order_by(table.n)).scalars()
        found = total([found, *(Difference.load(one) for one in told if one is not None)])
    with _lock:
        _sums[run_id] = _Sum(done, found)
        _sums.move_to_end(run_id)
        while len(_sums) > REMEMBERED:
            _sums.popitem(last=False)
    return found
