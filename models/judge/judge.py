"""Asks a language model one question about one conversation, and keeps of its answer only what bears checking."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models.judge.answer import Answer, BrokenAnswer, Misquoted, outcome_of, quotes_of, read_answer
from models.judge.circuit import Circuit
from models.judge.prompt import PROMPT, grammar_of, key_of, messages, schema_of
from models.judge.showing import Showing, showing
from models.judge.wire import Completion, Endpoint, NotNow, Refused
from qa_engine.domain import Opinion, Question, Transcript
from qa_engine.errors import BadSetting
from qa_engine.ports import Opinions
from qa_engine.settings import Settings

log = logging.getLogger(__name__)
TRIES = 2
"""An answer that breaks the schema is asked for once more."""
FORMS = ("json_schema", "json_object", "grammar")
"""Ways to demand the schema, from the strictest; the first that the endpoint takes is kept to."""


class OpenAIJudge:
    """A chat-completions endpoint. Temperature 0, a fixed seed, no tools; connects at its first question."""

    def __init__(self, settings: Settings) -> None:
        if not settings.judge_model:
            raise BadSetting("is empty", where="QA_ENGINE_JUDGE_MODEL", mend="name the model that the endpoint serves")
        self._endpoint = Endpoint(settings.judge_url, settings.judge_key, settings.judge_timeout_s)
        self._circuit = Circuit(self._endpoint.host)
        self._model = settings.judge_model
        self._most_in, self._most_out = settings.judge_tokens_in, settings.judge_tokens_out
        self._form = FORMS[0]

    @property
    def version(self) -> str:
        return f"{self._model}/prompt {PROMPT}"

    def ask(self, question: Question, transcript: Transcript, kept: Opinions | None = None) -> Opinion:
        """Raises JudgeAway. What the endpoint refuses is not kept: it may take it another day."""
        shown = showing(transcript, self._most_in)
        key = key_of(self._model, question, shown.lines, self._most_out)
        before = kept.get(key) if kept is not None else None
        if before is not None:
            return replace(before, cached=True)
        began = time.monotonic()
        try:
            opinion = self._asked(question, shown)
        except Refused as error:
            opinion, kept = Opinion(outcome=None, why=str(error), model=self.version), None
        opinion = replace(opinion, seconds=round(time.monotonic() - began, 3), left_out=shown.left_out)
        log.info(
            "judge asked: item=%s outcome=%s tokens_in=%d tokens_out=%d seconds=%.3f",
            question.item, opinion.outcome or opinion.why, opinion.tokens_in, opinion.tokens_out, opinion.seconds,
        )  # fmt: skip
        if kept is not None:
            kept.put(key, opinion)
        return opinion

    def _asked(self, question: Question, shown: Showing) -> Opinion:
        tokens_in = tokens_out = 0
        opinion = Opinion(outcome=None, model=self.version)
        for number in range(TRIES):
            completion = self._complete(question, shown, number)
            tokens_in, tokens_out = tokens_in + completion.tokens_in, tokens_out + completion.tokens_out
            opinion = replace(opinion, tokens_in=tokens_in, tokens_out=tokens_out)
            try:
                return _opinion(opinion, read_answer(completion.content, question), shown)
            except BrokenAnswer as error:
                opinion = replace(opinion, why=str(error))
        return opinion

    def _complete(self, question: Question, shown: Showing, number: int) -> Completion:
        """In the form that was taken last, else in the first one taken. Raises JudgeAway, Refused."""
        self._circuit.check()
        refusal = Refused()
        for form in sorted(FORMS, key=lambda one: one != self._form):
            body = {
                "model": self._model,
                "messages": messages(question, shown.lines),
                "temperature": 0,
                "seed": number,
                "max_tokens": self._most_out,
                **_demand(form, question),
            }
            try:
                completion = self._endpoint.complete(body)
            except Refused as error:
                refusal = error
                continue
            except NotNow as error:
                raise self._circuit.failed(str(error), error.rest_s) from error
            self._form = form
            self._circuit.worked()
            return completion
        raise refusal


def _demand(form: str, question: Question) -> Mapping[str, Any]:
    if form == "grammar":
        return {"grammar": grammar_of(question)}
    if form == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": "opinion", "strict": True, "schema": schema_of(question)}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _opinion(opinion: Opinion, answer: Answer, shown: Showing) -> Opinion:
    """With the answer's outcome if all it quotes was said."""
    try:
        quotes = quotes_of(answer, shown.by_turn)
    except Misquoted as error:
        return replace(opinion, why=str(error))
    return replace(opinion, outcome=outcome_of(answer), quotes=quotes, why=answer.reason)
