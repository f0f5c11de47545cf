"""API keys: 256 random bits shown once, kept as their SHA-256, gone the moment they are revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, insert, select, update

from qa_engine.domain import Principal, UserRole
from qa_engine.errors import BadInput, NotFound
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, ALLOWED, require
from qa_engine.storage.db import DatabaseAway
from qa_engine.storage.ids import new_id
from qa_engine.storage.records import ApiKey
from qa_engine.storage.repository import Repository, insert_new, plain
from qa_engine.storage.tables import api_keys, tenants

PREFIX = "qae_"
_SHOWN = len(PREFIX) + 6
_SEEN_EVERY = timedelta(minutes=5)

NEEDS = {UserRole.SUPERVISOR: "team", UserRole.AGENT: "agent", UserRole.VENDOR_MANAGER: "vendor"}
"""What a role must be told to see anything."""


class Keys(Repository):
    def create_key(
        self,
        principal: Principal,
        name: str,
        role: UserRole = UserRole.SERVICE,
        *,
        scopes: frozenset[str] | None = None,
        team: str | None = None,
        agent: str | None = None,
        vendor: str | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[str, ApiKey]:
        """The key itself (shown once, ``qae_...``) and its record. Needs role admin.

        Scopes: read, write, admin, as far as the role allows; default: read and, where allowed, write.
        """
        require(principal, ADMIN)
        check_role(role, {"team": team, "agent": agent, "vendor": vendor})
        given = ALLOWED[role] - {ADMIN} if scopes is None else scopes
        if not given or not given <= ALLOWED[role]:
            allowed = ", ".join(sorted(ALLOWED[role]))
            raise BadInput(f"not the scopes of a {role}", where="scopes", mend=f"choose from: {allowed}")
        plaintext, now = PREFIX + secrets.token_urlsafe(32), clock.now()
        row = {
            "id": new_id(),
            "tenant": principal.tenant,
            "name": plain(name),
            "prefix": plaintext[:_SHOWN],
            "sha256": _sha256(plaintext),
            "role": role,
            "scopes": sorted(given),
            "team": team,
            "agent": agent,
            "vendor": vendor,
            "created_at": now,
            "expires_at": expires_at,
        }
        with self.db.write() as connection:
            insert_new(connection, tenants, [{"id": principal.tenant, "created_at": now}])
            connection.execute(insert(api_keys).values(**row))
            kept = connection.execute(select(api_keys).where(api_keys.c.id == row["id"])).mappings().one()
        return plaintext, _key(kept)

    def principal_of_key(self, plaintext: str) -> Principal | None:
        """None when unknown, revoked or expired."""
        if not plaintext.startswith(PREFIX):
            return None
        query, now = select(api_keys).where(api_keys.c.sha256 == _sha256(plaintext)), clock.now()
        with self.db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None or row["revoked_at"] or (row["expires_at"] and row["expires_at"] <= now):
            return None
        if row["last_used_at"] is None or row["last_used_at"] < now - _SEEN_EVERY:
            with suppress(DatabaseAway), self.db.write() as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row["id"]).values(last_used_at=now))
        return Principal(
            id=f"key:{row['id']}",
            tenant=row["tenant"],
            role=UserRole(row["role"]),
            name=row["name"],
            team=row["team"],
            agent=row["agent"],
            vendor=row["vendor"],
            scopes=frozenset(row["scopes"]),
        )

    def revoke_key(self, principal: Principal, key_id: str) -> None:
        """By id or prefix. Raises NotFound."""
        require(principal, ADMIN)
        named = (api_keys.c.id == key_id) | (api_keys.c.prefix == key_id)
        ours = named & (api_keys.c.tenant == principal.tenant) & api_keys.c.revoked_at.is_(None)
        with self.db.write() as connection:
            if connection.execute(update(api_keys).where(ours).values(revoked_at=clock.now())).rowcount == 0:
                raise NotFound("no such living key", where=key_id[:80])

    def keys(self, principal: Principal) -> Sequence[ApiKey]:
        """All of the tenant, newest first, revoked ones too."""
        require(principal, ADMIN)
        query = select(api_keys).where(api_keys.c.tenant == principal.tenant).order_by(api_keys.c.id.desc())
        with self.db.read() as connection:
            return [_key(row) for row in connection.execute(query).mappings()]


def check_role(role: UserRole, told: dict[str, str | None]) -> None:
    """A supervisor needs a team, an agent an agent's name, a vendor manager a vendor. Raises BadInput."""
    need = NEEDS.get(role)
    if need and not told[need]:
        raise BadInput(f"a {role} without {need} would see nothing", where=need, mend=f"tell the {need}")


def _key(row: RowMapping) -> ApiKey:
    told = {name: row[name] for name in ApiKey.__dataclass_fields__}
    return ApiKey(**told | {"role": UserRole(row["role"]), "scopes": frozenset(row["scopes"])})


def _sha256(plaintext: str) -> str:
    return hashlib.sha256(plaintext.encode("utf-8", "replace")).hexdigest()
