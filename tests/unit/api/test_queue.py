"""GET /v1/queue: depth, pace, work in hand and what has stopped, for those who run the house and nobody else."""

from __future__ import annotations

import pytest

from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM, Failure, Figures
from tests.unit.api.cast import Cast, problem


def test_it_tells_how_the_work_stands(cast: Cast) -> None:
    waits, works, fails = cast.call(seed=1), cast.call(seed=2), cast.chat(id="bad")
    jobs = {one: cast.store.interaction(SYSTEM, one).job for one in (works, fails)}
    lease = cast.store.jobs.claim(jobs[works].id, "host:7")  # type: ignore[union-attr]
    cast.store.jobs.renew(lease, "recognise", 0.5)  # type: ignore[arg-type]
    bad = cast.store.jobs.claim(jobs[fails].id, "host:8")  # type: ignore[union-attr]
    cast.store.jobs.fail(bad, Failure(code="bad_rubric", message="no"), retry=False)  # type: ignore[arg-type]
    told = cast.get("/v1/queue").json()
    queues = {queue["queue"]: queue for queue in told["queues"]}
    assert (queues["transcribe"]["queued"], queues["transcribe"]["in_work"], queues["score"]["failed"]) == (1, 1, 1)
    assert queues["transcribe"]["drain_s"] is None and len(queues["score"]["done_by_minute"]) == 60
    [one] = told["at_work"]
    assert (one["interaction"], one["worker"], one["percent"], one["alive"]) == (works, "host:7", 50, True)
    assert told["reasons"] == [{"code": "bad_rubric", "count": 1}]
    assert [(one["interaction"], one["code"], one["state"]) for one in told["stopped"]] == [
        (fails, "bad_rubric", "failed")
    ]
    assert told["bell"] is True and told["outbox"] == 3
    assert cast.store.interaction(SYSTEM, waits).job is not None


def test_single_jobs_of_another_tenant_are_not_told(cast: Cast) -> None:
    cast.add("elsewhere", UserRole.ADMIN, tenant="elsewhere")
    job = cast.store.interaction(SYSTEM, cast.call()).job
    assert job is not None and cast.store.jobs.claim(job.id, "w") is not None
    told = cast.get("/v1/queue", by="elsewhere").json()
    assert (told["at_work"], told["stopped"], told["reasons"]) == ([], [], [])


@pytest.mark.parametrize(
    ("role", "who"),
    [
        (UserRole.SUPERVISOR, {"team": "T1"}),
        (UserRole.AGENT, {"agent": "A1"}),
        (UserRole.VENDOR_MANAGER, {"vendor": "V1"}),
    ],
)
def test_it_is_not_for_those_who_see_a_part(cast: Cast, role: UserRole, who: dict[str, str]) -> None:
    cast.add("someone", role, **who)
    problem(cast.get("/v1/queue", by="someone"), 403, "forbidden")
    problem(cast.client.get("/v1/queue"), 401, "unauthenticated")


@pytest.mark.parametrize("role", [UserRole.ADMIN, UserRole.QA_LEAD])
def test_it_is_for_those_who_run_the_house(cast: Cast, role: UserRole) -> None:
    cast.add("someone", role)
    assert cast.get("/v1/queue", by="someone").status_code == 200


def test_many_askers_make_the_database_count_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, count = [], cast.store.figures

    def figures() -> Figures:
        counted.append(1)
        return count()

    monkeypatch.setattr(cast.store, "figures", figures)
    for path in ("/v1/queue", "/metrics", "/v1/queue", "/metrics"):
        assert cast.get(path).status_code == 200
    assert len(counted) == 1
    cast.app.state.sight.forget()
    cast.get("/metrics")
    assert len(counted) == 2


def test_what_takes_long_to_count_is_counted_seldom(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 2.0, 41.9, 42.1, 43.0])
    monkeypatch.setattr("api.sight.monotonic", lambda: next(moments))
    sight, counted = cast.app.state.sight, []
    figures = cast.store.figures()
    monkeypatch.setattr(cast.store, "figures", lambda: counted.append(1) or figures)
    for _ in range(3):
        sight.figures(cast.store)
    assert len(counted) == 2, "two seconds of counting are worth forty of rest"
