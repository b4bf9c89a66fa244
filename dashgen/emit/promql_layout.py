"""Long expressions over several lines, when the layout provably changes nothing but whitespace."""

from __future__ import annotations

import re

import promql_parser

_DURATION = r"(?:[0-9]+(?:ms|[smhdwy]))+(?![A-Za-z0-9_])"
_TOKEN = re.compile(
    rf""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|{_DURATION}|[A-Za-z0-9_.:]+|[=!<>~]+|\S""",
    re.DOTALL,
)

ONE_LINE = 80
"""Shorter expressions stay on one line."""


def lay_out(expr: str) -> str:
    """``expr`` as promql-parser prints it, or unchanged when that is not the same expression.

    The parser's own text sorts, rounds milliseconds and drops comments, and its trees would not show it:
    the tokens must be the same, whitespace and the spelling of durations aside.
    """
    if len(expr) <= ONE_LINE and "\n" not in expr:
        return expr
    try:
        pretty: str = promql_parser.parse(expr).prettify()
    except ValueError:
        return expr
    old, new = _TOKEN.findall(expr), _TOKEN.findall(pretty)
    return pretty if old == new or _canonical(old) == _canonical(new) else expr


def _canonical(tokens: list[str]) -> list[str]:
    return [_milliseconds(token) if re.fullmatch(_DURATION, token) else token for token in tokens]


def _milliseconds(duration: str) -> str:
    units = {"ms": 1, "s": 10**3, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000}
    parts = re.findall(r"([0-9]+)(ms|[smhdwy])", duration)
    return f"{sum(int(number) * units[unit] for number, unit in parts)}ms"
