"""Keys and users: secrets shown once and kept hashed, guessing slowed, roles that mean something."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from qa_engine.domain import Principal, UserRole
from qa_engine.errors import BadInput, Conflict, Forbidden, NotFound
from qa_engine.storage import SYSTEM, Denied, Store, Throttled
from qa_engine.storage.tables import api_keys, sessions, users
from tests.databases import clean_store
from tests.unit.storage.cast import AGENT, LEAD, STRANGER
from tests.unit.storage.conftest import Clock

WORD = "correct horse"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as always, but with less memory and time."""
    monkeypatch.setattr("qa_engine.storage.users._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def test_it_makes_a_key_that_opens_and_keeps_only_its_hash(store: Store) -> None:
    plaintext, key = store.create_key(SYSTEM, "crm")
    assert plaintext.startswith("qae_") and len(plaintext) >= 4 + 43
    found = store.principal_of_key(plaintext)
    assert found == Principal(
        id=f"key:{key.id}",
        tenant="default",
        role=UserRole.SERVICE,
        name="crm",
        scopes=frozenset({"read", "write"}),
    )
    with store.db.read() as connection:
        assert plaintext[10:] not in str(connection.execute(select(api_keys)).all())


@pytest.mark.parametrize("guess", ["", "qae_", "qae_" + "x" * 43, "Bearer qae_", "\0", "qae_\ud83d"])
def test_it_opens_to_no_guess(store: Store, guess: str) -> None:
    store.create_key(SYSTEM, "crm")
    assert store.principal_of_key(guess) is None


def test_it_ends_a_key_when_it_is_revoked_or_expires(store: Store, time: Clock) -> None:
    plaintext, key = store.create_key(SYSTEM, "a")
    brief, _ = store.create_key(SYSTEM, "b", expires_at=time() + timedelta(days=1))
    store.revoke_key(SYSTEM, key.id)
    assert store.principal_of_key(plaintext) is None
    assert store.principal_of_key(brief) is not None
    time.forward(86_400)
    assert store.principal_of_key(brief) is None
    with pytest.raises(NotFound):
        store.revoke_key(SYSTEM, key.id)
    assert [one.name for one in store.keys(SYSTEM)] == ["b", "a"]


def test_it_lets_only_admins_of_the_tenant_deal_with_keys(store: Store) -> None:
    _, key = store.create_key(SYSTEM, "a")
    for deed in (
        lambda: store.keys(LEAD),
        lambda: store.create_key(LEAD, "b"),
        lambda: store.revoke_key(AGENT, key.id),
    ):
        with pytest.raises(Forbidden):
            deed()
    with pytest.raises(NotFound):
        store.revoke_key(STRANGER, key.id)
    assert store.keys(STRANGER) == []


@pytest.mark.parametrize(
    ("role", "told", "where"),
    [
        (UserRole.SUPERVISOR, {}, "team"),
        (UserRole.AGENT, {"team": "T1"}, "agent"),
        (UserRole.VENDOR_MANAGER, {}, "vendor"),
        (UserRole.SERVICE, {"scopes": frozenset({"admin"})}, "scopes"),
        (UserRole.ADMIN, {"scopes": frozenset()}, "scopes"),
        (UserRole.ADMIN, {"scopes": frozenset({"fly"})}, "scopes"),
    ],
)
def test_it_refuses_a_key_that_means_nothing(store: Store, role: UserRole, told: dict, where: str) -> None:
    with pytest.raises(BadInput) as error:
        store.create_key(SYSTEM, "k", role, **told)
    assert error.value.where == where


def test_it_logs_in_and_out(store: Store) -> None:
    store.create_user(SYSTEM, " Ann ", WORD, UserRole.SUPERVISOR, team="T1", language="en")
    token, asker = store.log_in("ANN", WORD, "10.0.0.1")
    assert (asker.name, asker.role, asker.team) == ("ann", UserRole.SUPERVISOR, "T1")
    assert store.principal_of_session(token) == asker
    found = store.user(asker)
    assert found is not None and found.language == "en"
    with store.db.read() as connection:
        assert token not in str(connection.execute(select(sessions)).all())
        assert "$argon2id$" in str(connection.execute(select(users.c.password_hash)).scalar())
    store.log_out(token)
    assert store.principal_of_session(token) is None
    assert store.principal_of_session("") is None


def test_it_ends_a_session_in_its_time(store: Store, time: Clock) -> None:
    store.create_user(SYSTEM, "ann", WORD, UserRole.QA_LEAD)
    token, _ = store.log_in("ann", WORD, "ip")
    time.forward(12 * 3600 - 1)
    assert store.principal_of_session(token) is not None
    time.forward(1)
    assert store.principal_of_session(token) is None


@pytest.mark.parametrize(
    ("name", "word"), [("ann", "wrong horses"), ("nobody", WORD), ("", WORD), ("ann", ""), ("a\ud800n", "\ud800")]
)
def test_it_does_not_tell_what_was_wrong(store: Store, name: str, word: str) -> None:
    store.create_user(SYSTEM, "ann", WORD, UserRole.QA_LEAD)
    with pytest.raises(Denied, match="name or password is wrong"):
        store.log_in(name, word, "ip")


def test_it_slows_guessing_down_by_name_and_lets_others_in(store: Store, time: Clock) -> None:
    store.create_user(SYSTEM, "ann", WORD, UserRole.QA_LEAD)
    store.create_user(SYSTEM, "bob", WORD, UserRole.QA_LEAD)
    for n in range(8):
        with pytest.raises(Denied):
            store.log_in("ann", f"wrong {n}", f"10.0.0.{n}")
    with pytest.raises(Throttled) as told:
        store.log_in("ann", WORD, "10.0.0.99")
    assert 0 < told.value.retry_after_s <= 900
    store.log_in("bob", WORD, "10.0.0.1")
    time.forward(told.value.retry_after_s + 1)
    store.log_in("ann", WORD, "10.0.0.99")


def test_it_slows_guessing_down_by_address(store: Store, time: Clock) -> None:
    for n in range(40):
        with pytest.raises(Denied):
            store.log_in(f"name {n}", "wrong horses", "10.0.0.1")
    with pytest.raises(Throttled):
        store.log_in("name 99", "wrong horses", "10.0.0.1")


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path) as opened:
        yield opened


def test_it_lets_no_more_guesses_through_when_they_come_at_once(local: Store) -> None:
    def guess(n: int) -> type[Exception]:
        try:
            local.log_in("ann", f"wrong horse {n}", "10.0.0.1")
        except Exception as error:
            return type(error)
        raise AssertionError

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(24)))
    assert told.count(Denied) == 8 and told.count(Throttled) == 16


def test_it_does_not_count_those_who_know_their_password(store: Store) -> None:
    store.create_user(SYSTEM, "ann", WORD, UserRole.QA_LEAD)
    for _ in range(45):
        store.log_in("ann", WORD, "10.0.0.1")


@pytest.mark.parametrize(
    ("name", "word", "role", "told", "where"),
    [
        ("", WORD, UserRole.ADMIN, {}, "name"),
        ("x" * 101, WORD, UserRole.ADMIN, {}, "name"),
        ("ann", "short", UserRole.ADMIN, {}, "password"),
        ("ann", WORD, UserRole.AGENT, {}, "agent"),
        ("ann", WORD, UserRole.ADMIN, {"language": "fr"}, "language"),
    ],
)
def test_it_refuses_a_user_that_cannot_be(
    store: Store, name: str, word: str, role: UserRole, told: dict, where: str
) -> None:
    with pytest.raises(BadInput) as error:
        store.create_user(SYSTEM, name, word, role, **told)
    assert error.value.where == where


def test_it_refuses_a_name_that_is_taken(store: Store) -> None:
    store.create_user(SYSTEM, "ann", WORD, UserRole.QA_LEAD)
    with pytest.raises(Conflict):
        store.create_user(SYSTEM, "ＡＮＮ", WORD, UserRole.QA_LEAD)


def test_it_changes_a_password_for_its_owner_and_for_an_admin_only(store: Store) -> None:
    for name in ("ann", "bob"):
        store.create_user(SYSTEM, name, WORD, UserRole.QA_LEAD)
    token, ann = store.log_in("ann", WORD, "ip")
    with pytest.raises(Forbidden):
        store.set_password(ann, "bob", "another horse")
    with pytest.raises(Forbidden):
        store.set_password(ann, "nobody", "another horse")
    store.set_password(ann, "ann", "another horse")
    assert store.principal_of_session(token) is None
    with pytest.raises(Denied):
        store.log_in("ann", WORD, "ip")
    store.set_password(SYSTEM, "bob", "another horse")
    store.log_in("bob", "another horse", "ip")
    with pytest.raises(NotFound):
        store.set_password(STRANGER, "bob", "another horse")


def test_it_lists_users_for_admins(store: Store) -> None:
    store.create_user(SYSTEM, "ann", WORD, UserRole.QA_LEAD)
    assert [user.name for user in store.users(SYSTEM)] == ["ann"]
    assert store.users(STRANGER) == []
    with pytest.raises(Forbidden):
        store.users(LEAD)
