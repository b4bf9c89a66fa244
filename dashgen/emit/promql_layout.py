"""Long expressions over several lines, when the layout provably changes nothing but whitespace."""

from __future__ import annotations

import re
from functools import lru_cache

import promql_parser

_DURATION = r"(?:[0-9]+(?:ms|[smhdwy]))+(?![A-Za-z0-9_])"
_TOKEN = re.compile(
    rf""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|{_DURATION}|[A-Za-z0-9_.:]+|[=!<>~]+|\S""",
    re.DOTALL,
)

_STRING = r'"(?:[^"\\]|\\.)*"'
_ARGUMENTS = re.compile(rf"^( *){_STRING},\n\1{_STRING},\n\1{_STRING},\n\1{_STRING}$", re.MULTILINE)
"""The last four arguments of ``label_replace``, a line each."""

ONE_LINE = 80
"""Shorter expressions stay on one line."""


@lru_cache(4096)  # every target that ships rules asks for the same
def lay_out(expr: str) -> str:
    """``expr`` as promql-parser prints it, or unchanged when that is not the same expression.

    The parser's own text sorts, rounds milliseconds and drops comments, and its trees would not show it:
    the tokens must be the same, whitespace and the spelling of durations aside.
    """
    if len(expr) <= ONE_LINE and "\n" not in expr:
        return expr
    try:
        pretty = _flat(promql_parser.parse(expr).prettify())
    except ValueError:
        return expr
    old, new = _TOKEN.findall(expr), _TOKEN.findall(pretty)
    return pretty if old == new or _canonical(old) == _canonical(new) else expr


def _flat(pretty: str) -> str:
    """``label_replace`` inside ``label_replace`` without a step to the right for each, its arguments on one line.

    Twenty models with aliases are twenty of them: the steps alone would be most of a rule file.
    """
    if "label_replace(" not in pretty:
        return pretty
    lines = _ARGUMENTS.sub(lambda match: re.sub(r"\n *", " ", match[0]), pretty).split("\n")
    inside: list[int] = []
    result = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        depth = len(line) - len(line.lstrip(" "))
        while inside and depth <= inside[-1]:
            inside.pop()
        result.append(line[2 * len(inside) :])
        if line.strip() == following.strip() == "label_replace(":
            inside.append(depth)
    return "\n".join(result)


def _canonical(tokens: list[str]) -> list[str]:
    return [_milliseconds(token) if re.fullmatch(_DURATION, token) else token for token in tokens]


def _milliseconds(duration: str) -> str:
    units = {"ms": 1, "s": 10**3, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000}
    parts = re.findall(r"([0-9]+)(ms|[smhdwy])", duration)
    return f"{sum(int(number) * units[unit] for number, unit in parts)}ms"
