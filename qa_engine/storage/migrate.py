"""Brings the tables of a database to this version's shape, once, whoever comes first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from qa_engine.errors import BadSetting
from qa_engine.storage.db import Database

HEAD = "0006"
_LOCK = 0x51A_E461
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(db: Database, target: str = "head") -> None:
    """Upgrade (or downgrade, by an older ``target`` or ``base``) in one transaction under a lock.

    Raises BadSetting for a database that a newer version has changed.
    """
    wanted = HEAD if target == "head" else target
    if current(db) == wanted:
        return
    with db.write() as connection:
        if not db.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if _version(connection) != wanted:
            _run(connection, target)


def current(db: Database) -> str | None:
    """The version of the tables as they are; None for an empty database."""
    with db.read() as connection:
        return _version(connection)


def alembic_config(connection: Connection | None = None) -> Any:
    """For Alembic's own commands, such as writing the next migration."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, seldom needed

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _run(connection: Connection, target: str) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    version = _version(connection)
    if version is not None and version not in known:
        raise BadSetting(
            f"the database was made by a newer QA Engine (tables {version})",
            where="QA_ENGINE_DATABASE_URL",
            mend="upgrade this installation, or point it at another database",
        )
    up = target == "head" or version is None or (target != "base" and target > version)
    (command.upgrade if up else command.downgrade)(config, target)
