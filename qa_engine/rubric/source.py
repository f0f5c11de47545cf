"""Reads a pack's YAML and remembers the line of every key, so that an error can point at its place."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from qa_engine.errors import BadRubric

MAX_BYTES = 1_000_000
MAX_NODES = 200_000
"""An alias may be read many times; a pack that unfolds to more nodes than this is a bomb, not a rubric."""
MAX_PATTERNS = 5_000
"""Each is compiled before anything can be said of it."""


class Source:
    """The text of one pack with the lines of its keys. ``name`` is what errors call it."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self._lines: dict[int, dict[Hashable, int]] = {}
        self._kept: list[object] = []
        self.data = self._read()

    def where(self, parent: object, key: Hashable = None) -> str:
        """``file:line`` of a key of a mapping or an index of a list; the container's own line without a key."""
        if isinstance(parent, Located):
            return f"{self.name}:{parent.line}"
        lines = self._lines.get(id(parent), {})
        line = lines.get(key, lines.get(None))
        return f"{self.name}:{line}" if line else self.name

    def same_place(self, copy: object, original: object) -> None:
        """Give a resolved copy of a container the lines of the one it was made from."""
        if id(original) in self._lines:
            self._lines[id(copy)] = self._lines[id(original)]
            self._kept.append(copy)

    def remember(self, value: object, lines: dict[Hashable, int]) -> None:
        self._lines[id(value)] = lines
        self._kept.append(value)

    def _read(self) -> Any:
        if len(self.text.encode()) > MAX_BYTES:
            raise BadRubric("the pack is too large", where=self.name, mend=f"keep it below {MAX_BYTES} bytes")
        data = self._parsed()
        if not isinstance(data, dict):
            raise BadRubric("a pack is a mapping with id, version and items", where=f"{self.name}:1")
        _count(data, self.name)
        return data

    def _parsed(self) -> Any:
        try:
            loader = _Loader(self.text)
        except yaml.YAMLError as e:
            raise BadRubric(f"not readable as YAML: {e}", where=self.name, mend="remove control characters") from e
        loader.source = self
        try:
            return loader.get_single_data()
        except yaml.MarkedYAMLError as e:
            line = e.problem_mark.line + 1 if e.problem_mark else 1
            raise BadRubric(
                f"not readable as YAML: {e.problem}", where=f"{self.name}:{line}", mend="mend the indentation or quotes"
            ) from e
        except (yaml.YAMLError, RecursionError, ValueError, TypeError) as e:
            raise BadRubric(f"not readable as YAML: {e}", where=self.name) from e
        finally:
            loader.dispose()


class Located(str):
    """A string of the pack that knows its line."""

    __slots__ = ("line",)
    line: int


class _Loader(yaml.SafeLoader):
    """In Python alone: the C loader ends the process on deep nesting, where this one raises RecursionError."""

    source: Source

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge keys that merge each other double with each line."""
        super().flatten_mapping(node)
        if len(node.value) > MAX_NODES:
            raise BadRubric("the pack unfolds to too many nodes", where=self.source.name, mend="use fewer merge keys")

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
                raise BadRubric(
                    f"`{key.value}` is written twice (first on line {seen[key.value]})",
                    where=f"{self.source.name}:{line}",
                    mend="keep one of them",
                )
            seen[str(key.value)] = line
        return super().construct_mapping(node, deep=deep)


def _construct_map(loader: _Loader, node: yaml.MappingNode) -> Any:
    data: dict[Hashable, Any] = {}
    yield data
    lines: dict[Hashable, int] = {None: node.start_mark.line + 1}
    for key, _ in node.value:
        lines[key.value] = key.start_mark.line + 1
    data.update(loader.construct_mapping(node))
    loader.source.remember(data, lines)


def _construct_seq(loader: _Loader, node: yaml.SequenceNode) -> Any:
    data: list[Any] = []
    yield data
    data.extend(loader.construct_sequence(node))
    lines: dict[Hashable, int] = {None: node.start_mark.line + 1}
    lines.update({i: child.start_mark.line + 1 for i, child in enumerate(node.value)})
    loader.source.remember(data, lines)


def _construct_str(loader: _Loader, node: yaml.ScalarNode) -> Located:
    value = Located(loader.construct_scalar(node))
    value.line = node.start_mark.line + 1
    return value


_Loader.add_constructor("tag:yaml.org,2002:str", _construct_str)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_map)
_Loader.add_constructor("tag:yaml.org,2002:seq", _construct_seq)


def _count(data: object, name: str) -> None:
    """Walks the unfolded tree with a budget; also ends on a list that contains itself."""
    left, patterns, todo = MAX_NODES, MAX_PATTERNS, [data]
    while todo:
        value = todo.pop()
        left -= 1
        if left < 0:
            raise BadRubric("the pack unfolds to too many nodes", where=name, mend="use fewer aliases")
        patterns -= isinstance(value, str) and value[:1] == "/" == value[-1:]
        if patterns < 0:
            raise BadRubric(f"more than {MAX_PATTERNS} patterns", where=name, mend="write plain words where they do")
        if isinstance(value, dict):
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
