"""Vector selectors and the small expressions everything else is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dashgen.promql import quote

Operator = Literal["=", "!=", "=~", "!~"]


@dataclass(frozen=True, slots=True)
class Match:
    """One label matcher. ``raw`` values are written as they are: they hold a Grafana variable."""

    label: str
    operator: Operator
    value: str
    raw: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if self.raw else quote.string(self.value)
        return f"{self.label}{self.operator}{value}"


def vector(name: str, matches: Iterable[Match] = ()) -> str:
    """``name{matchers}`` in the order of labels; a name that is no identifier goes into ``__name__``."""
    if not quote.metric(name):
        matches = (Match("__name__", "=", name), *matches)
        name = ""
    inner = ",".join(str(match) for match in sorted(matches, key=lambda match: match.label))
    return f"{name}{{{inner}}}" if inner else name


def aggregate(operator: str, labels: Sequence[str], expr: str) -> str:
    """``operator by (labels) (expr)``; without labels everything becomes one series."""
    by = f" by ({', '.join(labels)})" if labels else ""
    return f"{operator}{by} ({expr})"


def label_replace(expr: str, target: str, replacement: str, source: str, pattern: str) -> str:
    """``label_replace`` with ``replacement`` and ``pattern`` already quoted PromQL strings."""
    return f'label_replace({expr}, "{target}", {replacement}, "{source}", {pattern})'


def number(value: float) -> str:
    """A PromQL number: the shortest text that reads back as the same float, integers without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def scaled(expr: str, factor: float) -> str:
    """``expr * factor``; thousandths and their like are divisions, so that 2000 ms is exactly 2 s."""
    if factor == 1:
        return expr
    inverse = 1 / factor
    if factor < 1 and inverse == int(inverse):
        return f"{expr} / {int(inverse)}"
    return f"{expr} * {number(factor)}"
