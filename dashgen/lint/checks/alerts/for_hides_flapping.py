"""``for-hides-flapping``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import alternatives, comparison, conjunction, wait
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Ranged, Selector, bare

_QUEUE = re.compile(
    r"queue|waiting|pending|backlog|in_?flight|num_requests|running_reqs|_reqs$|requests_active|deferred"
)
_SLOW = re.compile(r"pods?_|replica|phase|duration|seconds|bytes|total$|limit|capacity|max_")
_MINUTE, _LONGEST = 60.0, 600.0
"""Seconds of ``for``: whoever waits longer means a queue that stands still."""
_DEEPEST = 4


class ForHidesFlapping(Check):
    """One sample without a queue starts the ``for`` again, so a busy queue never pages.

    ``for`` wants every evaluation to be true. A queue that is served touches 0 between two requests: at an evaluation
    every 30s, a queue that is empty one time in ten gets through ``for: 5m`` in a third of all tries, and whether it
    does depends on the phase of the scrapes. Ask for the share of the time instead, over the same window, and leave
    ``for`` out or short.

    Bad:

        - alert: LLMRequestsQueued
          expr: vllm:num_requests_waiting > 0
          for: 2m

    Good:

        - alert: LLMRequestsQueued
          expr: avg_over_time((vllm:num_requests_waiting > bool 0)[2m:15s]) >= 0.75

    Good:

        - alert: LLMRequestsQueued
          expr: min_over_time(vllm:num_requests_waiting[2m]) > 0
    """

    code = "ALR005"
    name = "for-hides-flapping"
    severity = Severity.WARNING
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at alerts with ``for`` that ask whether a queue is there right now."""
        expression, held = rule.expression, wait(rule.wait)
        if rule.kind != "alert" or expression is None or expression.analysis.root is None or held is None:
            return
        if not _MINUTE <= held <= _LONGEST:
            return
        for branch in alternatives(expression.analysis.root):
            parts = conjunction(branch)
            found = comparison(parts.value)
            if found is None or found.threshold is None or not parts.alone:
                continue
            limit = found.threshold
            if not (limit < 1 if found.operator == ">" else limit <= 1 and found.operator == ">="):
                continue
            name = _queue(found.value, world, 0)
            if name:
                inner = expression.analysis.of(found.value)
                short = inner if len(inner) <= 60 and "\n" not in inner else f"{name}"
                yield self.finding(
                    rule.place.child("for"),
                    rule.about,
                    f"`{name}` touches 0 while it is busy, and one such sample starts `for: {rule.wait}` again",
                    f"the share of the last {rule.wait} with a queue",
                    f"write `avg_over_time(({short} > bool 0)[{rule.wait}:15s]) >= 0.75` and leave `for` out",
                )


def _queue(node: Node, world: World, depth: int) -> str:
    """The name of the queue a node is the length of, right now; '' when it is something else."""
    node = bare(node)
    if isinstance(node, Ranged) or depth > _DEEPEST:
        return ""
    if isinstance(node, Inner):
        return _queue(node.inner, world, depth)
    if isinstance(node, Aggregate):
        wanted = node.function.text.lower() in ("sum", "max", "min", "avg") and bool(node.arguments)
        return _queue(node.arguments[-1], world, depth) if wanted else ""
    if isinstance(node, Call):
        wanted = node.function.text in ("label_replace", "label_join") and bool(node.arguments)
        return _queue(node.arguments[0], world, depth) if wanted else ""
    if isinstance(node, Binary):
        sides = [_queue(side, world, depth) for side in (node.left, node.right)]
        return sides[0] if node.operator.text == "+" and all(sides) else ""
    return _selected(node, world, depth) if isinstance(node, Selector) else ""


def _selected(node: Selector, world: World, depth: int) -> str:
    name = node.metric
    recorded = world.recorded(name)
    if recorded:
        trees = [world.tree(record.expr) for record in recorded]
        return name if all(tree is not None and _queue(tree, world, depth + 1) for tree in trees) else ""
    if not _QUEUE.search(name) or _SLOW.search(name):
        return ""
    entries = world.known(name)
    if not entries:
        return name
    gauges = all(each.metric.type == "gauge" and each.metric.unit in ("requests", "") for each in entries)
    return name if gauges and all(each.exporter.vantage != "cluster" for each in entries) else ""
