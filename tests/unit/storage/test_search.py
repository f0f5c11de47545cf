"""Whatever piece of text is asked for, exactly the interactions that hold it are found, and only by those who may."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from qa_engine.domain import Principal, Transcript
from qa_engine.domain.codec import dump
from qa_engine.storage import SYSTEM, InteractionFilter, Store
from qa_engine.storage import interactions as lists
from qa_engine.storage import search as finding
from qa_engine.storage.grams import fold
from qa_engine.storage.results import keep_result
from qa_engine.storage.search import keep_texts, refind
from qa_engine.storage.updates import heard_of
from tests.databases import BOTH, clean_store
from tests.unit.storage.cast import AGENT, LEAD, STRANGER, SUPERVISOR, VENDOR, chat, take_call, take_chat

WORDS = (
    "您好", "退款", "举报", "投诉你们", "订单号", "没有收到", "请稍等", "快递", "蓝牙耳机", "工作日", "身份证",
    "refund", "Order", "can't", "hold on", "AND", "NOT", "NEAR", "OR", "*", "%", "_", "100%", "a_b", "'", '"', "\\",
    "C:\\tmp", "(", ")", "^", ":", "-", "+", "NULL", "９９", "Ａｂｃ", "ﬁ", "é", "e\u0301", "ß", "😀", "👍🏽", "𠮷野家",
    "👨‍👩‍👧", "，", "。", "？", "　", "1", "12", "13800138000", "998877", "3.5", "GD-1024", "\u200b", "İ", "ǆ", "한국",
)  # fmt: skip
QUERIES = 500


@dataclass
class Archive:
    """A store, and the folded lines that each of its interactions is to be found by."""

    store: Store
    lines: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def found(self, words: str, asker: Principal = LEAD, limit: int = 37, **wanted: object) -> list[str]:
        """Over all pages."""
        after, ids = None, []
        while True:
            page = self.store.interactions(asker, InteractionFilter(q=words, **wanted), after, limit)  # type: ignore[arg-type]
            ids += [row.id for row in page.rows]
            if page.next is None:
                return ids
            after = page.next

    def brute(self, words: str) -> list[str]:
        wanted = fold(words)
        return sorted((key for key, lines in self.lines.items() if any(wanted in line for line in lines)), reverse=True)


def sentence(rng: random.Random) -> str:
    joint = rng.choice(("", "", " ", "，"))
    return joint.join(rng.choices(WORDS, k=rng.randint(1, 5)))


@pytest.fixture(scope="module", params=BOTH)
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with clean_store(request.param, tmp_path_factory.mktemp("archive")) as store:
        yield fill(Archive(store), random.Random(29))


def fill(archive: Archive, rng: random.Random) -> Archive:
    """300 interactions; a third of them heard anew, every tenth forgotten."""
    for n in range(300):
        told = {"external_id": f"X-{n:03d}", "agent": f"A{n % 3} 王芳", "team": f"T{n % 2}", "vendor": f"V{n % 4}"}
        said = [sentence(rng) for _ in range(rng.randint(1, 6))]
        row = take_chat(archive.store, *said, **told).interaction
        archive.owners[row.id] = told
        if n % 3 == 0:
            said = [sentence(rng) for _ in range(3)]
            hear(archive.store, row.id, row.interaction.content_sha256, chat(*said))
        archive.lines[row.id] = [fold(line) for line in (*said, "chat.json", told["external_id"], told["agent"])]
    for key in list(archive.lines)[::10]:
        with archive.store.db.write() as connection:
            keep_texts(connection, {key: ""})
        archive.lines[key] = []
    return archive


def hear(store: Store, interaction_id: str, sha256: str, transcript: Transcript) -> None:
    with store.db.write() as connection:
        keep_result(connection, sha256, "transcript", "again/1", dump(transcript))
        heard_of(connection, interaction_id, results={"transcript": "again/1"})
        refind(connection, interaction_id)


def pieces(archive: Archive) -> list[str]:
    """1 to 6 characters: cut from the texts, near misses of such, and of our words at random."""
    rng = random.Random(6)
    lines = [line for lines in archive.lines.values() for line in lines]
    found: list[str] = []
    while len(found) < QUERIES:
        line, length = rng.choice(lines), rng.randint(1, 6)
        start = rng.randint(0, max(0, len(line) - length))
        piece = line[start : start + length]
        if len(found) % 3 == 1:
            piece = piece[:-1] + rng.choice("退z9，😀%_\"'\\")
        if len(found) % 3 == 2:
            piece = "".join(rng.choices("".join(WORDS), k=length))
        if fold(piece):
            found.append(piece)
    return found


@pytest.mark.parametrize("few", [finding.FEW, 8], ids=["by the index", "in the list"])
def test_it_finds_what_brute_force_finds(archive: Archive, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(lists, "STRETCH", 60)
    wrong = [(piece, archive.found(piece), archive.brute(piece)) for piece in pieces(archive)]
    assert [one for one in wrong if one[1] != one[2]] == []


@pytest.mark.parametrize("words", ["举报", "ＲＥＦＵＮＤ", "  hold   on ", "𠮷", "😀", "100%", "NOT", '"', "\\", "''"])
def test_it_finds_what_people_look_for(archive: Archive, words: str) -> None:
    assert archive.found(words) == archive.brute(words)


@pytest.mark.parametrize("words", ["举保", "refunt", "举 报", "13800138001", "no such words at all", "* OR x", "龘"])
def test_near_misses_are_not_found(archive: Archive, words: str) -> None:
    assert archive.found(words) == archive.brute(words) == []


@pytest.mark.parametrize("few", [finding.FEW, 8])
@pytest.mark.parametrize(
    "wanted", [{"team": "T1"}, {"vendor": "V2", "agent": "A1 王芳"}, {"order": "score"}, {"flag": "x"}]
)
def test_it_narrows_what_is_found(
    archive: Archive, wanted: dict[str, str], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(lists, "STRETCH", 40)
    owned = [key for key, told in archive.owners.items() if all(told.get(k) == v for k, v in wanted.items())]
    assert archive.found("退", **wanted) == [key for key in archive.brute("退") if key in owned]


@pytest.mark.parametrize("few", [finding.FEW, 0], ids=["by the index", "in the list"])
@pytest.mark.parametrize("words", ["举报", "您", "wang", "王芳", "X-"])
def test_nobody_finds_what_is_not_theirs(
    archive: Archive, words: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    assert archive.found(words, STRANGER) == []
    for asker, own in ((SUPERVISOR, "team"), (VENDOR, "vendor"), (AGENT, "agent")):
        mine = [key for key in archive.brute(words) if archive.owners[key][own] == getattr(asker, own)]
        assert archive.found(words, asker) == mine


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with clean_store(request.param, tmp_path_factory.mktemp("small")) as opened:
        yield opened


def shown(store: Store, words: str) -> list[str]:
    return [row.id for row in store.interactions(SYSTEM, InteractionFilter(q=words)).rows]


def test_what_was_heard_anew_is_not_found_by_its_old_words(store: Store) -> None:
    row = take_chat(store, "旧的说法", external_id="N-1").interaction
    assert shown(store, "旧的") == [row.id]
    hear(store, row.id, row.interaction.content_sha256, chat("新的说法"))
    assert (shown(store, "旧的"), shown(store, "新的"), shown(store, "说法")) == ([], [row.id], [row.id])


def test_everything_is_made_findable_anew_at_once(store: Store) -> None:
    ids = {take_chat(store, f"第{n}个问题", external_id=f"N-{n}").interaction.id for n in range(7)}
    with store.db.write() as connection:
        keep_texts(connection, dict.fromkeys(ids, "lost"))
        refind(connection)
    assert set(shown(store, "个问题")) == ids
    assert shown(store, "lost") == []


def test_a_call_is_found_by_its_names_before_it_was_heard(store: Store) -> None:
    row = take_call(store, agent="A017 林晓", ticket="GD-77", customer_ref="C9").interaction
    assert shown(store, "林晓") == shown(store, "gd-77") == shown(store, "call.wav") == [row.id]


@pytest.mark.parametrize("words", ["", "   ", "\u3000", "\0"])
def test_nothing_asked_is_no_filter(store: Store, words: str) -> None:
    row = take_chat(store, "你好").interaction
    assert shown(store, words) == [row.id]
