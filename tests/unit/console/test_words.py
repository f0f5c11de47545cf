"""Both languages say everything, and nothing is said that is not in the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pytest

from api.console import templating, words
from api.console.assets import STATIC
from api.console.view.asked import CHIPS
from api.console.view.channels import KINDS
from api.problems import STATUS
from api.workbench import MODELS
from qa_engine.alerts import AlertState, Grade
from qa_engine.alerts.domain import Per
from qa_engine.alerts.strategy import When
from qa_engine.domain import Band, Direction, Kind, Life, Outcome, Role, TurnKind, UserRole
from qa_engine.emotion import strain
from qa_engine.storage import Queue, Stage, State
from qa_engine.storage.alert_channels import ChannelKind
from qa_engine.storage.alert_events import AlertEventKind
from qa_engine.storage.alerts import ResolutionCause
from qa_engine.storage.events import Event
from qa_engine.storage.rescore_rows import RescoreState
from qa_engine.storage.webhooks import DeliveryState

ZH, EN = words.catalogue("zh"), words.catalogue("en")
FAMILIES: dict[str, Iterable[str]] = {
    "band.": (*Band, "none"),
    "direction.": Direction,
    "kind.": Kind,
    "outcome.": (*Outcome, "ABSENT"),
    "role.": UserRole,
    "speaker.": Role,
    "state.": State,
    "strain.": strain.Band,
    "step.": Stage,
    "turnkind.": set(TurnKind) - {TurnKind.SPEECH, TurnKind.TEXT},
    "failed.": (State.FAILED, State.PARKED),
    "day.": ("today", "yesterday"),
    "pane.": ("conversation", "scorecard", "signals", "about"),
    "card.show_": ("all", "lost", "person"),
    "unit.": ("hanzi", "words"),
    "queue.name_": Queue,
    "grade.": Grade,
    "alertstate.": AlertState,
    "alertevent.": AlertEventKind,
    "cause.": ResolutionCause,
    "alerts.due_": (AlertState.OPEN, AlertState.ACKNOWLEDGED),
    "life.": (*Life, "built_in"),
    "life.to_": set(Life) - {Life.DRAFT},
    "life.means_": set(Life) - {Life.DRAFT},
    "rescore.state_": RescoreState,
    "rescore.effect_": ("dry", "aside", "count"),
    "rescore.means_": ("dry", "aside", "count"),
    "rescore.apart_": ("unwanted", "not_ready", "other_language", "never_judged"),
    "ask.": set(When.model_fields) - {"any"},
    "per.": Per,
    "channelkind.": KINDS,
    "channel.is_": ("ready", "rests", "off", "refused"),
    "channel.how_": ChannelKind,
    "channel.url_help_": set(ChannelKind) - {ChannelKind.EMAIL},
    "channel.wrong_": ("address", "url", "name", "secret", "groups", "events"),
    "event.": Event,
    "delivery.": DeliveryState,
    "preview.without_": MODELS.values(),
    "answer.": ("true", "false", "unknown"),
}
"""Keys made from values: every value must have its word."""
OPEN = ("code.", "flag.", "version.", "problem.", "language.", "step.", "filter.", "js.")
"""Families that are looked up with a fallback, or handed to scripts whole."""


def sources() -> list[tuple[str, str]]:
    folder = templating.TEMPLATES.parent
    return [
        (str(p), p.read_text("utf-8"))
        for p in [*folder.rglob("*.html"), *folder.glob("**/*.py")]
        if "node_modules" not in p.parts
    ]


def used() -> set[str]:
    """Every key written out whole in a template or module."""
    found = {chip[1] for chip in CHIPS} | {"summary.moving", "summary.stuck"}
    for _, text in sources():
        found |= set(re.findall(r"""\bt\(\s*['"]([a-z_]+(?:\.[a-zA-Z_0-9]+)?)['"]""", text))
        found |= {k for pair in re.findall(r"t\('([\w.]+)' if .*? else \(?'([\w.]+)'", text) for k in pair}
    return {key for key in found if not key.endswith("_")}


def test_it_says_the_same_things_in_both_languages() -> None:
    assert set(ZH) == set(EN)


@pytest.mark.parametrize("key", sorted(ZH))
def test_it_keeps_the_places_for_values_in_both_languages(key: str) -> None:
    assert ZH[key].strip() and EN[key].strip()
    places = [{name for _, name, _, _ in Formatter().parse(book[key]) if name} for book in (ZH, EN)]
    assert places[0] == places[1]


def test_it_has_every_word_that_a_page_uses() -> None:
    assert len(used()) > 120, "the search for keys finds too little to mean anything"
    assert used() - set(ZH) == set()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_it_has_a_word_for_every_value_of_a_family(family: str) -> None:
    assert {f"{family}{value}" for value in FAMILIES[family]} - set(ZH) == set()


def test_it_keeps_no_word_that_nobody_says() -> None:
    made = {f"{family}{value}" for family, values in FAMILIES.items() for value in values}
    texts = "".join(text for _, text in sources())
    idle = {
        k for k in set(ZH) - used() - made if not k.startswith(OPEN) and f"'{k}'" not in texts and f'"{k}"' not in texts
    }
    assert idle == set()


def test_scripts_use_only_words_that_they_are_given() -> None:
    asked = {(family, name) for family, file in (("js.upload.", "upload.js"), ("js.replay.", "replay.js"),
                                                ("js.rubric.", "rubric_edit.js"), ("js.alerts.", "alerts.js"),
                                                ("js.rubric.", "editor.js"))
             for name in re.findall(r"\bwords\.(\w+)", (STATIC / file).read_text("utf-8"))}  # fmt: skip
    assert asked and {f"{family}{name}" for family, name in asked} - set(ZH) == set()


def test_error_titles_cover_what_the_api_can_answer_to_a_page() -> None:
    pages = set(STATUS.values()) - {401, 405, 415, 416}
    assert {f"problem.{status}" for status in pages} - set(ZH) == set()


def test_the_files_are_tidy_json() -> None:
    for lang in words.LANGUAGES:
        text = (words.LOCALES / f"{lang}.json").read_text("utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize(
    ("cookie", "lang"), [(None, "zh"), ("en", "en"), ("zh", "zh"), ("fr", "zh"), ("", "zh"), ("en-US", "zh")]
)
def test_it_speaks_the_chosen_language_else_the_installations(cookie: str | None, lang: str) -> None:
    assert words.chosen(cookie, "zh") == lang


def test_a_rubrics_own_title_comes_before_our_word_for_a_flag() -> None:
    t = words.words("zh", {"dispute": "客户有纠纷"})
    assert (t.title("dispute"), t.title("needs_review"), t.title("brand_new")) == (
        "客户有纠纷",
        "待人工判定",
        "brand_new",
    )


ROOT = Path(__file__).resolve().parents[3]
CODES = re.compile(r'(?:Notice|_note)\(\s*"([a-z_]+)"|^\s+"([a-z_]+)",\n\s+(?:Text\(|f?")', re.MULTILINE)


def test_every_notice_of_the_engine_has_a_word_for_its_chip() -> None:
    sources = [path.read_text("utf-8") for room in ("qa_engine", "models") for path in (ROOT / room).rglob("*.py")]
    codes = {code for text in sources if "Notice" in text for pair in CODES.findall(text) for code in pair if code}
    assert {"truncated", "roles_guessed", "silent_channel", "one_sided", "no_speech"} <= codes
    assert {code for code in codes if f"flag.{code}" not in ZH} == set()
