"""What the stages learn about an interaction, written into its row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from qa_engine.storage.tables import interactions


def heard_of(connection: Connection, interaction_id: str, *, results: Mapping[str, str], **about: Any) -> None:
    """``results`` names the version of each stage result that belongs to it from now on; None in ``about`` is left."""
    ours = interactions.c.id == interaction_id
    before = connection.execute(select(interactions.c.results).where(ours)).scalar_one()
    told = {name: value for name, value in about.items() if value is not None}
    connection.execute(update(interactions).where(ours).values(results={**before, **results}, **told))


def stand_at_risk(connection: Connection, interaction_id: str, risk: float | None) -> None:
    """The probability that its customer is dissatisfied, as lists show it; None where it cannot be told."""
    connection.execute(update(interactions).where(interactions.c.id == interaction_id).values(risk=risk))
