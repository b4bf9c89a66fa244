"""``unknown-label-value``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Matcher, Place

_LITERALS = re.compile(r"[\w-]+(?:\|[\w-]+)*", re.ASCII)
_Values = dict[str, bool]


class UnknownLabelValue(Check):
    """A value that a label never has, of a label whose values are all known.

    `finished_reason="failed"` selects nothing, so the error panel shows no errors and the alert on them stays silent.
    Excluding a value that does not exist excludes nothing.

    Bad:

        sum(rate(vllm:request_success_total{finished_reason="failed"}[5m]))

    Good:

        sum(rate(vllm:request_success_total{finished_reason="error"}[5m]))
    """

    code = "CAT009"
    name = "unknown-label-value"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at equality and at alternatives without other regular expressions."""
        for selector, _ in expression.analysis.selectors:
            name = selector.metric
            for matcher in selector.matchers if name and not world.recorded(name) else ():
                values = _values(name, matcher.label, world)
                for value, place in _written(matcher) if values else ():
                    there = values.get(value)
                    # An alternative that only other versions have does no harm beside those that are there.
                    if there or (there is False and matcher.operator.text != "="):
                        continue
                    why = "never has" if there is None else "has in other versions only"
                    known = [each for each, now in values.items() if now]
                    close = difflib.get_close_matches(value, known, n=1)
                    excludes = matcher.operator.text[0] == "!"
                    yield self.finding(
                        expression.at(place),
                        expression.about,
                        f"`{value}`, a value `{matcher.label}` of `{name}` {why}"
                        + (", so this excludes nothing" if excludes else ""),
                        "one of " + ", ".join(f"`{each}`" for each in known),
                        f"write `{close[0]}` if that is meant" if close else "select one of these",
                    )


def _values(name: str, label: str, world: World) -> _Values:
    """Value -> whether the assumed versions have it; empty when not all are known."""
    found: _Values = {}
    for each in world.known(name):
        for source in world.assume.exposed(each.exporter.name):
            for metric in each.metrics:
                if label not in metric.values:
                    return {}
                for start, values in metric.values[label]:
                    for value in values:
                        found[value] = found.get(value, False) or source.versions.reaches(start)
    return found


def _written(matcher: Matcher) -> Iterator[tuple[str, Place]]:
    """The values a matcher names, with their places; none when it says something else."""
    written = matcher.value.text[1:-1]
    if matcher.operator.text in ("=", "!="):
        if written and "$" not in written and "[[" not in written and written == matcher.text:
            yield written, Place(matcher.value.start + 1, matcher.value.end - 1)
    elif _LITERALS.fullmatch(written):
        start = matcher.value.start + 1
        for value in written.split("|"):
            yield value, Place(start, start + len(value))
            start += len(value) + 1
