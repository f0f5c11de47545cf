"""Makes the rows of a stretch of seeded interactions: all that a real one leaves in the tables, jobs left out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from qa_engine.domain import Kind
from qa_engine.storage import State
from qa_engine.storage.grams import grams_of, number, token
from qa_engine.storage.ids import RANDOM_BITS, id_at
from qa_engine.storage.interactions import NEEDS_REVIEW
from qa_engine.storage.search import found_by
from qa_engine.storage.types import json_text
from workers.seeding.dialogues import values_of
from workers.seeding.plan import Case, Plan, cases
from workers.seeding.pool import Judged, Tier, packed

STRETCH = 1000
"""Interactions made, and committed, at a time."""
TRANSCRIPT_VERSION = "seed/1"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "interactions": (
        "id", "tenant", "kind", "source", "same_as", "external_id", "vendor", "team", "agent", "customer_ref",
        "ticket", "direction", "language", "started_at", "received_at", "duration_s", "content_sha256", "metadata",
        "state", "results", "score", "band", "fatal", "is_fatal", "flags", "needs_review", "rubric_id", "scored_at",
    ),
    "stage_results": ("content_sha256", "stage", "version", "payload", "created_at"),
    "scorecards": (
        "id", "tenant", "interaction_id", "job_id", "rubric_id", "rubric_version", "rubric_sha256", "versions",
        "payload", "score", "band", "created_at",
    ),
    "interaction_flags": ("tenant", "flag", "interaction_id"),
    "search_texts": ("interaction_id", "text", "grams"),
}  # fmt: skip
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Maker:
    """Travels to the processes that make rows, once each."""

    plan: Plan
    pool: Mapping[Tier, Sequence[Judged]]
    signals_version: str
    sqlite: bool
    _same: dict[int, tuple[str, set[str]]] = field(default_factory=dict, init=False, repr=False)

    def rows(self, stretch: int) -> Rows:
        """The rows of interactions ``stretch * STRETCH`` and on, by table, in the order of their ids."""
        first = stretch * STRETCH
        count = min(STRETCH, self.plan.interactions - first)
        rng = self.plan.rng("stretch", stretch)
        made: Rows = {table: [] for table in COLUMNS}
        for n, case in zip(range(first, first + count), cases(self.plan, rng, count), strict=True):
            self._one(made, n, case, rng)
        return made

    def _one(self, made: Rows, n: int, case: Case, rng: Random) -> None:
        judged = rng.choice(self.pool[case.kind, case.agent.language, case.tier])
        values = values_of(rng, case.agent.language, n)
        received = self.plan.received(n, rng.random())
        milliseconds = int(received.timestamp() * 1000)
        key, job, card_id = (id_at(milliseconds + later, rng.getrandbits(RANDOM_BITS)) for later in range(3))
        transcript = judged.transcript.filled(values)
        sha256 = hashlib.sha256(transcript.encode() if case.kind is Kind.CHAT else key.encode()).hexdigest()
        row = self._interaction(case, judged, rng, key=key, n=n, received=received, sha256=sha256)
        moment, card = row["scored_at"], judged.scorecard
        payload = packed(judged.card.filled(values))
        made["interactions"].append(tuple(row[name] for name in COLUMNS["interactions"]))
        made["stage_results"] += [
            (sha256, "transcript", TRANSCRIPT_VERSION, packed(transcript), moment),
            (sha256, "signals", self.signals_version, judged.signals, moment),
        ]
        reference = (card.rubric.id, card.rubric.version, card.rubric.sha256)
        judgement = (json_text(judged.versions), payload, card.score, row["band"], moment)
        made["scorecards"].append((card_id, self.plan.tenant, key, job, *reference, *judgement))
        flags = sorted({*card.flags, *card.fatal})
        made["interaction_flags"] += [(self.plan.tenant, flag, key) for flag in flags]
        own = found_by(row, [line.filled(values) for line in judged.slotted])
        grams, known = self._known(judged)
        more = self._joint.join(map(self._told, grams_of(own) - known))
        text = "\n".join((own, *judged.said))
        told = self._joint.join(filter(None, (grams, more)))
        made["search_texts"].append((key, text, told if self.sqlite else f"{{{told}}}"))

    def _known(self, judged: Judged) -> tuple[str, set[str]]:
        """The grams of what is the same in every filling, as they are written and as they are."""
        key = id(judged)
        if key not in self._same:
            grams = grams_of("\n".join(judged.said))
            self._same[key] = (self._joint.join(map(self._told, grams)), grams)
        return self._same[key]

    @property
    def _joint(self) -> str:
        return " " if self.sqlite else ","

    def _told(self, gram: str) -> str:
        return token(gram) if self.sqlite else str(number(gram))

    def _interaction(
        self, case: Case, judged: Judged, rng: Random, *, key: str, n: int, received: datetime, sha256: str
    ) -> dict[str, Any]:
        card, seconds = judged.scorecard, judged.dialogue.duration_s
        external = f"seed-{self.plan.seed}-{n}"
        return {
            "id": key,
            "tenant": self.plan.tenant,
            "kind": case.kind.value,
            "source": "seed",
            "same_as": f"external:{external}",
            "external_id": external,
            "vendor": case.agent.vendor,
            "team": case.agent.team,
            "agent": case.agent.name,
            "customer_ref": case.customer,
            "ticket": f"GD{rng.randrange(10**8):08d}" if rng.random() < 0.2 else None,
            "direction": "outbound" if rng.random() < 0.1 else "inbound",
            "language": case.agent.language,
            "started_at": self._moment(received - timedelta(seconds=seconds + rng.uniform(5, 300))),
            "received_at": self._moment(received),
            "duration_s": seconds,
            "content_sha256": sha256,
            "metadata": json_text({"seeded": self.plan.mark}),
            "state": State.DONE.value,
            "results": json_text({"transcript": TRANSCRIPT_VERSION, "signals": self.signals_version}),
            "score": card.score,
            "band": card.band and card.band.value,
            "fatal": json_text(card.fatal),
            "is_fatal": bool(card.fatal),
            "flags": json_text(card.flags),
            "needs_review": NEEDS_REVIEW in card.flags,
            "rubric_id": card.rubric.id,
            "scored_at": self._moment(received + timedelta(seconds=rng.uniform(2, 60))),
        }

    def _moment(self, moment: datetime) -> str:
        """As the database itself writes it."""
        told = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return told if self.sqlite else f"{told}+00"
