"""Long expressions over several lines, when the layout provably changes nothing but whitespace."""

from __future__ import annotations

import re

import promql_parser

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)"""
    r"""|(?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+)(?![A-Za-z0-9_])"""
    r"""|(?P<word>[A-Za-z0-9_.:]+)|(?P<space>\s+)|(?P<mark>.)""",
    re.DOTALL,
)

ONE_LINE = 80
"""Shorter expressions stay on one line."""


def lay_out(expr: str) -> str:
    """``expr`` as promql-parser prints it, or unchanged when that is not the same expression.

    The parser's own text rounds milliseconds and drops comments, so equal trees are no proof:
    the tokens must be the same, whitespace aside.
    """
    if len(expr) <= ONE_LINE and "\n" not in expr:
        return expr
    try:
        tree = promql_parser.parse(expr)
        pretty: str = tree.prettify()
        same = str(promql_parser.parse(pretty)) == str(tree) and _tokens(pretty) == _tokens(expr)
    except ValueError:
        return expr
    return pretty if same else expr


def _tokens(expr: str) -> list[str]:
    return [_canonical(match) for match in _TOKEN.finditer(expr) if match.lastgroup != "space"]


def _canonical(match: re.Match[str]) -> str:
    if match.lastgroup != "duration":
        return match.group()
    units = {"ms": 1, "s": 10**3, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
    parts = re.findall(r"([0-9]+)(ms|[smhdwy])", match.group())
    return f"{sum(int(number) * units.get(unit, 31_536_000_000) for number, unit in parts)}ms"
