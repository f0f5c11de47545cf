"""Ways out over the API: changed without telling their secrets, tried out with the real answer, switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.lent import Lent
from qa_engine.domain import UserRole
from qa_engine.storage.alert_sends import Envelope
from qa_engine.storage.letters import Letter, Try
from tests.unit.api.cast import Cast, problem

URL = "https://oapi.dingtalk.com/robot/send?access_token=T0KENT0KEN"
ROBOT = {"name": "值班群", "kind": "dingtalk", "address": URL, "secret": "SECs3cret"}


@dataclass
class Outlets:
    """Stands for the other side: ``answer`` is what is wrong, None when the message is taken."""

    answer: str | None = None
    sent: list[Envelope] = field(default_factory=list)
    posted: list[Letter] = field(default_factory=list)

    def send(self, envelope: Envelope) -> str | None:
        self.sent.append(envelope)
        return self.answer

    def post(self, letter: Letter) -> Try:
        self.posted.append(letter)
        return Try(status=503, error=self.answer) if self.answer else Try(status=204)


@pytest.fixture
def outlets(cast: Cast) -> Iterator[Outlets]:
    made = Outlets()
    cast.add("admin", UserRole.ADMIN, scopes=frozenset({"read", "write", "admin"}))
    cast.add("lead", UserRole.QA_LEAD)
    cast.add("foreign", UserRole.ADMIN, tenant="another", scopes=frozenset({"read", "admin"}))
    cast.app.state.lent = Lent(send=made.send, post=made.post)
    yield made
    cast.app.state.lent = Lent()


def ask(cast: Cast, method: str, path: str, body: Any = None, by: str = "admin") -> Any:
    return cast.client.request(method, path, json=body, headers=cast.headers(by))


@pytest.fixture
def robot(cast: Cast, outlets: Outlets) -> str:
    return f"/v1/alerts/channels/{ask(cast, 'POST', '/v1/alerts/channels', ROBOT).json()['id']}"


def test_what_is_secret_stays_unless_it_is_told(cast: Cast, outlets: Outlets, robot: str) -> None:
    changed = ask(cast, "PUT", robot, {"name": "主管群", "groups": ["lead"], "least": "serious", "quotes": True})
    told = changed.json()
    assert (told["name"], told["groups"], told["least"], told["quotes"], told["signed"]) == (
        "主管群", ["lead"], "serious", True, True,
    )  # fmt: skip
    ask(cast, "POST", f"{robot}/test")
    assert (outlets.sent[-1].address, outlets.sent[-1].secret) == (URL, "SECs3cret")
    ask(cast, "PUT", robot, {"name": "主管群", "address": f"{URL}9", "secret": ""})
    ask(cast, "POST", f"{robot}/test")
    assert (outlets.sent[-1].address, outlets.sent[-1].secret) == (f"{URL}9", None)
    assert "T0KEN" not in changed.text and "s3cret" not in changed.text


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": "x", "address": "http://10.0.0.1/"}, 422, "bad_input"),
        ({"name": "x", "groups": ["Not A Group"]}, 422, "bad_input"),
        ({"name": ""}, 422, "validation"),
        ({"name": "x", "kind": "email"}, 422, "validation"),
        ({"name": "taken"}, 409, "conflict"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    cast: Cast, robot: str, change: dict[str, Any], status: int, code: str
) -> None:
    ask(cast, "POST", "/v1/alerts/channels", {**ROBOT, "name": "taken"})
    before = cast.get(robot, by="admin").json()
    problem(ask(cast, "PUT", robot, change), status, code)
    assert cast.get(robot, by="admin").json() == before


def test_a_trial_tells_the_real_answer_and_is_kept_among_its_messages(cast: Cast, outlets: Outlets, robot: str) -> None:
    taken = ask(cast, "POST", f"{robot}/test").json()
    assert taken["error"] is None and taken["seconds"] >= 0
    outlets.answer = "answered 310000: sign not match"
    vain = ask(cast, "POST", f"{robot}/test").json()
    assert vain["error"] == outlets.answer
    tries = cast.get(f"{robot}/tries", by="admin").json()
    assert [one["id"] for one in tries["items"]] == [vain["id"], taken["id"]]
    assert (tries["waiting"], tries["given_up"]) == (0, 0)
    channel = cast.get(robot, by="admin").json()
    assert channel["sent_at"] and channel["tries"] == 0, "a trial in vain is no reason to rest"


def test_it_is_switched_off_by_a_person_and_on_again(cast: Cast, robot: str) -> None:
    off = ask(cast, "POST", f"{robot}/disable").json()
    assert off["disabled_at"] and off["disabled_why"] == "switched off by admin"
    assert ask(cast, "POST", f"{robot}/enable").json()["disabled_at"] is None


def test_a_webhook_is_tried_out_and_switched_off(cast: Cast, outlets: Outlets) -> None:
    made = ask(cast, "POST", "/v1/webhooks", {"url": "https://hooks.example.com/qa"}).json()
    path = f"/v1/webhooks/{made['id']}"
    assert ask(cast, "POST", f"{path}/test").json() == {"status": 204, "error": None}
    assert '"type":"test"' in outlets.posted[0].body.replace(" ", "") and outlets.posted[0].secret == made["secret"]
    outlets.answer = "answered 503"
    assert ask(cast, "POST", f"{path}/test").json() == {"status": 503, "error": "answered 503"}
    assert ask(cast, "POST", f"{path}/disable").json()["disabled_why"] == "switched off by admin"


@pytest.mark.parametrize(("method", "act"), [("PUT", ""), ("POST", "/disable"), ("POST", "/test"), ("GET", "/tries")])
def test_they_are_their_own_administrators_alone(cast: Cast, robot: str, method: str, act: str) -> None:
    body = {"name": "x"} if method == "PUT" else None
    problem(ask(cast, method, f"{robot}{act}", body, by="lead"), 403, "forbidden")
    problem(ask(cast, method, f"{robot}{act}", body, by="foreign"), 404, "not_found")


def test_a_process_that_may_send_nothing_says_so(cast: Cast, robot: str) -> None:
    cast.app.state.lent = Lent()
    told = problem(ask(cast, "POST", f"{robot}/test"), 501, "not_lent")
    assert "alerts test" in told["mend"]
    assert cast.get(f"{robot}/tries", by="admin").json()["items"] == []
