"""People of the console: Argon2id passwords, a throttle on guessing, sessions by a hashed token."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from qa_engine.domain import Principal, UserRole
from qa_engine.errors import BadInput, Conflict, Forbidden, NotFound
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, Denied, Throttled, may, require
from qa_engine.storage.ids import new_id
from qa_engine.storage.keys import check_role
from qa_engine.storage.records import User
from qa_engine.storage.repository import Repository, insert_new, plain
from qa_engine.storage.tables import login_attempts, sessions, tenants, users

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
THROTTLE = {"name": 8, "ip": 40}
"""Failed tries within the window before a name or an address has to wait."""
THROTTLE_WINDOW = timedelta(minutes=15)

_hasher = PasswordHasher()


class Users(Repository):
    def create_user(
        self,
        principal: Principal,
        name: str,
        password: str,
        role: UserRole,
        *,
        team: str | None = None,
        agent: str | None = None,
        vendor: str | None = None,
        language: str | None = None,
    ) -> User:
        """Raises Conflict for a taken name, BadInput for a password under 10 characters or a role without its team."""
        require(principal, ADMIN)
        check_role(role, {"team": team, "agent": agent, "vendor": vendor})
        row = {
            "id": new_id(),
            "tenant": principal.tenant,
            "name": _name(name),
            "password_hash": _hash(password),
            "role": role,
            "team": team,
            "agent": agent,
            "vendor": vendor,
            "language": _language(language),
            "created_at": clock.now(),
        }
        try:
            with self.db.write() as connection:
                insert_new(connection, tenants, [{"id": principal.tenant, "created_at": row["created_at"]}])
                connection.execute(insert(users).values(**row))
                return _user(connection.execute(select(users).where(users.c.id == row["id"])).mappings().one())
        except IntegrityError:
            raise Conflict("this name is taken", where=_name(name), mend="choose another name") from None

    def set_password(self, principal: Principal, name: str, password: str) -> None:
        """Of oneself, or of anyone by an admin; ends that user's sessions."""
        hashed = _hash(password)
        with self.db.write() as connection:
            row = _by_name(connection, _name(name))
            own = row is not None and principal.id == f"user:{row['id']}"
            if not own and not may(principal, ADMIN):
                raise Forbidden("this is another user's password", mend="ask an administrator")
            if row is None or row["tenant"] != principal.tenant:
                raise NotFound("no such user", where=name[:80])
            connection.execute(update(users).where(users.c.id == row["id"]).values(password_hash=hashed))
            connection.execute(delete(sessions).where(sessions.c.user_id == row["id"]))

    def set_language(self, principal: Principal, language: str) -> None:
        """The user's own choice, zh or en."""
        chosen = _language(language)
        with self.db.write() as connection:
            ours = users.c.id == principal.id.removeprefix("user:")
            connection.execute(update(users).where(ours).values(language=chosen))

    def users(self, principal: Principal) -> Sequence[User]:
        """All of the tenant, by name."""
        require(principal, ADMIN)
        query = select(users).where(users.c.tenant == principal.tenant).order_by(users.c.name)
        with self.db.read() as connection:
            return [_user(row) for row in connection.execute(query).mappings()]

    def user(self, principal: Principal) -> User | None:
        """The record of the user who asks; None for keys."""
        with self.db.read() as connection:
            query = select(users).where(users.c.id == principal.id.removeprefix("user:"))
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _user(row)

    def log_in(self, name: str, password: str, ip: str) -> tuple[str, Principal]:
        """A session token (for an HttpOnly cookie). Raises Denied, or Throttled after too many tries."""
        who = _name(name, strict=False)
        with self.db.write() as connection:
            tries = _try(connection, {"name": who, "ip": ip})
            row = _by_name(connection, who)
        if not _matches(row, password) or row is None or row["disabled_at"]:
            raise Denied("name or password is wrong", mend="try again, or ask an administrator for a new password")
        token, now = secrets.token_urlsafe(32), clock.now()
        with self.db.write() as connection:
            connection.execute(delete(login_attempts).where(login_attempts.c.id.in_(tries)))
            connection.execute(delete(login_attempts).where(login_attempts.c.subject == f"name:{who}"))
            connection.execute(delete(sessions).where(sessions.c.expires_at < now))
            expires = now + timedelta(hours=self.settings.session_hours)
            session = {"sha256": _sha256(token), "user_id": row["id"], "created_at": now, "expires_at": expires}
            connection.execute(insert(sessions).values(**session))
        return token, _principal(row)

    def principal_of_session(self, token: str) -> Principal | None:
        """None when unknown, ended or expired."""
        query = (
            select(users)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.sha256 == _sha256(token), sessions.c.expires_at > clock.now())
        )
        with self.db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None or row["disabled_at"] else _principal(row)

    def log_out(self, token: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.sha256 == _sha256(token)))


def _try(connection: Connection, subjects: dict[str, str]) -> list[int]:
    """Counts this try before the password is looked at, so that many at once do not slip through."""
    now, ids = clock.now(), []
    connection.execute(delete(login_attempts).where(login_attempts.c.at < now - THROTTLE_WINDOW))
    for kind, value in subjects.items():
        subject = f"{kind}:{value}"
        query = select(func.count(), func.min(login_attempts.c.at)).where(login_attempts.c.subject == subject)
        count, oldest = connection.execute(query).one()
        if count >= THROTTLE[kind]:
            wait = max(1, round((oldest + THROTTLE_WINDOW - now).total_seconds()))
            raise Throttled("too many tries", retry_after_s=wait, mend=f"wait {wait} seconds")
        made = connection.execute(insert(login_attempts).values(subject=subject, at=now))
        ids.append(int(made.inserted_primary_key[0]))  # type: ignore[index]
    return ids


def _matches(row: RowMapping | None, password: str) -> bool:
    """Takes the same time for a name that does not exist."""
    try:
        _hasher.verify(row["password_hash"] if row is not None else _nobody(), _bytes(password))
    except VerificationError:
        return False
    return row is not None


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _by_name(connection: Connection, name: str) -> RowMapping | None:
    return connection.execute(select(users).where(users.c.name == name)).mappings().one_or_none()


def _name(name: str, *, strict: bool = True) -> str:
    tidy = unicodedata.normalize("NFKC", name).strip().casefold()
    tidy = plain(tidy) or ""
    if strict and not 1 <= len(tidy) <= 100:
        raise BadInput("a name has 1 to 100 characters", where="name")
    return tidy[:100]


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(f"a password has at least {SHORTEST_PASSWORD} characters", where="password")
    return _hasher.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    return password[:LONGEST_PASSWORD].encode("utf-8", "replace")


def _language(language: str | None) -> str | None:
    if language not in (None, "zh", "en"):
        raise BadInput("the console speaks zh and en", where="language")
    return language


def _user(row: RowMapping) -> User:
    return User(**{name: row[name] for name in User.__dataclass_fields__} | {"role": UserRole(row["role"])})


def _principal(row: RowMapping) -> Principal:
    return Principal(
        id=f"user:{row['id']}",
        tenant=row["tenant"],
        role=UserRole(row["role"]),
        name=row["name"],
        team=row["team"],
        agent=row["agent"],
        vendor=row["vendor"],
    )


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
