"""Which series an expression reads, and how far back in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import promql_parser

LOOKBACK = timedelta(minutes=5)
"""How old a sample may be and still be the value of a series now; Prometheus' default."""


def reads(expr: str) -> dict[str, timedelta]:
    """Series name -> how long before the evaluation the oldest sample of it is that the expression uses.

    Ranges, offsets and subqueries add up; a series selected by something else than its name is ''.

    Raises:
        ValueError: when the expression does not parse.
    """
    furthest: dict[str, timedelta] = {}
    for name, reach in _reads(promql_parser.parse(expr), timedelta()):
        furthest[name] = max(reach, furthest.get(name, timedelta()))
    return furthest


def _reads(node: Any, outer: timedelta) -> Iterator[tuple[str, timedelta]]:
    kind = type(node).__name__
    if kind == "VectorSelector":
        yield _name(node), max(outer + _offset(node) + LOOKBACK, timedelta())
    elif kind == "MatrixSelector":
        inner = node.vector_selector
        yield _name(inner), max(outer + _offset(inner) + node.range, timedelta())
    elif kind == "SubqueryExpr":
        yield from _reads(node.expr, outer + _offset(node) + node.range)
    else:
        for child in _children(node):
            yield from _reads(child, outer)


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
