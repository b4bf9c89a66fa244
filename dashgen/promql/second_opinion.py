"""What promql_parser refuses: stricter than our own parser about regular expressions and what may follow what."""

from __future__ import annotations

from dashgen.promql.faults import Fault
from dashgen.promql.nodes import Node, Selector, walk
from dashgen.promql.stand_in import StandIn, stand_ins

_UNSURE = ("anchored", "smoothed", "info", "fill", "end()", "start()", "step()")
"""What it is known to refuse though Prometheus reads it."""
_DEEPEST = 100
"""Levels of nesting; it recurses without a bound."""


def refused(expr: str, root: Node) -> Fault | None:
    """Why it refuses every text the expression may become; None when it takes one, or is not to be trusted."""
    if any(word in expr for word in _UNSURE):
        return None
    message = ""
    for text in stand_ins(expr):
        message = _message(text)
        if not message:
            return None
    for node, _ in walk(root):
        for matcher in node.matchers if isinstance(node, Selector) else ():
            if matcher.operator.text in ("=~", "!~") and "$" not in matcher.value.text:
                alone = _message(stand_ins(f"x{{x=~{matcher.value.text}}}")[0])
                if alone:
                    return Fault(matcher.value.start, matcher.value.end, _regex(alone), "a regular expression of RE2")
    return Fault(root.start, root.end, message[:1].lower() + message[1:], "an expression Prometheus can parse")


def accepted(expr: str) -> StandIn:
    """The first text an expression may become that can be parsed; the first of all when none can."""
    found = stand_ins(expr)
    return next((each for each in found if not _message(each)), found[0])


def _message(text: StandIn) -> str:
    import promql_parser

    if text.text.count("(") > 10 * _DEEPEST or text.text.count("-") > 10 * _DEEPEST:
        return ""
    try:
        promql_parser.parse(text.text)
    except ValueError as error:
        return " ".join(str(error).split()) or "no PromQL"
    return ""


def _regex(message: str) -> str:
    reason = message.rpartition("error: ")[2]
    return f"a regular expression that cannot be compiled ({reason[:120]})"
