"""Every figure is explained, with its type and labels, and nothing is explained that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import REFUSALS, RequestMetrics, render
from qa_engine.settings import Settings
from qa_engine.storage import Figures, QueueFigures, Spread
from qa_engine.storage.alert_figures import AlertFigures

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(qa_engine_\w+)` \| (\w+) \| ([\w, ]*) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
ROWS = {name: (kind, {one.strip() for one in labels.split(",")} - {""}) for name, kind, labels, *_ in ROW.findall(PAGE)}


def everything() -> dict[str, tuple[str, set[str]]]:
    """Type and labels of all that a busy installation tells."""
    requests = RequestMetrics()
    requests.observe("GET", "/", 200, 0.1)
    took = Spread(1, 1.0, 2.0)
    queue = QueueFigures(queue="score", queued=1, done_by_minute=(1,) * 60)
    figures = Figures(
        queues=(queue,), stages={"score": took}, whole=took, realtime_factor=0.5, interactions={"done": 1}, outbox=1,
        outbox_oldest_s=1.0,
    )  # fmt: skip
    found = {}
    text = render(requests, lambda: figures, lambda: AlertFigures({"major": 1}, took)).decode()
    for family in text_string_to_metric_families(text):
        ours = [sample for sample in family.samples if not sample.name.endswith("_created")]
        if family.name.startswith("qa_engine") and ours:
            name = family.name + ("_total" if family.type == "counter" else "")
            found[name] = (family.type, {label for sample in ours for label in sample.labels} - {"le"})
    return found


def test_it_explains_every_figure_with_its_type_and_labels() -> None:
    assert everything() == ROWS


@pytest.mark.parametrize("reason", REFUSALS)
def test_it_explains_every_refusal(reason: str) -> None:
    assert f"`{reason}` (`QA_ENGINE_" in PAGE


def test_it_names_only_settings_that_there_are() -> None:
    named = {name.lower() for name in re.findall(r"`QA_ENGINE_(\w+)`", PAGE)}
    assert named and named <= set(Settings.model_fields)
