"""Posts a message to a group robot, and reads its answer."""

from __future__ import annotations

import json
from datetime import datetime
from types import ModuleType

from qa_engine.errors import BadInput, QAEngineError
from qa_engine.net.patience import Patience
from qa_engine.storage.alert_channels import ChannelKind
from qa_engine.storage.alert_sends import Envelope
from workers.channels import dingtalk, feishu, wecom
from workers.channels.answers import Answer, read_answer
from workers.channels.wording import Wording
from workers.deliver import asked_s
from workers.net import Outside, header

TRY_S = 10.0
MOST_BYTES = 64 * 1024
"""Of an answer that are read."""
ROBOTS: dict[ChannelKind, ModuleType] = {
    ChannelKind.WECOM: wecom,
    ChannelKind.FEISHU: feishu,
    ChannelKind.DINGTALK: dingtalk,
}


def post(envelope: Envelope, said: Wording, outside: Outside, now: datetime) -> Answer:
    """One try. ``now`` is what the signature tells; robots take it for an hour."""
    robot = ROBOTS[envelope.kind]
    sent = json.dumps(robot.body(said, envelope.secret, now), ensure_ascii=False).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        url = outside.read_url(robot.address(envelope.address, envelope.secret, now))
        with outside.ask("POST", url, Patience(TRY_S, idle_s=TRY_S), headers=headers, body=sent) as got:
            body = b""
            for piece in got.iter_stream():
                body += piece
                if len(body) > MOST_BYTES:
                    break
            return read_answer(got.status, body, robot.CODES, asked_s(header(got, "retry-after") or ""))
    except BadInput as error:  # a host that lies where nobody goes stays there
        return Answer(str(error), refused=True)
    except QAEngineError as error:
        return Answer(str(error))
