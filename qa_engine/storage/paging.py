"""Where a page of a list ends and the next begins: by the values of its last row, never by counting rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, RowMapping, Select, tuple_

from qa_engine.errors import BadInput
from qa_engine.storage.types import Utc


@dataclass(frozen=True)
class Order:
    """Rows sorted by columns that together are unique; ``names`` are theirs in a row where not the columns' own."""

    columns: Sequence[ColumnElement[Any]]
    descending: bool = True
    names: Sequence[str] = ()

    def of(self, query: Select[Any]) -> Select[Any]:
        return query.order_by(*(column.desc() if self.descending else column.asc() for column in self.columns))

    def beyond(self, values: Sequence[Any]) -> ColumnElement[bool]:
        """What comes after the row of these values."""
        row, after = tuple_(*self.columns), tuple(values)
        beyond: ColumnElement[bool] = row < after if self.descending else row > after
        return beyond

    def values(self, row: RowMapping) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.names or [str(column.key) for column in self.columns])

    def cursor(self, row: RowMapping) -> str:
        """The row's place, as clients give it back."""
        told = [value.isoformat() if isinstance(value, datetime) else value for value in self.values(row)]
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    def place(self, cursor: str) -> tuple[Any, ...]:
        """The values of a cursor. Raises BadInput for what is none of this order."""
        try:
            told = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
            if isinstance(told, list) and len(told) == len(self.columns):
                return tuple(_read(column, value) for column, value in zip(self.columns, told, strict=True))
        except (ValueError, TypeError):
            pass
        raise BadInput("not the place of a page", where="after", mend="take `next` of the page before, as it is")


def _read(column: ColumnElement[Any], value: Any) -> Any:
    """Raises ValueError or TypeError."""
    if isinstance(column.type, Utc):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return moment
    wanted = (int, float) if isinstance(column.type, Float) else (str,)
    if type(value) not in wanted:
        raise TypeError("of another kind")
    return value
