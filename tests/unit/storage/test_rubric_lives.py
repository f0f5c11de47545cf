"""A rubric is drafted, tried, put in charge and retired; what was used never changes, and who did it is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from qa_engine.domain import Life
from qa_engine.errors import BadRubric, Conflict, Forbidden, NotFound, QAEngineError
from qa_engine.rubric import read_rubric
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.migrate import migrate
from qa_engine.storage.rubric_lives import MOST_DRAFTS, ChangedMeanwhile
from qa_engine.storage.rubric_rows import closest
from tests.unit.rubric.small import small
from tests.unit.storage.cast import AGENT, LEAD, STRANGER, SUPERVISOR

SERVICE = replace(LEAD, id="key:intake", role="service")


def brought(store: Store, text: str, *, to: Life = Life.ACTIVE, by: object = LEAD) -> str:
    version = store.draft_rubric(by, text)  # type: ignore[arg-type]
    for state in (Life.TRIAL, Life.ACTIVE):
        store.move_rubric(by, version.id, state, "it is better")  # type: ignore[arg-type]
        if state is to:
            break
    return version.id


def decides(store: Store, language: str = "zh", asker: object = LEAD) -> str | None:
    found = store.active_rubric(asker, language)  # type: ignore[arg-type]
    return found and found.version


def test_it_goes_from_draft_to_retired_and_tells_who_when_and_why(store: Store) -> None:
    mei = replace(LEAD, name="梅")
    version = store.draft_rubric(mei, small(), "complaints about greetings")
    for to, why in ((Life.TRIAL, "to be tried"), (Life.ACTIVE, "no flips"), (Life.RETIRED, "superseded")):
        assert store.move_rubric(mei, version.id, to, why).state is to
    history = store.rubric_history(LEAD, version.id)
    assert [(c.before, c.after, c.why, c.actor) for c in history] == [
        (None, "draft", "complaints about greetings", "梅"),
        ("draft", "trial", "to be tried", "梅"),
        ("trial", "active", "no flips", "梅"),
        ("active", "retired", "superseded", "梅"),
    ]
    lines = [line for line in store.audit_log(SYSTEM) if line.subject == version.id]
    assert [line.action for line in reversed(lines)] == ["rubric.draft", *["rubric.move"] * 3]
    assert {line.actor for line in lines} == {LEAD.id} and store.verify_audit() is None


def test_at_most_one_version_decides_for_each_language(store: Store) -> None:
    assert decides(store) is None
    first = brought(store, small("1"))
    second = brought(store, small("2"))
    english = brought(store, small("1", name="english", languages="[en, fr]"))
    assert (decides(store, "zh"), decides(store, "en"), decides(store, "fr-CA"), decides(store, "de")) == (
        "2", "1", "1", None,
    )  # fmt: skip
    assert store.rubric_version(LEAD, first).state is Life.RETIRED
    assert store.rubric_history(LEAD, first)[-1].why == "replaced by small 2"
    both = brought(store, small("3", languages="[zh, fr]"))
    assert [store.rubric_version(LEAD, v).state for v in (second, english)] == [Life.RETIRED] * 2
    assert (decides(store, "fr"), decides(store, "en")) == ("3", None)
    assert store.rubric_version(LEAD, both).languages == ("fr", "zh")


def test_what_was_retired_comes_back_as_it_was(store: Store) -> None:
    first, second = brought(store, small("1")), brought(store, small("2"))
    store.move_rubric(LEAD, first, Life.ACTIVE, "the new one was worse")
    assert decides(store) == "1"
    assert store.rubric_version(LEAD, second).state is Life.RETIRED
    store.move_rubric(LEAD, first, Life.RETIRED, "back to the installation's own")
    assert decides(store) is None


@pytest.mark.parametrize(("code", "near"), [("zh", ("zh",)), ("zh_CN", ("zh-cn", "zh")), ("yue", ("yue", "zh"))])
def test_the_nearest_language_decides(code: str, near: tuple[str, ...]) -> None:
    assert closest(code) == near


@pytest.mark.parametrize("state", [Life.TRIAL, Life.ACTIVE, Life.RETIRED])
def test_beyond_its_draft_a_text_never_changes(store: Store, state: Life) -> None:
    version = brought(store, small(), to=Life.TRIAL if state is Life.TRIAL else Life.ACTIVE)
    if state is Life.RETIRED:
        store.move_rubric(LEAD, version, state, "over")
    sha256 = store.rubric_version(LEAD, version).sha256
    for change in (
        lambda: store.redraft_rubric(LEAD, version, small("2"), sha256),
        lambda: store.discard_draft(LEAD, version),
        lambda: store.move_rubric(LEAD, version, Life.DRAFT, "one more word"),
    ):
        with pytest.raises(Conflict):
            change()
    kept = store.rubric_text(LEAD, version)
    assert (kept.yaml, kept.sha256) == (small(), sha256)
    assert store.rubric(LEAD, sha256).yaml == small()


def test_one_name_and_version_means_one_text(store: Store) -> None:
    brought(store, small("1"), to=Life.TRIAL)
    other = store.draft_rubric(LEAD, small("1", hello="您好, 早上好"))
    with pytest.raises(Conflict, match="another text already") as told:
        store.move_rubric(LEAD, other.id, Life.TRIAL, "try")
    assert told.value.mend == "give it a new version"
    again = store.draft_rubric(LEAD, small("1"))
    with pytest.raises(Conflict, match="has a life already"):
        store.move_rubric(LEAD, again.id, Life.TRIAL, "try")
    store.keep_rubric(read_rubric(small("7", name="pack")))
    taken = store.draft_rubric(LEAD, small("7", name="pack", hello="您好, 早上好"))
    with pytest.raises(Conflict, match="pack 7 is another text already"):
        store.move_rubric(LEAD, taken.id, Life.TRIAL, "try")


def test_a_draft_is_replaced_only_by_who_has_read_it(store: Store) -> None:
    draft = store.draft_rubric(LEAD, small())
    second = store.redraft_rubric(LEAD, draft.id, small("2"), draft.sha256)
    assert (second.version, second.sha256 != draft.sha256) == ("2", True)
    with pytest.raises(ChangedMeanwhile, match="meanwhile"):
        store.redraft_rubric(LEAD, draft.id, small("3"), draft.sha256)
    broken = store.redraft_rubric(LEAD, draft.id, "id: [", second.sha256)
    assert (broken.rubric_id, broken.version) == ("small", "2"), "half a sentence may be saved, too"
    with pytest.raises(BadRubric):
        store.move_rubric(LEAD, draft.id, Life.TRIAL, "try")
    store.discard_draft(LEAD, draft.id)
    with pytest.raises(NotFound):
        store.rubric_version(LEAD, draft.id)


def test_a_rubric_with_errors_does_not_leave_its_draft(store: Store) -> None:
    draft = store.draft_rubric(LEAD, small().replace("points: 100", "points: 90"))
    with pytest.raises(BadRubric, match="sum to 90"):
        store.move_rubric(LEAD, draft.id, Life.TRIAL, "try")
    failing = store.draft_rubric(LEAD, small(hello="早上好"))
    with pytest.raises(BadRubric, match="expected MET, got NOT_MET") as told:
        store.move_rubric(LEAD, failing.id, Life.TRIAL, "try")
    assert told.value.where == "small.yaml:20"


@pytest.mark.parametrize("why", ["", "  "])
def test_a_change_needs_a_reason(store: Store, why: str) -> None:
    draft = store.draft_rubric(LEAD, small())
    with pytest.raises(Conflict, match="reason"):
        store.move_rubric(LEAD, draft.id, Life.TRIAL, why)


@pytest.mark.parametrize("to", [Life.ACTIVE, Life.RETIRED, Life.DRAFT])
def test_a_draft_is_tried_first(store: Store, to: Life) -> None:
    draft = store.draft_rubric(LEAD, small())
    with pytest.raises(Conflict, match="draft cannot become"):
        store.move_rubric(LEAD, draft.id, to, "now")


@pytest.mark.parametrize("who", [SUPERVISOR, AGENT, SERVICE, replace(LEAD, scopes=frozenset({"read"}))])
def test_only_those_who_own_it_edit_and_see_drafts(store: Store, who: object) -> None:
    draft = store.draft_rubric(LEAD, small())
    active = brought(store, small("2"))
    changes = (
        lambda: store.draft_rubric(who, small("3")),  # type: ignore[arg-type]
        lambda: store.redraft_rubric(who, draft.id, small("3"), draft.sha256),  # type: ignore[arg-type]
        lambda: store.discard_draft(who, draft.id),  # type: ignore[arg-type]
        lambda: store.move_rubric(who, active, Life.RETIRED, "no"),  # type: ignore[arg-type]
    )
    for change in changes:
        with pytest.raises(Forbidden):
            change()
    assert [version.id for version in store.rubric_versions(who)] == [active]  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        store.rubric_text(who, draft.id)  # type: ignore[arg-type]


def test_another_tenants_rubrics_are_not_there(store: Store) -> None:
    version = brought(store, small())
    sha256 = store.rubric_version(LEAD, version).sha256
    store.keep_rubric(read_rubric(small("9", name="pack")))
    assert [kept.id for kept in store.rubrics(STRANGER)] == ["pack"]
    assert store.rubric_versions(STRANGER) == []
    assert decides(store, asker=STRANGER) is None
    for name in (sha256, "small"):
        with pytest.raises(NotFound):
            store.rubric(STRANGER, name)
    for change in (
        lambda: store.rubric_text(STRANGER, version),
        lambda: store.rubric_history(STRANGER, version),
        lambda: store.move_rubric(STRANGER, version, Life.RETIRED, "mine now"),
    ):
        with pytest.raises(NotFound):
            change()
    brought(store, small(), by=STRANGER)
    assert store.rubric(STRANGER, sha256).yaml == small()


def test_of_two_who_put_two_versions_in_charge_at_once_one_decides(store: Store) -> None:
    both = [brought(store, small(version), to=Life.TRIAL) for version in ("1", "2")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda version: store.move_rubric(LEAD, version, Life.ACTIVE, "now"), both))
    states = sorted(store.rubric_version(LEAD, version).state for version in both)
    assert states == [Life.ACTIVE, Life.RETIRED]


def test_the_newest_text_of_each_rubric_is_told(store: Store) -> None:
    store.keep_rubric(read_rubric(small("1", name="pack")))
    for version in ("1", "2"):
        brought(store, small(version))
    store.keep_rubric(read_rubric(small("2", name="pack")))
    assert [(kept.id, kept.version) for kept in store.newest_rubrics(LEAD)] == [("pack", "2"), ("small", "2")]
    assert [kept.id for kept in store.newest_rubrics(STRANGER)] == ["pack"]


@pytest.mark.parametrize(
    "text", ["", "- a", "id: x", "id: x\nversion: ''", f"id: x\nversion: {'9' * 101}", "id: x\nversion: 1\n\x00"]
)
def test_what_does_not_say_its_name_is_no_draft(store: Store, text: str) -> None:
    with pytest.raises(BadRubric):
        store.draft_rubric(LEAD, text)


def test_drafts_do_not_pile_up_without_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_engine.storage.rubric_lives.MOST_DRAFTS", 2)
    assert MOST_DRAFTS > 2
    for _ in range(2):
        store.draft_rubric(LEAD, small())
    with pytest.raises(QAEngineError, match="2 drafts already"):
        store.draft_rubric(LEAD, small())


def test_the_texts_that_judged_outlive_a_way_down_and_up_again(store: Store) -> None:
    store.keep_rubric(read_rubric(small("9", name="pack")))
    brought(store, small())
    migrate(store.db, "0004")
    migrate(store.db)
    assert {kept.id for kept in store.rubrics(LEAD)} == {"pack", "small"}
    assert store.rubric_versions(LEAD) == []
    assert decides(store) is None
    brought(store, small("2"))
    assert decides(store) == "2"
