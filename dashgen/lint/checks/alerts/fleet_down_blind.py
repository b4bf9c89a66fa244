"""``fleet-down-blind``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import Comparison, alternatives, comparison, conjunction, number
from dashgen.lint.meaning.firing.watched import Watched, watched
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule, Subjects
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Selector, bare, walk

_OF_ALL = frozenset({"count", "sum", "avg", "min", "max"})


class FleetDownBlind(Check):
    """An alert on too few of something is silent when there is none at all.

    ``count(up == 1) < 40`` counts what is up. When the last one is gone there is nothing to count, the result is empty
    and not 0, and the alert resolves in the middle of the outage. The same holds for a sum of series that disappear
    with their processes.

    Bad:

        count(up{job="vllm"} == 1) < 40

    Bad:

        sum(rate(vllm:request_success_total[5m])) < 0.1

    Good:

        (count(up{job="vllm"} == 1) or vector(0)) < 40

    Good:

        sum(up{job="vllm"}) < 40
    """

    code = "ALR016"
    name = "fleet-down-blind"
    severity = Severity.ERROR
    example = "alert"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Looks at the alerts on too few of something, unless another alert tells when there is none."""
        rules = [rule for subjects in files for rule in subjects.rules if rule.kind == "alert"]
        suspects = [found for rule in rules for found in _blind(rule, world)]
        if not suspects:
            return
        guards = watched(rules, world)
        for rule, expression, found, node in suspects:
            if not _guarded(node, guards, world):
                yield self._said(rule, expression, found, node)

    def _said(self, rule: Rule, expression: Expression, found: Comparison, node: Aggregate) -> Finding:
        text = f"{expression.analysis.of(node.function)}(…)"
        grouped = node.grouping is not None and bool(node.grouping.items)
        inside = "add `or 0 * …` of a series that stays" if grouped else "write `(… or vector(0))` around it"
        return self.finding(
            expression.at(node),
            rule.about,
            f"`{text} {found.operator} {found.threshold:g}` is empty and not 0 when all of them are gone",
            "an expression that is 0 then, or an alert with `absent` beside it",
            f"{inside}, or add an alert on `absent(…)` of it",
        )


def _blind(rule: Rule, world: World) -> Iterator[tuple[Rule, Expression, Comparison, Aggregate]]:
    expression = rule.expression
    root = expression.analysis.root if expression is not None else None
    if expression is None or root is None:
        return
    if any(call.function.text.startswith("absent") for call, _ in expression.analysis.calls):
        return
    for branch in alternatives(root):
        parts = conjunction(branch)
        found = comparison(parts.value)
        if found is None or found.threshold is None or found.operator not in ("<", "<="):
            continue
        # Together with other series it asks for something else: requests that run and produce no tokens.
        if any(isinstance(each, Selector) for part in parts.also for each, _ in walk(part)):
            continue
        node = _counted(found.value)
        # `count(…) < 1` can never be true at all, which never-firing says.
        alone = node is not None and node.function.text.lower() == "count" and found.threshold <= 1
        if node is not None and _disappears(node, world) and not (alone and bare(found.value) is node):
            yield rule, expression, found, node


def _counted(node: Node) -> Aggregate | None:
    """The aggregation that is compared, or that is divided by another one."""
    node = bare(node)
    if isinstance(node, Binary) and node.operator.text in ("/", "*"):
        left = _counted(node.left)
        # Of a quotient only the number of those that are well: a low hit ratio is no lack of anything.
        counts = left is not None and left.function.text.lower() == "count"
        return left if counts or number(node.right) is not None else None
    if isinstance(node, Call) and node.function.text in ("label_replace", "label_join", "round") and node.arguments:
        return _counted(node.arguments[0])
    return node if isinstance(node, Aggregate) and node.function.text.lower() in _OF_ALL and node.arguments else None


def _disappears(node: Aggregate, world: World) -> bool:
    function, inner = node.function.text.lower(), bare(node.arguments[-1])
    nodes = [each for each, _ in walk(inner)]
    if any(isinstance(each, Binary) and each.operator.text.lower() == "or" for each in nodes):
        return False
    names = {each.metric for each in nodes if isinstance(each, Selector)}
    if not names or "" in names or any(name.startswith("ALERTS") or world.recorded(name) for name in names):
        return False
    filtered = comparison(inner) is not None
    if function == "count":
        return filtered or names == {"up"} or any(_of_process(name, world) for name in names)
    if filtered:
        return True
    return function == "sum" and all(_of_process(name, world) for name in names)


def _of_process(name: str, world: World) -> bool:
    """Whether a series disappears with the process that it describes."""
    entries = world.known(name)
    return bool(entries) and all(each.exporter.vantage != "cluster" for each in entries)


def _guarded(node: Aggregate, guards: Watched, world: World) -> bool:
    return all(guards.covers(each, world) for each, _ in walk(node) if isinstance(each, Selector))
