"""What promql_parser refuses: stricter than our own parser about regular expressions and what may follow what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from dashgen.promql.faults import Fault
from dashgen.promql.nodes import Node, Selector, walk
from dashgen.promql.stand_in import StandIn, stand_ins
from dashgen.promql.syntax import Piece
from dashgen.promql.tokens import significant

_UNSURE = ("anchored", "smoothed", "info", "holt_winters", "end()", "start()")
_READS = frozenset({"subquery", "`@`", "a negative offset", "a duration of several units", "`atan2`"})
"""It is known to refuse some words, most new syntax and backslashes in backticks, though Prometheus reads them."""
_COLON = "is not valid label"
_ENDLESS = re.compile(r"\d{15}|e[+]?\d\d|inf|nan", re.IGNORECASE)
_MOST = 2000
"""Tokens; it recurses without a bound, and takes quadratic time."""


_LONGEST = 1e12
"""Seconds."""


def refused(expr: str, root: Node, newer: Iterable[Piece]) -> Fault | None:
    """Why it refuses every text the expression may become; None when it takes one, or is not to be trusted.

    ``newer`` are the pieces of syntax in it that not every version reads.
    """
    if (
        ("`" in expr and "\\" in expr)
        or any(word in expr for word in _UNSURE)
        or any(piece.name not in _READS for piece in newer)
    ):
        return None
    _, message = _first_taken(expr)
    if not message or _COLON in message:
        return None  # labels with a colon are fine since Prometheus 3.0
    for node, _ in walk(root):
        for matcher in node.matchers if isinstance(node, Selector) else ():
            if matcher.operator.text in ("=~", "!~") and "$" not in matcher.value.text:
                alone = _message(StandIn(f"x{{x=~{matcher.value.text}}}", ()))
                if alone:
                    return Fault(matcher.value.start, matcher.value.end, _regex(alone), "a regular expression of RE2")
    return Fault(root.start, root.end, message[:1].lower() + message[1:], "an expression Prometheus can parse")


def accepted(expr: str) -> StandIn:
    """The first text an expression may become that can be parsed; the first of all when none can."""
    return _first_taken(expr)[0]


@lru_cache(maxsize=65_536)
def _first_taken(expr: str) -> tuple[StandIn, str]:
    """The first text that is taken, and ''; else the first of all, and what is said about one of them."""
    first, message = StandIn(expr, ()), ""
    for number, each in enumerate(stand_ins(expr)):
        said = _message(each)
        if not said:
            return each, ""
        first = first if number else each
        message = message if _COLON in message else said
    return first, message


def _message(text: StandIn) -> str:
    import promql_parser

    if len(text.text) > _MOST and len(significant(text.text)) > _MOST:
        return ""
    if _ENDLESS.search(text.text) and _endless(text.text):
        return ""
    try:
        promql_parser.parse(text.text)
    except ValueError as error:
        return " ".join(str(error).split()) or "no PromQL"
    return ""


def _endless(text: str) -> bool:
    """Whether a range or an offset is a number that is none of seconds: it does not survive those."""
    found = significant(text)
    for index, token in enumerate(found):
        before = index - 2 if index > 1 and found[index - 1].text in ("-", "+") else index - 1
        if token.kind == "number" and before >= 0 and found[before].text.lower() in ("offset", "[", ":"):
            try:
                if not abs(float(token.text.replace("_", ""))) < _LONGEST:
                    return True
            except ValueError:
                return True
    return False


def _regex(message: str) -> str:
    reason = message.rpartition("error: ")[2]
    return f"a regular expression that cannot be compiled ({reason[:120]})"
