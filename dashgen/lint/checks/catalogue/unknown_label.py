"""``unknown-label``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Analysis, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.carried import Carried, Meant, carried, lacking, meant
from dashgen.lint.meaning.names.label_values import asked
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, Subjects, text
from dashgen.promql.nodes import Binary, Matcher, Node, Word

_LEGEND = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_Suspect = tuple[Word, Node]


class UnknownLabel(Check):
    """A label that the series do not carry, where one they carry is meant.

    A matcher of a missing label selects nothing, and `by` of a missing label adds up everything under an empty value:
    the panel per model shows one line without a name. Exporters call the same thing differently: vLLM says
    `model_name`, its router `model`; DCGM renamed `Hostname` to `hostname`. A scrape may add labels of its own, so
    only labels count that are nearly one of the series', or one that another version has.

    Bad:

        sum by (model) (vllm:num_requests_running)

    Good:

        sum by (model_name) (vllm:num_requests_running)
    """

    code = "CAT008"
    name = "unknown-label"
    severity = Severity.ERROR

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at the labels that variables of dashboards ask the values of."""
        for question in asked(subjects):
            root = question.series.analysis.root
            found = lacking(question.label, root, world) if root is not None else None
            if found is not None:
                yield self._finding(question.place, question.variable.about, question.label, *found)
            yield from self._matchers(question.series, world)

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at matchers, `by`, `without`, `on`, `group_left` and legends."""
        yield from self._matchers(expression, world)
        for word, node in _listed(expression.analysis):
            label = word.text.strip("\"'`")
            found = lacking(label, node, world) if "$" not in label and "[[" not in label else None
            if found is not None:
                yield self._finding(expression.at(word), expression.about, label, *found)
        yield from self._legend(expression, world)

    def _matchers(self, expression: Expression, world: World) -> Iterator[Finding]:
        for selector, _ in expression.analysis.selectors:
            series = carried(selector.metric, world) if selector.matchers else None
            for matcher in selector.matchers if series is not None else ():
                why = meant(matcher.label, series) if series is not None and _selects(matcher) else None
                if series is not None and why is not None:
                    word = Word(matcher.start, matcher.start + len(matcher.label), matcher.label)
                    yield self._finding(expression.at(word), expression.about, matcher.label, series, why)

    def _legend(self, expression: Expression, world: World) -> Iterator[Finding]:
        query, root = expression.owner, expression.analysis.root
        if not isinstance(query, Query) or root is None:
            return
        for match in _LEGEND.finditer(text(query.data.get("legendFormat"))):
            found = lacking(match[1], root, world)
            if found is not None:
                place = query.place.child("legendFormat").within(match.start(1), match.end(1))
                yield self._finding(place, expression.about, match[1], *found)

    def _finding(self, place: Place, about: str, label: str, series: Carried, why: Meant) -> Finding:
        labels = ", ".join(f"`{each}`" for each in series.own) or "none of its own"
        return self.finding(
            place,
            about,
            f"label `{label}`, which `{series.name}` of {series.title} does not carry; {why.why}",
            f"`{why.label}`" if why.label else f"one of its labels: {labels}",
            f"use `{why.label}`" if why.label else "use a label it carries",
        )


def _selects(matcher: Matcher) -> bool:
    """Whether series without the label do not pass."""
    operator, value = matcher.operator.text, matcher.text
    return (operator == "=" and value != "") or (operator == "=~" and value not in ("", ".*"))


def _listed(analysis: Analysis) -> Iterator[_Suspect]:
    """Labels in lists, each with the expression that would have to carry it."""
    for aggregate, _ in analysis.aggregates:
        if aggregate.grouping is not None and aggregate.arguments:
            yield from ((word, aggregate.arguments[-1]) for word in aggregate.grouping.items)
    for binary, _ in analysis.binaries:
        if binary.matching is not None and binary.matching.word == "on":
            yield from ((word, side) for word in binary.matching.items for side in (binary.left, binary.right))
        if binary.grouping is not None:
            yield from ((word, _one(binary)) for word in binary.grouping.items)


def _one(binary: Binary) -> Node:
    """The side whose labels are taken along."""
    return binary.right if binary.grouping is not None and binary.grouping.word == "group_left" else binary.left
