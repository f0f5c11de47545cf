"""Reads what the model wrote: exactly the schema, and only quotes that were said; anything else is no answer."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.judge.quotes import place_of
from models.judge.showing import Line
from qa_engine.domain import Outcome, Question, Quote

LONGEST_WHY = 200


class Misquoted(Exception):
    """It quotes what was never said, or not by whom it says."""


class BrokenAnswer(Exception):
    """It is not of the schema."""


class Pointed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    turn: int
    text: str = Field(max_length=2000)


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    quotes: tuple[Pointed, ...] = Field(max_length=3)
    why: str = Field(max_length=2000)
    outcome: str

    @property
    def reason(self) -> str:
        """In one line, cut to what people read."""
        return " ".join(self.why.split())[:LONGEST_WHY]


def read_answer(content: str | None, question: Question) -> Answer:
    """Raises BrokenAnswer."""
    try:
        answer = Answer.model_validate_json(content or "")
    except ValidationError as error:
        raise BrokenAnswer("its answer breaks the schema") from error
    if answer.outcome not in [str(outcome) for outcome in question.outcomes]:
        raise BrokenAnswer("its answer is none of the outcomes")
    return answer


def outcome_of(answer: Answer) -> Outcome:
    return Outcome(answer.outcome)


def quotes_of(answer: Answer, lines: Mapping[int, Line]) -> tuple[Quote, ...]:
    """As they stand in what was really said, unmasked. A quote with the wrong number is looked for in all turns.

    Raises Misquoted.
    """
    return tuple(_found(quote, lines) for quote in answer.quotes)


def _found(quote: Pointed, lines: Mapping[int, Line]) -> Quote:
    named = [lines[quote.turn]] if quote.turn in lines else []
    others = [line for line in lines.values() if line.turn.index != quote.turn]
    for line in [*named, *others]:
        place = place_of(quote.text, line.said)
        if place is not None:
            return Quote(line.turn.index, line.turn.text[place[0] : place[1]])
    raise Misquoted("it quotes what was never said")
