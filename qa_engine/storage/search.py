"""Finds interactions by any piece of their text: candidates by their grams, then the text itself decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Function,
    Integer,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from qa_engine.domain import Transcript
from qa_engine.storage.grams import asked, fold, grams_of, number, token, tokens
from qa_engine.storage.tables import interactions, search_texts, stage_results

FEW = 5_000
"""Up to so many candidates are looked at before the list; words that more texts hold are soon met in it."""
NAMES = ("source", "external_id", "ticket", "customer_ref", "agent")
_CHUNK = 500


def searchable(row: Mapping[str, Any], transcript: Transcript | None) -> str:
    """All that an interaction is found by."""
    return found_by(row, (turn.text for turn in transcript.turns) if transcript is not None else ())


def found_by(row: Mapping[str, Any], spoken: Iterable[str]) -> str:
    """Names and words, folded; lines keep apart what was not said in one breath."""
    return "\n".join(fold(line) for line in (*(row[name] or "" for name in NAMES), *spoken) if line)


def keep_texts(connection: Connection, texts: Mapping[str, str]) -> None:
    """Make each interaction (by id) findable by its text, and no longer by what it had before."""
    _forget(connection, list(texts))
    add_texts(connection, texts)


def add_texts(connection: Connection, texts: Mapping[str, str]) -> None:
    """The same for interactions that have just come and had no text before."""
    if not texts:
        return
    rows = [{"interaction_id": key, "text": value} for key, value in texts.items()]
    if connection.dialect.name == "postgresql":
        told = text(
            "INSERT INTO search_texts (interaction_id, text, grams) VALUES (:interaction_id, :text, :grams)"
        ).bindparams(bindparam("grams", type_=ARRAY(Integer)))
        connection.execute(told, [row | {"grams": sorted(map(number, grams_of(row["text"])))} for row in rows])
        return
    connection.execute(insert(search_texts), rows)
    for some in _chunks(list(texts)):
        kept = select(search_texts.c.n, search_texts.c.text).where(search_texts.c.interaction_id.in_(some))
        values = [{"n": n, "grams": tokens(value)} for n, value in connection.execute(kept)]
        connection.execute(text("INSERT INTO search_grams (rowid, grams) VALUES (:n, :grams)"), values)


def rare(connection: Connection, words: str) -> bool:
    """Whether few texts come into question; what many hold is soon met by reading a list itself."""
    some = select(search_texts.c.n).where(_candidates(connection, fold(words))).limit(FEW + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() <= FEW


def found(connection: Connection, words: str) -> ColumnElement[bool]:
    """A condition on the interactions table, by the index: those whose text holds ``words`` (not blank)."""
    wanted = fold(words)
    # Materialized: PostgreSQL would rather read every text in the order of the list. And the text is asked first, for
    # where it reads them all nevertheless: to look through an array of grams takes longer.
    exact = select(search_texts.c.interaction_id).where(_holds(connection, wanted) > 0, _candidates(connection, wanted))
    found = exact.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return interactions.c.id.in_(select(found.c.interaction_id))


def heard_in(connection: Connection, words: str) -> ColumnElement[bool]:
    """The same condition, for looking at one interaction after another."""
    own = select(_holds(connection, fold(words))).where(search_texts.c.interaction_id == interactions.c.id)
    return own.correlate(interactions).scalar_subquery() > 0  # no EXISTS: it must not be turned into a join of all


def refind(connection: Connection, *ids: str) -> None:
    """Make findable by what is kept of them now: these interactions, or all where none is named."""
    columns = [interactions.c.id, interactions.c.results, interactions.c.content_sha256]
    query = select(*columns, *(interactions.c[name] for name in NAMES))
    for found in connection.execute(query.where(interactions.c.id.in_(ids)) if ids else query).mappings().all():
        row = dict(found)
        keep_texts(connection, {row["id"]: found_by(row, _said(connection, row))})


def _said(connection: Connection, row: Mapping[str, Any]) -> Iterable[str]:
    version = row["results"].get("transcript")
    own = (stage_results.c.content_sha256 == row["content_sha256"]) & (stage_results.c.version == version)
    kept = select(stage_results.c.payload).where(own, stage_results.c.stage == "transcript")
    payload = connection.execute(kept).scalar() or {"turns": ()}
    return (turn["text"] for turn in payload["turns"])


def _holds(connection: Connection, wanted: str) -> Function[int]:
    return (func.instr if connection.dialect.name == "sqlite" else func.strpos)(search_texts.c.text, wanted)


def _candidates(connection: Connection, wanted: str) -> ColumnElement[bool]:
    grams = sorted(asked(wanted))
    if connection.dialect.name == "postgresql":
        return literal_column("search_texts.grams", ARRAY(Integer)).contains([number(gram) for gram in grams])
    match = text("SELECT rowid FROM search_grams WHERE search_grams MATCH :grams")
    match = match.bindparams(bindparam("grams", " AND ".join(token(gram) for gram in grams), unique=True))
    return search_texts.c.n.in_(match.columns(search_texts.c.n))


def _forget(connection: Connection, ids: Sequence[str]) -> None:
    for some in _chunks(ids):
        ours = search_texts.c.interaction_id.in_(some)
        if connection.dialect.name == "sqlite":
            gone = connection.execute(select(search_texts.c.n, search_texts.c.text).where(ours)).all()
            told = text("INSERT INTO search_grams (search_grams, rowid, grams) VALUES ('delete', :n, :grams)")
            if gone:
                connection.execute(told, [{"n": n, "grams": tokens(value)} for n, value in gone])
        connection.execute(search_texts.delete().where(ours))


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
