"""Tables come, change and go without losing what is in them, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from qa_engine.errors import BadSetting
from qa_engine.settings import Settings
from qa_engine.storage import SYSTEM, InteractionFilter, Queue, Stage, Store
from qa_engine.storage.columns import metadata
from qa_engine.storage.db import Database, make_engine
from qa_engine.storage.migrate import HEAD, alembic_config, current, migrate
from tests.unit.storage import first_tables
from tests.unit.storage.cast import scored, take_chat
from tests.unit.storage.first_tables import HEARD, NEW, OLD, URGENT

NOT_OURS = ("alembic_version", "grams")  # Alembic's own, and the index that each database has in its own way


def test_it_makes_the_tables_that_the_code_speaks_of(store: Store) -> None:
    with store.db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        changes = compare_metadata(context, metadata)
    ours = [change for change in changes if not any(word in str(change) for word in NOT_OURS)]
    assert ours == []


def test_its_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_it_goes_up_with_data_in_place_and_down_and_up_again(store: Store) -> None:
    interaction_id = scored(store, take_chat(store))
    migrate(store.db)
    assert store.interaction(SYSTEM, interaction_id).score == 90.0
    migrate(store.db, "base")
    assert current(store.db) is None
    with store.db.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(store.db)
    assert current(store.db) == HEAD
    scored(store, take_chat(store))


@pytest.fixture
def old(store: Store) -> Iterator[Store]:
    """An installation of the first tables, at work."""
    migrate(store.db, "0001")
    with store.db.write() as connection:
        first_tables.fill(connection)
    yield store
    migrate(store.db)


def queues(store: Store) -> list[str]:
    with store.db.read() as connection:
        return list(connection.execute(text("SELECT queue FROM jobs ORDER BY id")).scalars())


def found(store: Store, words: str) -> list[str]:
    return [row.interaction.id for row in store.interactions(SYSTEM, InteractionFilter(q=words)).rows]


def test_it_brings_the_first_tables_up_with_all_that_they_hold(old: Store) -> None:
    migrate(old.db)
    assert queues(old) == ["score", "score", "archive", "transcribe", "score"]
    assert old.interaction(SYSTEM, HEARD).score == 90.0
    lease = old.jobs.claim_next(Queue.ARCHIVE, "w1")
    assert lease is not None
    assert (lease.interaction_id, lease.stage) == (OLD, Stage.TRANSCRIBE)


@pytest.mark.parametrize(
    ("words", "whose"),
    [("退款", [NEW]), ("请问有什么", [HEARD]), ("王芳", [URGENT]), ("ARCHIVE-2019", [OLD]), ("退货", []), ("款好", [])],
)
def test_it_makes_what_was_said_before_searchable(old: Store, words: str, whose: list[str]) -> None:
    migrate(old.db)
    assert found(old, words) == whose


def test_it_goes_down_to_the_first_tables_and_up_again_without_loss(old: Store) -> None:
    with old.db.read() as connection:
        before = first_tables.everything(connection)
    migrate(old.db)
    with old.db.read() as connection:
        above = first_tables.everything(connection)
    migrate(old.db, "0001")
    with old.db.read() as connection:
        below = first_tables.everything(connection)
        priorities = list(connection.execute(text("SELECT priority FROM jobs ORDER BY id")).scalars())
    jobs = below.pop("jobs"), before.pop("jobs")
    assert [len(rows) for rows in jobs] == [5, 5]
    assert below == before
    assert priorities == [0, 0, -1, 0, 0]  # whose turn was brought forward is the bell's to know since
    migrate(old.db)
    with old.db.read() as connection:
        assert first_tables.everything(connection) == above
    assert found(old, "退款") == [NEW]


def test_two_processes_may_bring_it_up_at_once(old: Store) -> None:
    told = {"QA_ENGINE_HOME": str(old.settings.home), "QA_ENGINE_DATABASE_URL": old.settings.database_url}
    come = "from qa_engine.settings import Settings; from qa_engine.storage import Store; Store.open(Settings())"
    both = [subprocess.Popen([sys.executable, "-c", come], env={**os.environ, **told}) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert queues(old) == ["score", "score", "archive", "transcribe", "score"]
    assert found(old, "退款") == [NEW]


def test_it_is_done_once_however_many_begin_together(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store.open(settings), range(4)))
    assert {current(store.db) for store in stores} == {HEAD}


def test_it_refuses_a_database_of_a_newer_version(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    store = Store.open(settings)
    with store.db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSetting, match="newer"):
        Store.open(settings)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "not a url", "nosuch+driver://x"])
def test_it_refuses_a_database_that_it_cannot_use(url: str) -> None:
    with pytest.raises(BadSetting, match="database URL"):
        make_engine(url)


def test_it_tells_that_a_database_is_away() -> None:
    with pytest.raises(Exception, match="database cannot") as told:
        migrate(Database("postgresql://nobody@127.0.0.1:9/none"))
    assert getattr(told.value, "code", None) == "database_away"
