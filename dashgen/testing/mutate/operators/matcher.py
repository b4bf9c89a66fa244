"""Selectors that take in series of somebody else, or exactly the others: a matcher forgotten or negated."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Selector
from dashgen.testing.mutate.meaning import implied
from dashgen.testing.mutate.subject import Change, Edit, Subject

_NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_EVERYTHING = (".*", "(?s:.*)")


def changes(subject: Subject) -> Iterator[Change]:
    """Each matcher left out and turned round."""
    for node, above in subject.each(Selector):
        for index, matcher in enumerate(node.matchers):
            value, operator = matcher.value, matcher.operator
            everything = operator.text == "=~" and value.text[1:-1] in _EVERYTHING
            if not everything and not implied(node, matcher, above):
                yield Edit(*_with_comma(node, index), "")
            lead = subject.expr[matcher.start : operator.start]
            yield Edit(matcher.start, value.end, f"{lead}{_NEGATED[operator.text]}{value.text}")


def _with_comma(node: Selector, index: int) -> tuple[int, int]:
    """From one matcher to the next, or, for the last, from the one before."""
    matcher = node.matchers[index]
    if index + 1 < len(node.matchers):
        return matcher.start, node.matchers[index + 1].start
    return (node.matchers[index - 1].end if index else matcher.start), matcher.end
