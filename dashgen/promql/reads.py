"""Which series an expression reads, and how far back in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import promql_parser

from dashgen.promql.selector import Match, Operator

LOOKBACK = timedelta(minutes=5)
"""How old a sample may be and still be the value of a series now; Prometheus' default."""
_OPERATORS: dict[str, Operator] = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """One selector of an expression, and when the samples it uses are: from ``far`` to ``near`` before the evaluation.

    ``name`` is '' for a series selected by something else than its name. Samples that ``offset -1h`` would find are
    not there yet, so nothing is nearer than 0. ``window`` is how long ranges around it are together, 0 without any.
    """

    name: str
    matches: tuple[Match, ...]
    near: timedelta
    far: timedelta
    window: timedelta = timedelta()


def selections(expr: str) -> Iterator[Selection]:
    """Every selector of the expression; ranges, offsets and subqueries add up.

    Raises:
        ValueError: when the expression does not parse.
    """
    return _selections(promql_parser.parse(expr), timedelta(), timedelta(), timedelta())


def reads(expr: str) -> dict[str, timedelta]:
    """Series name -> how long before the evaluation the oldest sample of it is that the expression uses.

    Raises:
        ValueError: when the expression does not parse.
    """
    furthest: dict[str, timedelta] = {}
    for found in selections(expr):
        furthest[found.name] = max(found.far, furthest.get(found.name, timedelta()))
    return furthest


def _selections(node: Any, near: timedelta, far: timedelta, window: timedelta) -> Iterator[Selection]:
    kind = type(node).__name__
    if kind == "VectorSelector":
        yield _selection(node, near, far + LOOKBACK, window)
    elif kind == "MatrixSelector":
        yield _selection(node.vector_selector, near, far + node.range, window + node.range)
    elif kind == "SubqueryExpr":
        offset = _offset(node)
        yield from _selections(node.expr, near + offset, far + offset + node.range, window + node.range)
    else:
        for child in _children(node):
            yield from _selections(child, near, far, window)


def _selection(selector: Any, near: timedelta, far: timedelta, window: timedelta) -> Selection:
    name, offset = _name(selector), _offset(selector)
    matches = tuple(
        Match(each.name, _OPERATORS[str(each.op)], each.value)
        for each in selector.matchers.matchers
        if not (name and each.name == "__name__")
    )
    now = timedelta()
    return Selection(name, matches, max(near + offset, now), max(far + offset, now), window)


def _children(node: Any) -> Iterator[Any]:
    for field in ("expr", "param", "lhs", "rhs"):
        child = getattr(node, field, None)
        if child is not None:
            yield child
    yield from getattr(node, "args", None) or ()


def _name(selector: Any) -> str:
    matchers = selector.matchers.matchers
    return selector.name or next(
        (m.value for m in matchers if m.name == "__name__" and str(m.op) == "MatchOp.Equal"), ""
    )


def _offset(node: Any) -> timedelta:
    return node.offset or timedelta()
