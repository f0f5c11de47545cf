"""Finds interactions by any piece of their text: candidates by bigrams, then the text itself decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, func, insert, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from qa_engine.domain import Transcript
from qa_engine.storage.grams import asked, fold, grams_of, token
from qa_engine.storage.tables import interactions, search_texts, stage_results

FEW = 20_000
"""Up to so many candidates are looked at one by one; words that more texts hold are soon met by reading the lists."""
NAMES = ("source", "external_id", "ticket", "customer_ref", "agent")
_CHUNK = 500


def searchable(row: Mapping[str, Any], transcript: Transcript | None) -> str:
    """All that may be found of an interaction, folded; lines keep apart what was not said in one breath."""
    return _joined(row, (turn.text for turn in transcript.turns) if transcript is not None else ())


def _joined(row: Mapping[str, Any], spoken: Iterable[str]) -> str:
    return "\n".join(fold(line) for line in (*(row[name] or "" for name in NAMES), *spoken) if line)


def keep_texts(connection: Connection, texts: Mapping[str, str]) -> None:
    """Make each interaction (by id) findable by its text, and no longer by what it had before."""
    if not texts:
        return
    _forget(connection, list(texts))
    rows = [{"interaction_id": key, "text": value} for key, value in texts.items()]
    if connection.dialect.name == "postgresql":
        told = text(
            "INSERT INTO search_texts (interaction_id, text, grams) VALUES (:interaction_id, :text, :grams)"
        ).bindparams(bindparam("grams", type_=ARRAY(BigInteger)))
        connection.execute(told, [row | {"grams": sorted(grams_of(row["text"]))} for row in rows])
        return
    connection.execute(insert(search_texts), rows)
    for some in _chunks(list(texts)):
        kept = select(search_texts.c.n, search_texts.c.text).where(search_texts.c.interaction_id.in_(some))
        values = [{"n": n, "grams": _words(value)} for n, value in connection.execute(kept)]
        connection.execute(text("INSERT INTO search_grams (rowid, grams) VALUES (:n, :grams)"), values)


def holding(connection: Connection, words: str) -> ColumnElement[bool]:
    """A condition on the interactions table: those whose text holds ``words`` (not blank)."""
    wanted = fold(words)
    may = _candidates(connection, wanted)
    holds = func.instr if connection.dialect.name == "sqlite" else func.strpos
    exact = holds(search_texts.c.text, wanted) > 0
    counted = select(func.count()).select_from(select(search_texts.c.n).where(may).limit(FEW + 1).subquery())
    if connection.execute(counted).scalar_one() <= FEW:
        return interactions.c.id.in_(select(search_texts.c.interaction_id).where(may, exact))
    own = search_texts.c.interaction_id == interactions.c.id
    return select(search_texts.c.n).where(own, exact).correlate(interactions).exists()


def refind(connection: Connection, *ids: str) -> None:
    """Make findable by what is kept of them now: these interactions, or all where none is named."""
    columns = [interactions.c.id, interactions.c.results, interactions.c.content_sha256]
    query = select(*columns, *(interactions.c[name] for name in NAMES))
    for found in connection.execute(query.where(interactions.c.id.in_(ids)) if ids else query).mappings().all():
        row = dict(found)
        keep_texts(connection, {row["id"]: _joined(row, _said(connection, row))})


def _said(connection: Connection, row: Mapping[str, Any]) -> Iterable[str]:
    version = row["results"].get("transcript")
    own = (stage_results.c.content_sha256 == row["content_sha256"]) & (stage_results.c.version == version)
    kept = select(stage_results.c.payload).where(own, stage_results.c.stage == "transcript")
    payload = connection.execute(kept).scalar() or {"turns": ()}
    return (turn["text"] for turn in payload["turns"])


def _candidates(connection: Connection, wanted: str) -> ColumnElement[bool]:
    grams = sorted(asked(wanted))
    if connection.dialect.name == "postgresql":
        return literal_column("search_texts.grams", ARRAY(BigInteger)).contains(grams)
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
                connection.execute(told, [{"n": n, "grams": _words(value)} for n, value in gone])
        connection.execute(search_texts.delete().where(ours))


def _words(value: str) -> str:
    return " ".join(sorted(token(gram) for gram in grams_of(value)))


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
