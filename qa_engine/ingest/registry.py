"""All chat formats, in the order in which they are asked whether a file is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from qa_engine.ingest.formats import abcd, aws_pca, delimited, intercom, lines, mobilecs, own, wecom
from qa_engine.ingest.record import Found
from qa_engine.ingest.source import Source


class Format(Protocol):
    """One importer. ``sniff`` looks at the beginning only; ``parse`` gives a record or an error a conversation."""

    NAME: str

    def sniff(self, source: Source) -> bool: ...

    def parse(self, source: Source) -> Iterator[Found]: ...


FORMATS: tuple[Format, ...] = (wecom, intercom, aws_pca, mobilecs, abcd, own, delimited, lines)
