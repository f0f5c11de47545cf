"""What all tables share: one catalogue with its names for keys and indexes, and the types of common columns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(26).with_variant(String(26, collation="C"), "postgresql")
Name = String(200)
Sha = String(64)
Counter = BigInteger().with_variant(Integer, "sqlite")
