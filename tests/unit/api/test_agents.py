"""How a shift told on an agent: of the right day, the right agent, and for the right people."""

from __future__ import annotations

from typing import Any

from qa_engine.domain import Role, UserRole
from qa_engine.domain.codec import dump
from qa_engine.emotion import Emotion, trace
from qa_engine.storage.results import keep_result
from qa_engine.storage.updates import heard_of
from tests.unit.api.cast import Cast
from tests.unit.emotion.moods import talk

HOSTILE = ("c.请问", "a.您好", "c!骗子", "a!你说谁", "c!投诉你", "a!随便你")
FRIENDLY = ("c.请问", "a.您好", "c+谢谢", "a.不客气")


def emotion(*lines: str) -> Emotion:
    found = trace(*talk(*lines))
    assert found is not None and found.of(Role.AGENT)
    return found


def met(cast: Cast, n: int, *lines: str, agent: str = "A1", day: int = 2) -> None:
    began = f"2026-03-{day:02d}T{8 + n:02d}:00:00+08:00"
    interaction_id = cast.chat(id=f"{agent}-{day}-{n}", agent=agent, team="T1", started_at=began)
    if not lines:
        return
    with cast.store.db.write() as connection:
        keep_result(connection, _content(cast, interaction_id), "emotion", f"t{n}", dump(emotion(*lines)))
        heard_of(connection, interaction_id, results={"emotion": f"t{n}"})


def _content(cast: Cast, interaction_id: str) -> str:
    return str(cast.get(f"/v1/interactions/{interaction_id}").json()["content_sha256"])


def shift(cast: Cast, agent: str = "A1", by: str = "service", day: str = "2026-03-02") -> Any:
    return cast.get(f"/v1/agents/{agent}/strain?day={day}", by=by).json()


def test_a_hard_day_is_told_with_its_reasons(cast: Cast) -> None:
    for n in range(6):
        met(cast, n, *(HOSTILE if n > 2 else FRIENDLY))
    met(cast, 6)
    met(cast, 0, *HOSTILE, day=3)
    met(cast, 0, *HOSTILE, agent="A2")
    told = shift(cast)
    assert (told["agent"], told["day"], len(told["contacts"])) == ("A1", "2026-03-02", 7)
    assert (told["strain"]["told"], told["strain"]["hostile_share"], told["strain"]["band"]) == (6, 0.5, "high")
    assert told["strain"]["reasons"][0] == {"zh": "50% 的客户情绪激动", "en": "50% of the customers were agitated"}
    assert told["contacts"][6]["own"] is None


def test_too_little_is_no_strain(cast: Cast) -> None:
    met(cast, 0, *HOSTILE)
    assert shift(cast)["strain"] is None
    assert shift(cast, day="2026-03-09") == {"agent": "A1", "day": "2026-03-09", "strain": None, "contacts": []}


def test_agents_see_their_own_shift_and_supervisors_their_team(cast: Cast) -> None:
    met(cast, 0, *HOSTILE)
    cast.add("self", UserRole.AGENT, agent="A1")
    cast.add("colleague", UserRole.AGENT, agent="A2")
    cast.add("boss", UserRole.SUPERVISOR, team="T1")
    cast.add("other", UserRole.SUPERVISOR, team="T2")
    cast.add("stranger", UserRole.ADMIN, tenant="elsewhere")
    seen = {who: len(shift(cast, by=who)["contacts"]) for who in ("self", "colleague", "boss", "other", "stranger")}
    assert seen == {"self": 1, "colleague": 0, "boss": 1, "other": 0, "stranger": 0}


def test_a_day_that_cannot_be_meant_is_refused(cast: Cast) -> None:
    for day in ("yesterday", "0001-01-01", "9999-12-31"):
        assert cast.get(f"/v1/agents/A1/strain?day={day}").status_code == 422
