"""PromQL text as tokens with their places: for comparing expressions and for pointing into them.

Every character belongs to exactly one token, so the texts joined are the input; what no rule of the
language covers is ``unknown`` instead of an error. Grafana's variables are tokens of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal[
    "name", "number", "duration", "string", "operator", "punctuation", "comment", "variable", "space", "unknown"
]
DURATION = r"(?:[0-9]+(?:ms|[smhdwy]))+"
_DURATION = re.compile(DURATION)
_MILLISECONDS = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "y": 31_536_000_000,
}

_WORD_END = r"(?![A-Za-z0-9_])"
_NUMBER = r"0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*+\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?|(?i:inf|nan)"
_RULES = (
    ("space", r"[ \t\n\r]+"),
    ("comment", r"#[^\n\r]*"),
    ("string", r""""(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`"""),
    ("variable", r"\$\w+|\$\{\w+(?::\w+)?\}|\[\[\w+(?::\w+)?\]\]"),
    ("duration", DURATION + _WORD_END),
    ("number", rf"(?:{_NUMBER})(?![A-Za-z0-9_:])"),
    ("name", r"[A-Za-z_:][A-Za-z0-9_:]*"),
    ("operator", r"==|!=|=~|!~|<=|>=|[-+*/%^=<>@]"),
    ("punctuation", r"[(){}\[\],:]"),
    # A text that is not closed is all of its line, so that nobody looks for its end again at the next quote.
    ("unclosed", r"""["'][^\n]*|`.*"""),
    ("unknown", r"[^\s\w\"'`#$(){}\[\],:+*/%^=<>@-]+|\w+|."),
)


def _pattern(*, brackets: bool) -> re.Pattern[str]:
    # Between [ and ] a colon separates range and step of a subquery; elsewhere it is part of a name.
    rules = dict(_RULES)
    if brackets:
        rules["name"] = r"[A-Za-z_][A-Za-z0-9_]*"
        rules["number"] = rf"(?:{_NUMBER}){_WORD_END}"
    return re.compile("|".join(f"(?P<{kind}>{rule})" for kind, rule in rules.items()), re.DOTALL | re.ASCII)


_OUTSIDE, _INSIDE = _pattern(brackets=False), _pattern(brackets=True)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression; ``start`` counts characters from 0."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.text)


def tokens(expr: str) -> list[Token]:
    """The tokens of ``expr`` in order, blanks and comments included; never fails."""
    return list(_tokens(expr))


@lru_cache(maxsize=64)
def _tokens(expr: str) -> tuple[Token, ...]:
    # Whoever looks at an expression looks several times, and then at the next one.
    found: list[Token] = []
    position, pattern = 0, _OUTSIDE
    while match := pattern.match(expr, position):
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # the groups are the kinds
        if match.lastgroup == "unclosed":
            kind = "unknown"
        found.append(Token(kind, match[0], position))
        position = match.end()
        if kind == "punctuation" and match[0] in "[]":
            pattern = _INSIDE if match[0] == "[" else _OUTSIDE
    return tuple(found)


def significant(expr: str) -> list[Token]:
    """The tokens that Prometheus evaluates: no blanks, no comments."""
    return [token for token in _tokens(expr) if token.kind not in ("space", "comment")]


def milliseconds(duration: str) -> int:
    """Length of a duration token such as ``1h30m``."""
    parts = re.findall(r"([0-9]+)(ms|[smhdwy])", duration)
    return sum(int(number) * _MILLISECONDS[unit] for number, unit in parts)


def seconds(text: str) -> float | None:
    """Length of a duration such as ``1h30m``; None for a variable or anything else."""
    if not _DURATION.fullmatch(text):
        return None
    try:
        return milliseconds(text) / 1000
    except (OverflowError, ValueError):  # more digits than a number has
        return None
