"""The command line makes, lists, tries out and removes webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_engine.errors import BadInput, QAEngineError
from qa_engine.storage import SYSTEM, Store
from tests.databases import clean_store
from tests.unit.workers.world import World, ok, small_world
from workers.cli import webhooks


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, allow_loopback_http=True) as opened:
        monkeypatch.setattr(webhooks, "get_settings", lambda: opened.settings)
        yield opened


@pytest.fixture
def world() -> Iterator[World]:
    with small_world() as made:
        yield made


def run(*words: str) -> str:
    done = CliRunner().invoke(webhooks.app, list(words))
    if isinstance(done.exception, QAEngineError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_one_is_made_listed_tried_and_removed(store: Store, world: World) -> None:
    site = world.plain_site(ok())
    url = f"http://127.0.0.1:{site.port}/qa"
    assert "whsec_" in run("add", url, "--event", "interaction.failed")
    [made] = store.webhooks(SYSTEM)
    assert (made.url, made.events) == (url, ("interaction.failed",))
    run("test", made.id)
    [visit] = site.seen
    assert b'"type":"test"' in visit.body and visit.headers["webhook-signature"].startswith("v1,")
    run("remove", made.id)
    assert store.webhooks(SYSTEM) == []


def test_a_trial_tells_what_is_wrong(store: Store, world: World) -> None:
    site = world.plain_site(lambda visit: visit.say(404))
    run("add", f"http://127.0.0.1:{site.port}/")
    [made] = store.webhooks(SYSTEM)
    with pytest.raises(QAEngineError, match="answered 404"):
        run("test", made.id)
    with pytest.raises(BadInput, match="only https"):
        run("add", "http://hooks.example.com/")
