"""Looks for what makes a readable pack a bad rubric: wrong sums, names used twice, rungs that can never decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qa_engine.domain import Outcome, Text
from qa_engine.rubric.finding import Finding, error, warning
from qa_engine.rubric.forms import constant, follows
from qa_engine.rubric.nodes import Leaf, walk
from qa_engine.rubric.spec import Item, Rubric, Rung

TOTAL = 100.0
UNJUDGED = frozenset({Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED})
_TAKE_OUT = Text("删掉它，或把它移到前面", "remove it or move it up")


def lint(rubric: Rubric) -> list[Finding]:
    """Everything wrong with a pack that could be read; what cannot be read at all raises BadRubric before this."""
    findings = [*_sums(rubric), *_bands(rubric), *_twice(rubric), *_unused(rubric), *_doubled(rubric)]
    for item in rubric.items:
        findings += _item(rubric, item)
    return findings


def _sums(rubric: Rubric) -> Iterator[Finding]:
    total = sum(i.most for i in rubric.items if not i.fatal)
    if abs(total - TOTAL) > 1e-6:
        told = Text(f"各项分值合计 {total:g}，不是 100", f"the points of the items sum to {total:g}, not 100")
        yield error(rubric.lines["pack.items"], told, Text("调整某一项的分值", "change the points of an item"))


def _bands(rubric: Rubric) -> Iterator[Finding]:
    bands = rubric.pack.scoring.bands
    if bands.passed <= bands.coach:
        told = Text(
            f"合格线（{bands.passed:g}）不高于辅导线（{bands.coach:g}）",
            f"band pass ({bands.passed:g}) is not above coach ({bands.coach:g})",
        )
        yield error(rubric.lines.get("pack.scoring", rubric.name), told, Text("提高 pass", "raise pass"))


def _twice(rubric: Rubric) -> Iterator[Finding]:
    for name, count in Counter(i.id for i in rubric.items).items():
        if count > 1:
            told = Text(f"有 {count} 个项目的 id 都是 `{name}`", f"{count} items have the id `{name}`")
            yield error(rubric.lines[name], told, Text("只保留一个，其余改名", "rename all but one"))


def _unused(rubric: Rubric) -> Iterator[Finding]:
    for name, where in rubric.written.unused.items():
        told = Text(f"`{name}` 没有被用到", f"`{name}` is never used")
        yield warning(where, told, Text("删掉它，或用上它", "remove it or use it"))


def _doubled(rubric: Rubric) -> Iterator[Finding]:
    for entry, name, where in rubric.written.doubled:
        told = Text(f"`words.{name}` 中“{entry}”写了两次", f"`words.{name}` lists “{entry}” twice")
        yield warning(where, told, Text("删掉一个", "remove one"))


def _item(rubric: Rubric, item: Item) -> Iterator[Finding]:
    where = rubric.lines[item.id]
    if item.fatal and item.points:
        told = Text(f"致命项 `{item.id}` 不应有分值", f"fatal item `{item.id}` has points")
        yield error(where, told, Text("把 points 设为 0", "set points to 0"))
    if not item.fatal and not item.points:
        told = Text(f"项目 `{item.id}` 没有分值", f"item `{item.id}` has no points")
        yield error(where, told, Text("给它分值，或设为 fatal", "give it points or make it fatal"))
    if item.section and item.section not in {s.id for s in rubric.pack.sections}:
        told = Text(
            f"项目 `{item.id}` 的分组不存在：{item.section}", f"item `{item.id}` names no known section: {item.section}"
        )
        yield error(where, told, Text("在 sections 中定义它", "define it"))
    if item.section_fatal and not item.section:
        told = Text(f"`{item.id}` 要清零所在分组，但没有分组", f"`{item.id}` is fatal for its section, but has none")
        yield error(where, told, Text("写明 section", "name its section"))
    if not item.tests:
        told = Text(f"项目 `{item.id}` 没有测试对话", f"item `{item.id}` has no test dialogues")
        yield warning(where, told, Text("加一段达标、一段不达标的", "add one it meets and one it does not"))
    yield from _outcomes(item, where)
    yield from _rungs(rubric, item)
    yield from _leaves(item)


def _outcomes(item: Item, where: str) -> Iterator[Finding]:
    outcomes = {rung.outcome for rung in item.ladder} | {item.otherwise.outcome}
    if not outcomes - UNJUDGED:
        told = Text(f"`{item.id}` 永远不会有结论", f"`{item.id}` can never be decided")
        yield error(where, told, Text("加一级有结论的判定", "add a rung with a judged outcome"))
    elif len(outcomes - UNJUDGED) < 2 and not item.fatal:
        told = Text(f"`{item.id}` 只可能有一种结论", f"`{item.id}` can have only one judged outcome")
        yield warning(where, told, Text("加一级判定", "add a rung"))
    if item.fatal and Outcome.NOT_APPLICABLE in outcomes:
        told = Text(f"致命项 `{item.id}` 可能为不适用", f"fatal item `{item.id}` can be NOT_APPLICABLE")
        yield warning(where, told, Text("未见违规应为 MET", "MET means no violation seen"))


def _rungs(rubric: Rubric, item: Item) -> Iterator[Finding]:
    """A rung is unreachable below one that holds wherever it does; it is idle when its condition never can hold."""
    for n, rung in enumerate(item.ladder):
        where = rubric.lines[f"{item.id}.ladder.{n}"]
        above = next((other for other in item.ladder[:n] if _hides(other, rung)), None)
        if above is not None:
            told = Text(
                f"`{item.id}` 的 {rung.outcome} 这一级永远轮不到：上面的 {above.outcome} 总会先成立",
                f"in `{item.id}` the rung {rung.outcome} can never be reached: {above.outcome} above holds first",
            )
            yield error(where, told, _TAKE_OUT)
        elif constant(rung.when) is False:
            told = Text(
                f"`{item.id}` 的 {rung.outcome} 这一级自相矛盾，永远不成立",
                f"in `{item.id}` the condition of the rung {rung.outcome} contradicts itself and never holds",
            )
            yield error(where, told, Text("修正条件，或删掉这一级", "mend the condition or remove the rung"))
    if item.ladder and any(constant(rung.when) is True for rung in item.ladder):
        told = Text(
            f"`{item.id}` 的 otherwise 永远轮不到：有一级总是成立",
            f"in `{item.id}` `otherwise` can never be reached: a rung always holds",
        )
        yield warning(rubric.lines[item.id], told, Text("修正条件", "mend the condition"))


def _hides(above: Rung, below: Rung) -> bool:
    return constant(above.when) is True or follows(below.when, above.when)


def _leaves(item: Item) -> Iterator[Finding]:
    for rung in item.ladder:
        for node in walk(rung.when):
            if isinstance(node, Leaf):
                for doubt in node.operator.doubts():
                    told = f"in `{item.id}`, {node.operator.name}: {doubt}"
                    yield warning(node.where, Text(told, told), Text("请核对", "look at it again"))
