"""What a rubric pack consists of: sections, items with ladders, thresholds, vocabularies, facts, flags and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qa_engine.domain import Example, Outcome, Quote, Role, RubricRef, Text
from qa_engine.rubric.nodes import Condition, Node


class Part(BaseModel):
    """Base of everything written in a pack: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bilingual(Part):
    """A sentence for people in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class Rung(Part):
    """One step of a ladder: the outcome, when it holds, why (for people), and what to show beside its own evidence."""

    outcome: Outcome
    when: Condition = Field(description="The condition; the first rung whose condition holds decides the item.")
    because: Bilingual = Field(description="Reason shown to people; may hold {quote}, {count}, {seconds} and others.")
    show: tuple[Condition, ...] = Field((), description="Conditions whose evidence is shown as well.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """``MET: condition`` for ``outcome: MET`` and ``when: condition``."""
        if not isinstance(value, dict) or "outcome" in value:
            return value
        heads = [k for k in value if k in Outcome.__members__]
        if len(heads) != 1:
            raise ValueError("a rung names exactly one outcome: MET, PARTIAL, NOT_MET or NOT_APPLICABLE")
        rest = {k: v for k, v in value.items() if k != heads[0]}
        return {"outcome": heads[0], "when": value[heads[0]], **rest}


class Otherwise(Part):
    """The end of a ladder: the outcome when no rung holds."""

    outcome: Outcome
    because: Bilingual
    show: tuple[Condition, ...] = ()


class Cap(Part):
    """The whole score is at most ``score`` when the item has the outcome ``when``."""

    when: Outcome = Outcome.NOT_MET
    score: float = Field(ge=0, le=100)


class Trial(Part):
    """A dialogue that an item is tried on by ``rubric check``, and the outcome it must give."""

    expect: Outcome
    dialogue: tuple[str, ...] = Field(description="Lines such as `A: ...` (agent) and `C: ...` (customer).")
    note: str = ""
    kind: Literal["chat", "call"] = "chat"
    times: tuple[float, ...] | None = Field(None, description="Seconds of each line, where timing matters.")
    meta: Mapping[str, Any] = Field(default_factory=dict)
    signals: Mapping[str, Any] | None = Field(None, description="Voice signals to judge by, as kept signals read.")
    started_at: AwareDatetime | None = Field(None, description="When it began, with the offset from UTC.")


Said = Annotated[str, Field(pattern=r"^[AC]: .+")]


class Shot(Part):
    """An example for the model: a short dialogue with the answer it ought to get."""

    dialogue: tuple[Said, ...] = Field(min_length=1, description="Lines: `A: ...` (agent) and `C: ...` (customer).")
    outcome: Outcome
    quote: str = Field("", description="Words of one line that show it; none only for NOT_APPLICABLE.")
    because: str = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _shows(self) -> Shot:
        if not self.quote and self.outcome is not Outcome.NOT_APPLICABLE:
            raise ValueError("an example quotes the words that show its outcome")
        if not any(self.quote in line for line in self.dialogue):
            raise ValueError(f"no line of the example says `{self.quote}`")
        return self

    @property
    def example(self) -> Example:
        lines = tuple((Role.AGENT if line[0] == "A" else Role.CUSTOMER, line[3:]) for line in self.dialogue)
        at = next(i for i, (_, text) in enumerate(lines) if self.quote in text)
        quotes = (Quote(at, self.quote),) if self.quote else ()
        return Example(lines, self.outcome, quotes, self.because)


class SecondOpinion(Part):
    """What a language model is asked about an item where one is set. It never moves points (docs/judge.md)."""

    question: Bilingual = Field(description="One question, with what each outcome means.")
    outcomes: tuple[Outcome, ...] = Field(min_length=2, description="The answers it may give.")
    examples: tuple[Shot, ...] = Field((), description="In the language of the pack.")

    @model_validator(mode="after")
    def _answers(self) -> SecondOpinion:
        if Outcome.UNDETERMINED in self.outcomes:
            raise ValueError("UNDETERMINED is no opinion; leave it out of `outcomes`")
        for shot in self.examples:
            if shot.outcome not in self.outcomes:
                raise ValueError(f"an example answers {shot.outcome}, which is not among `outcomes`")
        return self


class Item(Part):
    """One thing that is judged. Its ladder is read from the top; the first rung that holds decides."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Stable: reports and labels use it.")
    title: Bilingual
    explain: Bilingual = Field(description="What the item asks of the agent, for people.")
    section: str | None = None
    points: float = Field(0, ge=0, le=100)
    counts: Literal["earn", "bonus", "deduct"] = Field(
        "earn", description="earn: its points are part of the 100; bonus: on top of them; deduct: lost when not MET."
    )
    fatal: bool = Field(False, description="NOT_MET makes the whole score 0.")
    section_fatal: bool = Field(False, description="NOT_MET makes the points of its whole section 0.")
    severity: Literal["minor", "major", "critical"] = "minor"
    copc: Literal["customer", "business", "compliance", "none"] = Field(
        "none", description="COPC class: customer-critical, business-critical, compliance-critical or non-critical."
    )
    partial: float | None = Field(None, ge=0, le=1, description="Share of the points for PARTIAL, else the pack's.")
    min_confidence: float | None = Field(None, ge=0, le=1, description="Bar below which text decides nothing here.")
    cap: Cap | None = None
    ladder: tuple[Rung, ...]
    otherwise: Otherwise
    opinion: SecondOpinion | None = Field(None, description="What a language model is asked, where one is set.")
    tests: tuple[Trial, ...] = ()

    @property
    def most(self) -> float:
        """Points of it that are part of the 100: none of what is lost or won on top."""
        return self.points if self.counts == "earn" else 0.0


class Section(Part):
    id: str
    title: Bilingual


class Bands(Part):
    """Least scores of the bands; below ``coach`` an interaction is flagged."""

    passed: float = Field(85, alias="pass", ge=0, le=100)
    coach: float = Field(70, ge=0, le=100)


class Scoring(Part):
    bands: Bands = Bands()
    partial: float = Field(0.5, ge=0, le=1, description="Share of the points that PARTIAL earns.")
    min_confidence: float = Field(0.5, ge=0, le=1, description="Bar below which text decides nothing.")


class Flag(Part):
    """A short code put on the scorecard when its condition holds; it takes no points."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    when: Condition
    title: Bilingual


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


LONGEST_NAME = 100
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=20)]


class Pack(Part):
    """A whole rubric as written in YAML. ``words``, ``thresholds`` and ``facts`` are used by name in conditions."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=LONGEST_NAME)
    version: str = Field(min_length=1, max_length=LONGEST_NAME)
    title: Bilingual
    languages: Annotated[tuple[Language, ...], BeforeValidator(_as_list), Field(min_length=1)]
    scoring: Scoring = Scoring()
    sections: tuple[Section, ...] = ()
    thresholds: Mapping[str, float] = Field(default_factory=dict, description="Numbers, used as `$name`.")
    words: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Vocabularies, used as `$name`; an entry between slashes is an RE2 pattern."
    )
    facts: Mapping[str, Condition] = Field(default_factory=dict, description="Named conditions, used by their name.")
    flags: tuple[Flag, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Written:
    """What only the text shows, each with its ``file:line``."""

    unused: Mapping[str, str] = field(default_factory=dict)
    """``words.NAME``, ``facts.NAME`` and ``thresholds.NAME`` that nothing uses."""
    entries: Mapping[str, str] = field(default_factory=dict)
    """Entries of vocabularies but those called ``any_...``, and patterns wherever they stand."""
    doubled: tuple[tuple[str, str, str], ...] = ()
    """Entry, vocabulary and place of what one vocabulary holds twice."""
    thresholds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of the facts and ids of the items that use a threshold by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Rubric:
    """A pack that was read: its parts, its exact text and the SHA-256 of it. Equal text is the same rubric."""

    pack: Pack
    text: str
    sha256: str
    name: str
    lines: Mapping[str, str]
    """``file:line`` of each item by id, of ``ID.ladder.N`` and ``ID.tests.N`` (from 0), and of ``words.NAME``,
    ``facts.NAME``, ``thresholds.NAME`` and ``pack.KEY`` for what stands at the top."""
    written: Written = Written()

    @property
    def id(self) -> str:
        return self.pack.id

    @property
    def version(self) -> str:
        return self.pack.version

    @property
    def title(self) -> Text:
        return self.pack.title.text

    @property
    def languages(self) -> tuple[str, ...]:
        return self.pack.languages

    @property
    def items(self) -> tuple[Item, ...]:
        return self.pack.items

    @property
    def ref(self) -> RubricRef:
        return RubricRef(self.id, self.version, self.sha256)

    def item(self, item_id: str) -> Item:
        return next(i for i in self.items if i.id == item_id)

    def fact(self, name: str) -> Node:
        node: Node = self.pack.facts[name]
        return node
