"""The whole training on a small set: honest figures in the card, the same numbers again, clear refusals."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.risk import store
from models.risk.card import as_markdown
from models.risk.program import Trained, train
from qa_engine.domain import Transcript, TurnEmotion
from qa_engine.errors import BadInput
from tests.unit.risk.talks import ANGRY, CALM, Letters


def dialogues(count: int) -> list[dict[str, object]]:
    """Beginnings and ends of calm and angry talks put together; the end decides the rating."""
    found = []
    starts = itertools.cycle([*CALM, *ANGRY])
    ends = itertools.cycle([(lines, 0.7) for lines in CALM] + [(lines, -1.2) for lines in ANGRY[:3]])
    for number, start, (end, rating) in zip(range(count), starts, ends, strict=False):
        lines = (f"{start[0]}{chr(0x4E00 + number)}", start[1], end[2])
        messages = [{"role": {"c": "customer", "a": "agent"}[line[0]], "text": line[2:]} for line in lines]
        found.append({"messages": messages, "labels": {"mood": rating}})
    return found


class Moods:
    """An emotion model that hears anger in every 投诉."""

    version = "moods"

    def emotions(self, transcript: Transcript) -> tuple[TurnEmotion, ...]:
        valence = {turn.index: -1.0 if "投诉" in turn.text else 0.2 for turn in transcript.turns}
        return tuple(TurnEmotion(index, "anger", value, 0.9) for index, value in valence.items())


def trained(folder: Path, count: int = 120, **more: Any) -> Trained:
    data = folder / "rated.jsonl"
    data.write_text("\n".join(json.dumps(line) for line in dialogues(count)), encoding="utf-8")
    return train(data, Letters(), label="mood", threshold=-0.5, seed=3, repeats=2, **more)


def test_it_tells_figures_of_dialogues_left_out(tmp_path: Path) -> None:
    card = trained(tmp_path).card
    assert card["dialogues"] == 120 and 40 < card["at_risk"] < 60
    assert len(card["left_out"]["auc"]) == 2
    assert min(card["left_out"]["auc"]) > 0.95
    assert max(card["left_out"]["brier"]) < 0.1
    assert set(card["left_out_open"]) == {"1", "2"}
    assert card["left_out_open"]["1"]["auc"] < min(card["left_out"]["auc"])


def test_it_learns_from_more_than_it_measures(tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text("\n".join(json.dumps(line) for line in dialogues(130)[120:]), encoding="utf-8")
    alone, both = trained(tmp_path), trained(tmp_path, also=(more,))
    assert both.card["dialogues"] == alone.card["dialogues"] == 120
    assert alone.card["also"] is None
    assert both.card["also"]["dialogues"] == 10 and both.card["also"]["data"][0]["name"] == "more.jsonl"
    assert both.card["also"]["auc"] > 0.9
    assert len(both.model.figures.weight) == len(alone.model.figures.weight) + 10
    assert "more.jsonl" in as_markdown({**both.card, "sha256": ""}, 1)
    assert "more.jsonl" not in as_markdown({**alone.card, "sha256": ""}, 1)


def test_it_hears_the_tone_by_the_emotion_model_it_is_given(tmp_path: Path) -> None:
    assert trained(tmp_path).model.tone.weight == 0
    heard = trained(tmp_path, emotion=Moods())
    assert heard.model.tone.weight > 0
    assert heard.card["emotion"] == "moods" and "`moods`" in as_markdown({**heard.card, "sha256": ""}, 1)


def test_it_makes_the_same_numbers_from_the_same_data_and_seed(tmp_path: Path) -> None:
    one, two = trained(tmp_path), trained(tmp_path)
    assert one.card == two.card
    assert np.array_equal(one.model.figures.weight, two.model.figures.weight)
    kept = [store.save(result.model, result.card, tmp_path / name).version for result, name in ((one, "a"), (two, "b"))]
    assert kept[0] == kept[1]


def test_it_writes_a_page_with_the_cards_figures(tmp_path: Path) -> None:
    result = trained(tmp_path, origin="Our own chats.")
    store.save(result.model, result.card, tmp_path)
    page = as_markdown(store.SHELF.card_of(tmp_path), 1_500_000)
    assert "Our own chats." in page and "1.5 MB" in page
    assert result.card["data"]["sha256"] in page
    assert f"| AUC | {np.mean(result.card['left_out']['auc']):.3f} |" in page


def test_it_refuses_too_little_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="50 rated dialogues") as caught:
        trained(tmp_path, count=50)
    assert caught.value.mend


def test_it_refuses_ratings_of_one_kind(tmp_path: Path) -> None:
    data = tmp_path / "calm.jsonl"
    calm = [line for line in dialogues(400) if line["labels"] == {"mood": 0.7}]
    data.write_text("\n".join(json.dumps(line) for line in calm), encoding="utf-8")
    with pytest.raises(BadInput, match="0 at risk"):
        train(data, Letters(), label="mood", threshold=-0.5, seed=1, repeats=1)
