"""Turns the plain data of a pack into its parts: names looked up, conditions built, every fault with its line."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from qa_engine.domain import Outcome
from qa_engine.errors import BadRubric
from qa_engine.rubric.conditional import Step, comes_out
from qa_engine.rubric.nodes import All, AnyOf, AtLeast, Fact, Leaf, Node, Not
from qa_engine.rubric.operator import operators
from qa_engine.rubric.source import Source
from qa_engine.rubric.spec import Pack

JOINTS = ("all", "any", "not", "at_least", "outcome")


class Reader:
    """Reads one pack. Facts are built when they are first used, so their order in the file does not matter."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._facts: dict[str, Fact] = {}
        self._open: list[str] = []
        self._used: set[str] = set()

    def pack(self) -> Pack:
        data = {k: v for k, v in self.source.data.items() if k not in ("words", "facts", "x-notes")}
        self.source.same_place(data, self.source.data)
        body = self.resolve(data)
        body["words"] = {name: self._words(name) for name in self._section("words")}
        body["facts"] = {name: self.fact(name, None, None) for name in self._section("facts")}
        try:
            return Pack.model_validate(body, context={"reader": self})
        except ValidationError as e:
            raise self._told(e, body, Pack) from e

    @property
    def unused(self) -> list[str]:
        """Names defined but never used, as ``words.NAME`` and so on."""
        named = [f"{s}.{n}" for s in ("words", "facts", "thresholds") for n in self._section(s)]
        return [name for name in named if name not in self._used]

    def condition(self, value: Any, parent: Any = None, key: Hashable = None) -> Node:
        """A condition: the name of a fact, a joint (all, any, not, at_least) or one operator with its parameters."""
        if isinstance(value, str):
            self._used.add(f"facts.{value}")
            return self.fact(value, value if parent is None else parent, key)
        if not isinstance(value, dict) or len(value) != 1:
            where = self.source.where(value) if isinstance(value, dict) else self.source.where(parent, key)
            raise BadRubric(
                "a condition is the name of a fact or a mapping with exactly one key",
                where=where,
                mend="write one operator, or join several with all or any",
            )
        [(name, params)] = value.items()
        return self._joint(name, params, value) if name in JOINTS else self._leaf(name, params, value)

    def fact(self, name: str, parent: Any, key: Hashable) -> Fact:
        if name in self._facts:
            return self._facts[name]
        facts = self._section("facts")
        where = self.source.where(parent, key) if parent is not None else self.source.where(facts, name)
        if name not in facts:
            raise BadRubric(f"no fact is called `{name}`", where=where, mend=_nearest(name, facts))
        if name in self._open:
            raise BadRubric(f"facts that rest on themselves: {' -> '.join([*self._open, name])}", where=where)
        self._open.append(name)
        try:
            fact = Fact(name, self.condition(self.resolve(facts[name]), facts, name))
        finally:
            self._open.pop()
        self._facts[name] = fact
        return fact

    def resolve(self, value: Any, parent: Any = None, key: Hashable = None) -> Any:
        """A copy with every ``$name`` replaced: a list of words is spliced into a list, a number put in its place."""
        if isinstance(value, dict):
            body = {k: self.resolve(v, value, k) for k, v in value.items()}
            self.source.same_place(body, value)
            return body
        if isinstance(value, list):
            found: list[Any] = []
            for index, part in enumerate(value):
                one = self.resolve(part, value, index)
                found.extend(one) if _is_name(part) and isinstance(one, list) else found.append(one)
            self.source.same_place(found, value)
            return found
        return self._named(value[1:], parent, key) if _is_name(value) else value

    def _named(self, name: str, parent: Any, key: Hashable) -> Any:
        if name in self._section("thresholds"):
            self._used.add(f"thresholds.{name}")
            return self._section("thresholds")[name]
        if name in self._section("words"):
            self._used.add(f"words.{name}")
            return self._words(name)
        known = [*self._section("thresholds"), *self._section("words")]
        raise BadRubric(
            f"no words or threshold are called `{name}`",
            where=self.source.where(parent, key),
            mend=_nearest(name, known),
        )

    def _words(self, name: str) -> list[Any]:
        if f"$words.{name}" in self._open:
            raise BadRubric(
                f"word lists that hold themselves: {name}", where=self.source.where(self._section("words"), name)
            )
        raw = self._section("words")[name]
        if not isinstance(raw, list):
            raise BadRubric(
                f"`words.{name}` must be a list",
                where=self.source.where(self._section("words"), name),
                mend="write its entries as a list",
            )
        self._open.append(f"$words.{name}")
        try:
            found: list[Any] = self.resolve(raw, self._section("words"), name)
        finally:
            self._open.pop()
        return found

    def _section(self, name: str) -> Mapping[str, Any]:
        value = self.source.data.get(name) or {}
        if not isinstance(value, dict):
            raise BadRubric(f"`{name}` must be a mapping of names", where=self.source.where(self.source.data, name))
        return value

    def _joint(self, name: str, params: Any, value: Any) -> Node:
        if name == "not":
            return Not(self.condition(params, value, name))
        if name == "outcome":
            return self._outcome(params, value)
        n = 0
        if name == "at_least":
            if not isinstance(params, dict) or set(params) != {"n", "of"} or not isinstance(params["n"], int | float):
                raise BadRubric("at_least takes `n` and `of`", where=self.source.where(value, name))
            n, value, params = int(params["n"]), params, params["of"]
        if not isinstance(params, list) or not params:
            raise BadRubric(f"`{name}` takes a list of conditions", where=self.source.where(value, name))
        parts = tuple(self.condition(part, params, i) for i, part in enumerate(params))
        if name == "at_least":
            return AtLeast(n, parts)
        return All(parts) if name == "all" else AnyOf(parts)

    def _outcome(self, params: Any, value: Any) -> Node:
        """That another item comes out so."""
        where = self.source.where(value, "outcome")
        if not isinstance(params, dict) or set(params) != {"item", "is"} or not isinstance(params["item"], str):
            raise BadRubric("outcome takes `item` and `is`", where=where)
        name, told = params["item"], params["is"]
        wanted = {str(o) for o in (told if isinstance(told, list) else [told])}
        if f"outcome of {name}" in self._open:
            raise BadRubric(f"items that rest on themselves: {name}", where=where)
        self._open.append(f"outcome of {name}")
        try:
            steps = self._steps(name, where)
        finally:
            self._open.pop()
        if not wanted <= {outcome for outcome, _ in steps}:
            known = ", ".join(sorted({outcome for outcome, _ in steps}))
            raise BadRubric(f"`{name}` never comes out as {', '.join(sorted(wanted))}", where=where, mend=known)
        if wanted >= {outcome for outcome, _ in steps}:
            raise BadRubric(f"`{name}` always comes out so", where=where, mend="name fewer outcomes")
        return comes_out(steps, wanted)

    def _steps(self, name: str, where: str) -> list[Step]:
        items = [i for i in self.source.data.get("items") or [] if isinstance(i, dict)]
        item = next((i for i in items if i.get("id") == name), None)
        if item is None:
            raise BadRubric(
                f"no item is called `{name}`", where=where, mend=_nearest(name, [str(i.get("id")) for i in items])
            )
        body = self.resolve({"ladder": item.get("ladder"), "otherwise": item.get("otherwise")})
        steps: list[Step] = []
        for rung in body["ladder"] or []:
            head = "when" if "when" in rung else next(iter(set(rung) & set(Outcome.__members__)), "when")
            steps.append((str(rung.get("outcome", head)), self.condition(rung.get(head), rung, head)))
        return [*steps, (str((body["otherwise"] or {}).get("outcome")), None)]

    def _leaf(self, name: str, params: Any, value: Any) -> Leaf:
        known = operators()
        where = self.source.where(value, name)
        if name not in known:
            raise BadRubric(f"no operator is called `{name}`", where=where, mend=_nearest(name, [*known, *JOINTS]))
        kind = known[name]
        if not isinstance(params, dict):
            params = {} if params is None else {kind.shorthand or "": params}
            self.source.same_place(params, value)
        try:
            return Leaf(kind.model_validate(params, context={"reader": self}), where)
        except ValidationError as e:
            raise self._told(e, params, kind, fallback=where) from e

    def _told(self, e: ValidationError, data: Any, model: type[Any], fallback: str | None = None) -> BadRubric:
        """The first fault of a validation, at its line, with the nearest field where a name is not known."""
        error = e.errors()[0]
        loc = [p for p in error["loc"] if p not in ("outcome", "when") or p in _keys(data)]
        parent, key = _place(data, loc)
        where = self.source.where(parent, key)
        if where == self.source.name and fallback:
            where = fallback
        path = ".".join(str(p) for p in error["loc"])
        return BadRubric(f"`{path}`: {_reason(error)}", where=where, mend=_mend(error, model, loc))


def _keys(data: Any) -> Sequence[Any]:
    return list(data) if isinstance(data, dict) else []


def _place(data: Any, loc: Sequence[Any]) -> tuple[Any, Hashable]:
    """The deepest container on the way that exists, and the key in it that is at fault."""
    parent, key = data, None
    for step in loc:
        inner = parent if key is None else _get(parent, key)
        if not isinstance(inner, dict | list):
            break
        parent, key = inner, step
    return parent, key


def _get(parent: Any, key: Any) -> Any:
    try:
        return parent[key]
    except (KeyError, IndexError, TypeError):
        return None


def _reason(error: ErrorDetails) -> str:
    return "no such field" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")


def _mend(error: ErrorDetails, model: type[Any], loc: Sequence[Any]) -> str | None:
    if error["type"] == "missing":
        return "add it"
    if error["type"] != "extra_forbidden":
        return None
    fields = _fields(model, loc[:-1])
    return _nearest(str(loc[-1]), fields) if fields else "remove it"


def _fields(model: Any, loc: Sequence[Any]) -> list[str]:
    """The fields of the model that a path leads to; only through plain and tuple fields."""
    for step in loc:
        if isinstance(step, int):
            continue
        field = getattr(model, "model_fields", {}).get(step)
        if field is None:
            return []
        inner = field.annotation
        while getattr(inner, "__args__", None):
            inner = inner.__args__[0]
        model = inner
    return list(getattr(model, "model_fields", {}))


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 1 and value[0] == "$" and value[1:].isidentifier()


def _nearest(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(known))}"
