"""Decides whether the answers to the customer's questions agree with the entries of a knowledge base."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa_engine.checkers.base import Checker, Hit, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.lines import best_match, text_of
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.phrases import Checked, phrases
from qa_engine.checkers.view import Line, Who
from qa_engine.domain import Text


class Entry(BaseModel):
    """One entry: how customers ask, what is right, and what would contradict it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: Checked = Field(min_length=1, description="Words or patterns of a question that the entry answers.")
    answer: tuple[str, ...] = Field(min_length=1, description="The right answer, and other ways to give it.")
    wrong: Checked = Field((), description="Words or patterns that contradict it.")


class Knowledge(Checker):
    """True when the agent's answer to a question that an entry covers ``agrees`` with it, ``contradicts`` it (a wrong
    word, or another figure than the answer's), or is ``missing`` within the next turns."""

    name: ClassVar[str] = "knowledge"

    entries: tuple[Entry, ...] = Field(min_length=1, description="The knowledge base, or the part that matters here.")
    answer: Literal["agrees", "contradicts", "missing"] = Field("agrees", description="What must be the case.")
    every: bool = Field(False, description="`agrees` only if every question that an entry covers is answered so.")
    within_turns: int = Field(3, ge=1, description="The answer is looked for in so many of the agent's next turns.")
    likeness: float = Field(0.5, gt=0, le=1, description="Share of the answer's pairs of characters that is said.")
    meaning: float | None = Field(None, gt=0, le=1, description="Also said by a sentence of this cosine to the answer.")

    def check(self, bench: Bench) -> Verdict:
        asked = [(entry, hit) for entry in self.entries for hit in bench.hits(entry.asked, "customer")]
        if not asked:
            return no(Text("客户没有问到知识库中的问题", "the customer asked nothing that an entry covers"), count=0)
        answers = [self._answered(bench, entry, question) for entry, question in asked]
        doubtful = next((hit for kind, hit in answers if kind == "unclear"), None)
        fitting = [hit for kind, hit in answers if kind == self.answer]
        if fitting and not (self.every and len(fitting) < len(answers)):
            quote = text_of(fitting[0])
            return yes(_told(self.answer, quote), fitting, min(h.confidence for h in fitting), quote=quote)
        if doubtful is not None:
            return unknown(Text("客服的答复识别不清", "the agent's answer was not heard clearly"), [doubtful])
        return no(_told(answers[0][0], text_of(answers[0][1])), [hit for _, hit in answers], count=len(fitting))

    def _answered(self, bench: Bench, entry: Entry, question: Hit) -> tuple[str, Hit]:
        """How the question was answered, with the words that show it (the question itself where none do)."""
        places = list(self._after(bench, question))
        clear = [hit for hit in places if hit.confidence >= bench.bar]
        against = next((h for h in clear if next(phrases(entry.wrong).find(text_of(h)), None)), None)
        if against is not None:
            return "contradicts", against
        match = best_match(bench, clear, entry.answer, likeness=self.likeness, meaning=self.meaning)
        if match is not None:
            return ("contradicts" if match.wrong else "agrees"), match.hit
        return ("unclear" if len(clear) < len(places) else "missing"), question

    def _after(self, bench: Bench, question: Hit) -> Iterator[Hit]:
        factor = bench.role_factor("agent")
        for line in _next_turns(bench, question.line, "agent", self.within_turns):
            for start, end in sentences(line.text):
                yield Hit(line, start, end, line.turn.confidence * factor, "knowledge")


def _next_turns(bench: Bench, after: Line, who: Who, turns: int) -> list[Line]:
    later = [line for line in bench.view.lane(who).lines if line.seq > after.seq]
    runs = sorted({line.run for line in later if line.content})[:turns]
    return [line for line in later if line.run in runs]


def _told(kind: str, quote: str) -> Text:
    return {
        "agrees": Text(f"答复“{quote}”与知识库一致", f"the answer “{quote}” agrees with the knowledge base"),
        "contradicts": Text(f"答复“{quote}”与知识库不符", f"the answer “{quote}” contradicts the knowledge base"),
    }.get(kind, Text(f"对“{quote}”没有按知识库答复", f"“{quote}” was not answered as the knowledge base says"))
