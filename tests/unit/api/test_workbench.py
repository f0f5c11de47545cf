"""A preview uses the models at hand, and tells which it lacks."""

from __future__ import annotations

import pytest

from api.workbench import Preview, Workbench
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Outcome
from qa_engine.storage import SYSTEM
from tests.unit.api.cast import Cast
from tests.unit.rubric.small import SMALL
from workers.web import lend

MEANT = SMALL.replace(
    "{says: {words: [$hello], first_turns: $turns}}", "{means: {like: [请稍等我帮您查一下订单的物流], at_least: 0.9}}"
).replace("words:\n  hello: [您好, 你好]\n", "").replace("thresholds: {turns: 2}\n", "")  # fmt: skip
DONE = MEANT.replace("means: {like: [请稍等我帮您查一下订单的物流], at_least: 0.9}", "does: {acts: greet}")
SAID = {"messages": [
    {"role": "customer", "text": "我的快递三天没动了", "seconds": 0},
    {"role": "agent", "text": "您好，请您稍等，我帮您查一下这个订单的物流", "seconds": 12},
]}  # fmt: skip


def tried(cast: Cast, text: str, bench: Workbench) -> tuple[Preview, Outcome]:
    found = bench.preview(cast.store, SYSTEM, text, cast.chat(**SAID))
    return found, found.after.items[0].outcome


@pytest.mark.parametrize(("text", "missing"), [(MEANT, "embedder"), (DONE, "acts")])
def test_what_asks_a_model_that_is_not_there_abstains_and_is_told(cast: Cast, text: str, missing: str) -> None:
    found, outcome = tried(cast, text, Workbench(Instruments))
    assert missing in found.missing and outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("text", [MEANT, DONE])
def test_with_the_models_that_the_serving_process_lends_it_is_judged(cast: Cast, text: str) -> None:
    found, outcome = tried(cast, text, Workbench(lend(cast.store.settings).instruments))
    assert found.missing == () and outcome is Outcome.MET


def test_a_model_whose_files_are_away_is_told_as_missing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.web.find_spec", lambda _name: None)
    found, outcome = tried(cast, MEANT, Workbench(lend(cast.store.settings).instruments))
    assert found.missing == ("embedder",) and outcome is Outcome.UNDETERMINED
