"""Puts a language model's opinion beside what the rules decided: agreement is told, dissent goes to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Evidence, ItemResult, Lang, Opinion, Outcome, Question, Role, Text, Transcript
from qa_engine.ports import Judge
from qa_engine.rubric.spec import Item, Rubric, SecondOpinion

DISAGREES, UNSURE = "judge_disagrees", "judge_unsure"
"""Flags: the model would decide otherwise; its answer could not be used."""
NO_WORDS = "no words of the agent's bear it out"


def second_opinion(
    item: Item, result: ItemResult, rubric: Rubric, transcript: Transcript, instruments: Instruments
) -> ItemResult:
    """The result with the opinion beside it. Outcome and points stay those of the rules, whatever the model says.

    Not asked about what does not apply, nor where no words are surely the agent's, nor without a judge.
    Raises JudgeAway.
    """
    judge, asked = instruments.judge, item.opinion
    if judge is None or asked is None or result.outcome is Outcome.NOT_APPLICABLE or not transcript.of(Role.AGENT):
        return result
    opinion = _ask(judge, question_of(item.id, asked, rubric), transcript, instruments)
    return weighed(result, borne_out(opinion, transcript), transcript)


def question_of(item_id: str, asked: SecondOpinion, rubric: Rubric) -> Question:
    lang: Lang = "zh" if rubric.languages[0].startswith(("zh", "yue")) else "en"
    examples = tuple(shot.example for shot in asked.examples)
    return Question(item_id, asked.question.text.said_in(lang), asked.outcomes, examples, lang)


def _ask(judge: Judge, question: Question, transcript: Transcript, instruments: Instruments) -> Opinion:
    opinion = judge.ask(question, transcript, instruments.opinions)
    if opinion.outcome is not None and opinion.outcome not in question.outcomes:
        return replace(opinion, outcome=None, quotes=(), why=f"{opinion.outcome} is no answer to this question")
    return opinion


def borne_out(opinion: Opinion, transcript: Transcript) -> Opinion:
    """The opinion if each quote stands word for word in its turn and one is the agent's, else thrown away.

    That nothing applies needs no quote: absence has no words.
    """
    if opinion.outcome is None:
        return opinion
    turns = {turn.index: turn for turn in transcript.turns if turn.judged}
    for quote in opinion.quotes:
        if not quote.text.strip() or quote.turn not in turns or quote.text not in turns[quote.turn].text:
            return replace(opinion, outcome=None, quotes=(), why="it quotes what was never said")
    by_agent = any(turns[quote.turn].role is Role.AGENT for quote in opinion.quotes)
    if by_agent or opinion.outcome is Outcome.NOT_APPLICABLE:
        return opinion
    return replace(opinion, outcome=None, quotes=(), why=NO_WORDS)


def weighed(result: ItemResult, opinion: Opinion, transcript: Transcript) -> ItemResult:
    """What the model says is added to the reason and the evidence, as its own words."""
    told = _told(result.outcome, opinion)
    reason = Text(f"{result.reason.zh}{told.zh}", f"{result.reason.en}{told.en}")
    shown = [e for e in _evidence(opinion, transcript) if (e.turn, e.quote) not in _places(result.evidence)]
    return replace(result, reason=reason, evidence=(*result.evidence, *shown), opinion=opinion)


def flags_of(items: Sequence[ItemResult]) -> tuple[str, ...]:
    """What the opinions mean for the whole card; a dissent also calls for a person."""
    asked = [(item.outcome, item.opinion.outcome) for item in items if item.opinion is not None]
    flags: list[str] = []
    if any(said not in (None, decided) and decided is not Outcome.UNDETERMINED for decided, said in asked):
        flags += ["needs_review", DISAGREES]
    if any(said is None for _, said in asked):
        flags.append(UNSURE)
    return tuple(flags)


def _told(decided: Outcome, opinion: Opinion) -> Text:
    if opinion.outcome is None:
        return Text("；模型的回答不可用，未采纳", "; the model's answer could not be used")
    cut = Text(f"（未看到其中 {opinion.left_out} 句）", f" ({opinion.left_out} turns were not shown to it)")
    partly = cut if opinion.left_out else Text("", "")
    if opinion.outcome is decided:
        return Text(f"；模型意见一致{partly.zh}", f"; the model agrees{partly.en}")
    quote = f"“{opinion.quotes[0].text}”" if opinion.quotes else ""
    return Text(
        f"；模型认为是 {opinion.outcome}{partly.zh}：{quote}{opinion.why}（请人工判定，得分未受影响）",
        f"; the model says {opinion.outcome}{partly.en}: {quote} {opinion.why} (a person decides; no points moved)",
    )


def _evidence(opinion: Opinion, transcript: Transcript) -> list[Evidence]:
    turns = {turn.index: turn for turn in transcript.turns}
    said = [(turns[quote.turn], quote.text) for quote in opinion.quotes]
    return [Evidence(turn=t.index, start=t.start, end=t.end, quote=text, role=t.role) for t, text in said]


def _places(evidence: Sequence[Evidence]) -> set[tuple[int | None, str]]:
    return {(e.turn, e.quote) for e in evidence}
