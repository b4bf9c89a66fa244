"""Grafana's variables and macros in a query, replaced the way Grafana would before Prometheus sees them.

Formats of multi-value variables are those of Grafana's Prometheus data source: in a bare ``$name`` each
value is a regular expression that matches itself, and several become ``(a|b)``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from dashgen.promql import quote

_VARIABLE = re.compile(
    r"\$(?P<plain>\w+)|\$\{(?P<braced>\w+)(?::(?P<format>\w+))?\}|\[\[(?P<old>\w+)(?::(?P<old_format>\w+))?\]\]"
)
_GROUP = re.compile(r"[0-9]+")


class UnknownVariableError(ValueError):
    """A query uses a variable that the dashboard does not define."""


def times(
    interval: timedelta = timedelta(minutes=1),
    span: timedelta = timedelta(hours=6),
    scrape: timedelta = timedelta(seconds=30),
) -> dict[str, str]:
    """Grafana's built-in time variables for a query step, a dashboard range and a scrape interval."""
    rate = max(interval + scrape, 4 * scrape)
    return {
        "__interval": _duration(interval),
        "__interval_ms": str(round(interval.total_seconds() * 1000)),
        "__rate_interval": _duration(rate),
        "__range": _duration(span),
        "__range_s": str(round(span.total_seconds())),
        "__range_ms": str(round(span.total_seconds() * 1000)),
        "__from": "0",
        "__to": str(round(span.total_seconds() * 1000)),
    }


def _duration(value: timedelta) -> str:
    return f"{round(value.total_seconds() * 1000)}ms"


def expand(expr: str, variables: Mapping[str, str | Sequence[str]], builtin: Mapping[str, str]) -> str:
    """``expr`` with every variable and macro replaced.

    ``variables`` maps a name to its value, already a regular expression (``.*``) when it is a string, or to
    the values somebody picked. ``$1`` and its like are ``label_replace`` groups and stay.

    Raises:
        UnknownVariableError: for a variable in neither mapping.
    """

    def replaced(match: re.Match[str]) -> str:
        name = match["plain"] or match["braced"] or match["old"]
        if _GROUP.fullmatch(name):
            return match[0]
        if name in builtin:
            return builtin[name]
        if name not in variables:
            raise UnknownVariableError(f"{match[0]} is no variable of the dashboard")
        value = variables[name]
        return value if isinstance(value, str) else _picked(value)

    return _VARIABLE.sub(replaced, expr)


def _picked(values: Sequence[str]) -> str:
    """What Grafana writes between the query's quotes for the values picked."""
    escaped = [quote.string(quote.regex(value))[1:-1] for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
