"""Where rubrics are examined and tried for those who edit them: a few at a time, so that other requests go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.problems import NotReady
from qa_engine import pipeline
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Principal, Scorecard, Text
from qa_engine.errors import NotFound
from qa_engine.rubric import Finding, Rubric, read_rubric
from qa_engine.rubric.finding import error
from qa_engine.rubric.library import try_rubric
from qa_engine.rubric.nodes import Leaf, walk
from qa_engine.scoring import judge
from qa_engine.scoring.examine import examine_text
from qa_engine.signals import measure
from qa_engine.storage import KeptRubric, Store, Throttled
from qa_engine.storage.rubric_rows import RubricVersion

SEATS, WAIT_S = 2, 10.0
MODELS: Mapping[str, str] = {"means": "embedder", "does": "acts"}
"""Which model an operator cannot do without."""
NAME = "rubric.yaml"
"""What findings call the text of a request."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One interaction judged by the rubric in charge and by another one, both now; nothing is kept.

    ``missing`` are the models that one of them asks and that are not at hand here: what asks them abstains.
    """

    charge: Rubric
    before: Scorecard
    after: Scorecard
    missing: tuple[str, ...] = ()


@dataclass
class Workbench:
    """``instruments`` gives the models at hand; what needs one that is not there abstains."""

    instruments: Callable[[], Instruments] = Instruments
    _seats: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(SEATS))

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Raises Throttled when all are taken for long."""
        if not self._seats.acquire(timeout=WAIT_S):
            raise Throttled("other rubrics are being examined", retry_after_s=5, mend="try again in a moment")
        try:
            yield
        finally:
            self._seats.release()

    def check(self, store: Store, who: Principal, text: str) -> tuple[Rubric | None, list[Finding]]:
        """All findings of a text, those included that only this installation knows."""
        with self.seat():
            rubric, findings = examine_text(text, NAME, self.instruments())
        if rubric is not None and _taken(store, who, rubric):
            told = Text(
                f"{rubric.id} {rubric.version} 已是另一份内容", f"{rubric.id} {rubric.version} is another text already"
            )
            cure = Text("改用新的版本号", "give it a new version")
            findings.insert(0, error(rubric.lines["pack.version"], told, cure))
        return rubric, findings

    def preview(self, store: Store, who: Principal, text: str, interaction_id: str) -> Preview:
        """Raises NotFound, NotReady before it was heard, BadRubric for a text that cannot be read."""
        row = store.interaction(who, interaction_id)
        transcript = store.transcript(who, interaction_id)
        if transcript is None:
            raise NotReady("nothing was heard of this yet", where=interaction_id, mend="choose another one")
        signals = store.signals(who, interaction_id) or measure(transcript, None)
        dossier = Dossier(row.interaction, transcript, signals)
        with self.seat():
            rubric = try_rubric(text, NAME)
            charge = in_charge(store, who, transcript.language)
            at_hand = self.instruments()
            before, after = (judge(dossier, one, at_hand) for one in (charge, rubric))
            return Preview(charge, before, after, _missing((charge, rubric), at_hand))


def _missing(rubrics: Sequence[Rubric], at_hand: Instruments) -> tuple[str, ...]:
    items = (item for rubric in rubrics for item in rubric.items)
    nodes = (node for item in items for rung in item.ladder for node in walk(rung.when))
    asked = {MODELS.get(node.operator.name) for node in nodes if isinstance(node, Leaf)}
    return tuple(name for name in MODELS.values() if name in asked and getattr(at_hand, name) is None)


def in_charge(store: Store, who: Principal, language: str) -> Rubric:
    """What decides live work of that language: the tenant's active version, else the installation's."""
    active = store.active_rubric(who, language)
    if active is None:
        return pipeline.choose_rubric(store.settings.rubric, language)
    return read_rubric(active.yaml, f"{active.id}.yaml")


def kept_text(store: Store, who: Principal, name: str) -> KeptRubric:
    """By the id of a version (drafts too), by SHA-256, or the newest by the rubric's id. Raises NotFound."""
    try:
        return store.rubric_text(who, name)
    except NotFound:
        return store.rubric(who, name)


def life_of(store: Store, who: Principal, name: str, sha256: str) -> RubricVersion | None:
    """The version that ``name`` means: itself by its id, else the life of that text."""
    lives = store.rubric_versions(who)
    return next((life for life in lives if life.id == name), None) or next(
        (life for life in lives if life.sha256 == sha256), None
    )


def _taken(store: Store, who: Principal, rubric: Rubric) -> bool:
    same = (k for k in store.rubrics(who) if (k.id, k.version) == (rubric.id, rubric.version))
    return any(kept.sha256 != rubric.sha256 for kept in same)


def workbench_of(request: Request) -> Workbench:
    bench: Workbench = request.app.state.workbench
    return bench


WorkbenchDep = Annotated[Workbench, Depends(workbench_of)]
