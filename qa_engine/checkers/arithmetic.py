"""Sums over named figures, as a rubric writes them: ``(ended_s - promised_s) / 60``. Nothing else can be written."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

LONGEST = 200
_JOINS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def check_sum(text: str) -> str:
    """The text itself. Raises ValueError for anything but names, numbers, + - * / and parentheses."""
    _parsed(text)
    return text


def names_in(text: str) -> frozenset[str]:
    """The figures that it rests on."""
    return frozenset(node.id for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name))


def evaluate(text: str, figures: Mapping[str, float]) -> float | None:
    """The value; None when it divides by zero. Every name must be among the figures."""
    try:
        return _value(_parsed(text), figures)
    except (ZeroDivisionError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ValueError(f"a sum of more than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"`{text}` is no sum of names and numbers") from None
    _refuse_others(tree)
    return tree


def _refuse_others(node: ast.expr) -> None:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _JOINS:
            _refuse_others(left)
            _refuse_others(right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _refuse_others(operand)
        case ast.Name():
            return
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return
        case _:
            raise ValueError(f"only names, numbers, + - * / and parentheses: `{ast.unparse(node)}`")


def _value(node: ast.expr, figures: Mapping[str, float]) -> float:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _JOINS[type(op)](_value(left, figures), _value(right, figures))
        case ast.UnaryOp(operand=operand):
            return -_value(operand, figures)
        case ast.Name(id=name):
            return figures[name]
        case ast.Constant(value=value):
            return float(str(value))
    raise AssertionError(node)
