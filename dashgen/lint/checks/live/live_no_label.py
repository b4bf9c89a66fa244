"""``live-no-label``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.live.alike import nearest, some
from dashgen.lint.live.asked import asked, selector
from dashgen.lint.live.excuse import excuse
from dashgen.lint.live.live import Live
from dashgen.lint.live.passes import without_label
from dashgen.lint.meaning.names.carried import series_of
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Node, Word

_ADDED_LATER = frozenset({"cluster", "region", "tenant_id", "prometheus", "prometheus_replica", "replica"})
"""External labels by custom: a server that evaluates for itself lacks them, and grouping by them does no harm."""
_NOT_ASKED = frozenset({"le", "quantile", "__name__"})


class LiveNoLabel(Check):
    """A label that no series of the metric on the server has.

    A matcher of it selects nothing. `by` adds up everything under an empty value, so that the panel per model shows
    one line without a name; `on` a label that only one side has matches nothing. Which labels there are is decided by
    the scrape as much as by the exporter: `pod` may be called `exported_pod`, or have been dropped.

    Left alone are external labels, labels that a function sets, and grouping by what the exporter has in other versions
    or configurations only.

    Bad:

        sum by (pod) (vllm:num_requests_running)

    Good:

        sum by (instance) (vllm:num_requests_running)
    """

    code = "LIV002"
    name = "live-no-label"
    severity = Severity.ERROR
    server = {"vllm:num_requests_running": [{"model_name": "llama", "job": "vllm", "instance": "10.0.0.7:8000"}]}

    def live(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        """Looks at matchers, `by`, `on` and `group_left`."""
        if not live.whole:
            return
        ignored = _NOT_ASKED | world.assume.external_labels | {world.assume.replica_label or ""}
        for each, above in expression.analysis.selectors:
            what = asked(each)
            if what is None or world.recorded(what.name) or not what.matchers or excuse(each, above, live) == "meant":
                continue
            for matcher in without_label(what, live):
                if matcher.label not in ignored:
                    word = Word(matcher.start, matcher.start + len(matcher.label), matcher.label)
                    yield self._finding(expression.at(word), expression.about, matcher.label, (what.name,), live)
        for word, node in _listed(expression, world, live):
            label = word.text.strip("\"'`")
            names = _all_lack(label, node, world, live) if label not in ignored | _ADDED_LATER else ()
            if names:
                found = self._finding(expression.at(word), expression.about, label, names, live)
                yield replace(found, severity=Severity.WARNING)

    def _finding(self, place: Place, about: str, label: str, names: tuple[str, ...], live: Live) -> Finding:
        there = (live.labels(selector(names[0])) or frozenset()) - {"__name__"}
        close = next((each for each in (f"exported_{label}", f"label_{label}") if each in there), nearest(label, there))
        return self.finding(
            place,
            about,
            f"label `{label}`, which no series of {some(names, 2)} on the server has",
            f"one of the labels there: {some(there, 12)}" if there else "no label, for the series have none",
            f"use `{close}` if that is meant" if close else "use a label they have, or have the scrape add it",
        )


def _listed(expression: Expression, world: World, live: Live) -> Iterator[tuple[Word, Node]]:
    """Labels in lists, each with the expression that would have to carry it."""
    for aggregate, _ in expression.analysis.aggregates:
        if aggregate.grouping is not None and aggregate.grouping.word == "by" and aggregate.arguments:
            yield from ((word, aggregate.arguments[-1]) for word in aggregate.grouping.items)
    for binary, _ in expression.analysis.binaries:
        if binary.matching is not None and binary.matching.word == "on":
            yield from _one_sided(binary, world, live)
        if binary.grouping is not None:
            one = binary.right if binary.grouping.word == "group_left" else binary.left
            yield from ((word, one) for word in binary.grouping.items)


def _one_sided(binary: Binary, world: World, live: Live) -> Iterator[tuple[Word, Node]]:
    """Labels that one side lacks and the other has; what both lack is equal on both."""
    for word in binary.matching.items if binary.matching is not None else ():
        label = word.text.strip("\"'`")
        left, right = (bool(_all_lack(label, side, world, live)) for side in (binary.left, binary.right))
        if left != right:
            lacking, other = (binary.left, binary.right) if left else (binary.right, binary.left)
            if _some_has(label, other, world, live):
                yield word, lacking


def _some_has(label: str, node: Node, world: World, live: Live) -> bool:
    names = {each.metric for each in series_of(node) or () if not world.recorded(each.metric)}
    return any(label in (live.labels(selector(each)) or ()) for each in names & live.names)


def _all_lack(label: str, node: Node, world: World, live: Live) -> tuple[str, ...]:
    """The names whose labels come out of an expression when all have series and none has the label; else nothing."""
    if "$" in label or "[[" in label or isinstance(node, Aggregate):
        return ()
    found = []
    for each in series_of(node) or ():
        what = asked(each)
        if what is None or world.recorded(what.name) or what.name not in live.names or each.where(label) is not None:
            return ()
        there = live.labels(selector(what.name))
        if not there or label in there or _of_some_version(label, what.name, world):
            return ()
        found.append(what.name)
    return tuple(dict.fromkeys(found))


def _of_some_version(label: str, name: str, world: World) -> bool:
    """Whether the exporter has the label in some version or configuration: grouping by it is for those."""
    return any(label in metric.labels for each in world.known(name) for metric in each.metrics)
