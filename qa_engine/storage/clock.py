"""The clock of everything that is kept: aware UTC, and where several hosts share a database, the database's own."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

TRUSTED_S = 60.0
"""How long a measured difference between our clock and the database's is believed."""
SLACK_S = 0.5
"""Smaller differences do not matter; a host clock that strays further from the steady one was moved: measure again."""


def now() -> datetime:
    """The present moment of this host; tests move it by replacing this function."""
    return datetime.now(UTC)


def at(connection: Connection) -> datetime:
    """The present moment as all who share the database see it, whatever their hosts' clocks say.

    SQLite is used from one host, whose clock it is. Leases and rests are compared by this moment alone.
    """
    if connection.dialect.name == "sqlite":
        return now()
    wall, steady = time.time(), time.monotonic()
    known = connection.info.get("clock")
    if known is None or steady - known[1] > TRUSTED_S or abs((wall - known[0]) - (steady - known[1])) > SLACK_S:
        theirs: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        ahead = theirs.timestamp() - time.time()
        known = connection.info["clock"] = (wall, steady, ahead if abs(ahead) > SLACK_S else 0.0)
    return now() + timedelta(seconds=known[2])
