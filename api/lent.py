"""What the process that serves the API lends it: ways out to try, and models for previews. The API has none itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from qa_engine.checkers.base import Instruments
from qa_engine.errors import QAEngineError
from qa_engine.storage.alert_sends import Envelope
from qa_engine.storage.letters import Letter, Try


class NotLent(QAEngineError):
    """This process may not do that."""

    code = "not_lent"


Send = Callable[[Envelope], str | None]
Post = Callable[[Letter], Try]


@dataclass(frozen=True, slots=True)
class Lent:
    """``send`` tries a channel now and returns what was wrong, None when it was taken; ``post`` likewise a webhook.
    ``instruments`` are the models at hand: what needs one that is not there abstains."""

    send: Send | None = None
    post: Post | None = None
    instruments: Callable[[], Instruments] = Instruments

    def sender(self) -> Send:
        """Raises NotLent."""
        if self.send is None:
            raise NotLent("this process sends nothing", mend="run `qa-engine alerts test ID` where the workers run")
        return self.send

    def poster(self) -> Post:
        """Raises NotLent."""
        if self.post is None:
            raise NotLent("this process sends nothing", mend="run `qa-engine webhooks test ID` where the workers run")
        return self.post


def lent_of(request: Request) -> Lent:
    lent: Lent = request.app.state.lent
    return lent


LentDep = Annotated[Lent, Depends(lent_of)]
