"""The whole pipeline in this process, for one file at a time: what `inspect` and `evaluate` run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.toolbox import build_tools
from qa_engine import pipeline
from qa_engine.domain import Interaction, Kind, Scorecard, Signals, Transcript
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.evaluation.rubric import Case
from qa_engine.ingest import Limits, read_chats
from qa_engine.ingest.described import Described, described, facts_of_call, facts_of_chat
from qa_engine.ingest.files import Source, gather
from qa_engine.ingest.sniff import HEAD_BYTES, what_is
from qa_engine.pipeline import Insight, Tools
from qa_engine.ports import Progress
from qa_engine.settings import Settings
from workers.opinions import Remembered

ID_CHARS = 16


@dataclass(frozen=True, slots=True)
class Inspection:
    """One interaction judged, with all that led to it."""

    interaction: Interaction
    transcript: Transcript
    signals: Signals
    scorecard: Scorecard
    versions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inspector:
    """Settings, models and the rubric asked for (a name, a file, or ``auto``)."""

    settings: Settings
    tools: Tools
    rubric: str

    @classmethod
    def of(cls, settings: Settings, rubric: str | None = None) -> Inspector:
        tools = replace(build_tools(settings), opinions=Remembered())
        return cls(settings, tools, rubric or settings.rubric)

    def inspect(
        self, source: Source, told: Mapping[str, Any], progress: Progress = pipeline.quiet
    ) -> Iterator[Inspection | QAEngineError]:
        """Each interaction in the file, or the error of the one that cannot be read."""
        facts = described({**source.told, **told}, where=str(source.path), time_zone=self.settings.time_zone)
        with source.path.open("rb") as stream:
            kind = what_is(stream.read(HEAD_BYTES), source.path.name)
        if kind == "audio":
            yield self._call(source.path, facts, progress)
        else:
            yield from self._chats(source.path.read_bytes(), source.path.name, facts)

    def transcribe(self, path: Path) -> Transcript:
        """Only the hearing, for measuring it. Raises BadAudio."""
        with path.open("rb") as stream:
            recording = pipeline.decode_call(stream, path.name, self.settings)
        interaction = _interaction(path, Described(), Kind.CALL, duration_s=recording.duration_s)
        return pipeline.hear(interaction, recording, self.tools).transcript

    def insight(self, inspection: Inspection) -> Insight:
        """Whether the customer may be lost, and how both sides felt."""
        return pipeline.look_into(inspection.transcript, inspection.signals, self.tools)

    def judge_case(self, case: Case) -> Scorecard:
        """The scorecard of one labelled case: a file beside the data, or the messages in the line itself."""
        told = dict(case.line.get("meta") or {})
        if case.file is not None:
            results = list(self.inspect(next(gather([case.file])), told))
        else:
            body = json.dumps({"messages": case.line["messages"]}, ensure_ascii=False).encode()
            facts = described(told, where=case.where, time_zone=self.settings.time_zone)
            results = list(self._chats(body, f"{case.where}.json", facts))
        wanted = case.line.get("conversation")
        for result in results:
            if isinstance(result, QAEngineError):
                raise result
            if wanted in (None, result.interaction.external_id):
                return result.scorecard
        raise BadInput(f"no conversation {wanted!r} in the file", where=case.where)

    def _call(self, path: Path, told: Described, progress: Progress) -> Inspection:
        progress("decode", 0.0)
        with path.open("rb") as stream:
            recording = pipeline.decode_call(stream, path.name, self.settings)
        interaction = _interaction(path, told, Kind.CALL, duration_s=recording.duration_s)
        heard = pipeline.hear(interaction, recording, self.tools, progress)
        progress("judge", 0.0)
        return self._judged(interaction, heard.transcript, heard.signals)

    def _chats(self, data: bytes, name: str, told: Described) -> Iterator[Inspection | QAEngineError]:
        chats = read_chats(data, name, limits=Limits.of(self.settings))
        for record in chats:
            sha256 = record.content_sha256
            interaction = Interaction(
                id=sha256[:ID_CHARS],
                kind=record.kind,
                source=name,
                content_sha256=sha256,
                duration_s=record.transcript.duration_s,
                **facts_of_chat(record, told),
            )
            yield self._judged(interaction, record.transcript, pipeline.read(record.transcript, self.tools))
        yield from chats.errors

    def _judged(self, interaction: Interaction, transcript: Transcript, signals: Signals) -> Inspection:
        rubric = pipeline.choose_rubric(self.rubric, transcript.language)
        scorecard = pipeline.judge(interaction, transcript, signals, rubric, self.tools)
        made = pipeline.versions(interaction, rubric, self.tools)
        told = {**made, **pipeline.asked(scorecard, self.tools)}
        return Inspection(interaction, transcript, signals, scorecard, told)


def _interaction(path: Path, told: Described, kind: Kind, *, duration_s: float) -> Interaction:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Interaction(
        id=sha256[:ID_CHARS],
        kind=kind,
        source=path.name,
        content_sha256=sha256,
        duration_s=duration_s,
        **facts_of_call(told),
    )
