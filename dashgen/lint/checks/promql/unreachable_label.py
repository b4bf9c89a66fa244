"""``unreachable-label``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.labels import Labels, labels, scalar
from dashgen.lint.meaning.numbers.matching import listed, written_out
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, text
from dashgen.promql.nodes import Aggregate, Binary, Call, LabelList, Node, Selector, Text, Word, inside

_LEGEND = re.compile(r"\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}")
_ADDED_LATER = frozenset(
    {"cluster", "replica", "prometheus", "prometheus_replica", "region", "environment", "env", "tenant"}
)
"""Labels that remote storage or federation may add to recorded series."""
_EVERYTHING = frozenset({"", ".*", "(.*)", "^.*$"})
_NO_LEGEND = frozenset({"table", "heatmap", "text", "row"})


class UnreachableLabel(Check):
    """A label is asked for behind an aggregation that dropped it.

    An aggregation keeps the labels of its `by` and no others. A later `by`, `on`, `group_left` or `label_replace` that
    names another one gets the empty value for every series: groups fall together, sides are paired that should not
    be, or nothing is paired. In a legend `{{pod}}` stays empty and the lines cannot be told apart.

    Bad:

        max by (pod) (sum by (model_name) (vllm:num_requests_waiting))

    Bad:

        label_replace(sum by (model_name) (vllm:num_requests_waiting), "node", "$1", "instance", "(.*):.*")

    Good:

        max by (pod) (sum by (model_name, pod) (vllm:num_requests_waiting))
    """

    code = "PQL027"
    name = "unreachable-label"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at labels that are named behind an aggregation, and at the legend of a query."""
        root = expression.analysis.root
        if root is None:
            return
        for where, word, label, inner in _asked(root):
            have = labels(inner, world)
            if not have.may_have(label) and not _may_come_later(label, inner, expression, world):
                yield self.finding(
                    expression.at(word),
                    expression.about,
                    f"{where} asks for `{label}`, which is not there any more",
                    _there(have),
                    f"keep `{label}` in the aggregation inside, or leave it out here",
                )
        if isinstance(expression.owner, Query):
            yield from self._legend(expression, expression.owner, root, world)

    def _legend(self, expression: Expression, query: Query, root: Node, world: World) -> Iterator[Finding]:
        legend = text(query.data.get("legendFormat"))
        if "{{" not in legend or query.panel.type in _NO_LEGEND or query.data.get("format") == "table":
            return
        have = labels(root, world)
        for match in _LEGEND.finditer(legend):
            label = match[1]
            if label == "__name__" or have.may_have(label) or _may_come_later(label, root, expression, world):
                continue
            finding = self.finding(
                query.place.child("legendFormat").within(match.start(), match.end()),
                expression.about,
                f"the legend shows `{label}`, which the query does not return",
                _there(have),
                f"keep `{label}` in the query, or write a legend of what it returns",
            )
            # The values are right all the same.
            yield replace(finding, severity=Severity.WARNING)


def _asked(root: Node) -> Iterator[tuple[str, Word | Text, str, Node]]:
    """(what asks, where, the label, the expression it is asked of)."""
    for node in inside(root):
        if isinstance(node, Aggregate) and node.grouping is not None and node.grouping.word == "by" and node.arguments:
            yield from _each("`by`", node.grouping, node.arguments[-1])
        elif isinstance(node, Binary) and not scalar(node.left) and not scalar(node.right):
            yield from _matched(node)
        elif isinstance(node, Call):
            yield from _sources(node)


def _each(where: str, found: LabelList, inner: Node) -> Iterator[tuple[str, Word | Text, str, Node]]:
    if written_out(found):
        for item in found.items:
            yield where, item, item.text.strip("\"'`"), inner


def _matched(node: Binary) -> Iterator[tuple[str, Word | Text, str, Node]]:
    operator = node.operator.text.lower()
    if node.matching is not None and node.matching.word == "on":
        for side in (node.left, node.right):
            # A constant in the place of nothing: `x or on (model) vector(0)`.
            if operator != "or" and not _constant(side):
                yield from _each("`on`", node.matching, side)
    if node.grouping is not None:
        one = node.right if node.grouping.word == "group_left" else node.left
        yield from _each(f"`{node.grouping.word}`", node.grouping, one)


def _constant(node: Node) -> bool:
    return not any(isinstance(each, Selector) for each in inside(node))


def _sources(node: Call) -> Iterator[tuple[str, Word | Text, str, Node]]:
    function, arguments = node.function.text, node.arguments
    if function == "label_replace" and len(arguments) == 5:
        source, replacement, pattern = arguments[3], arguments[2], arguments[4]
        fixed = isinstance(replacement, Text) and "$" not in replacement.text
        fixed = fixed and isinstance(pattern, Text) and pattern.text in _EVERYTHING
        sources: tuple[Node, ...] = () if fixed else (source,)
    else:
        sources = arguments[3:] if function == "label_join" else ()
    for source in sources:
        if isinstance(source, Text) and source.text not in ("", "__name__") and "$" not in source.text:
            yield f"`{function}`", source, source.text, arguments[0]


def _may_come_later(label: str, inner: Node, expression: Expression, world: World) -> bool:
    """Whether only records say that a label is gone, and what answers the panel may add it."""
    added = world.assume.external_labels | {world.assume.replica_label or ""} | _ADDED_LATER
    if label not in added or expression.in_rule:
        return False
    return any(isinstance(each, Selector) and world.recorded(each.metric) for each in inside(inner))


def _there(have: Labels) -> str:
    if have.names and not have.open:
        return f"one of {listed(tuple(sorted(have.names)))}"
    return "no label, as everything is aggregated to one series" if not have.open else "a label that is still there"
