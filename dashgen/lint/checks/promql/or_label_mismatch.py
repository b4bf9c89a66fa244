"""``or-label-mismatch``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.renames import same_metric
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.numbers.matching import apart, described, names, written_out
from dashgen.lint.meaning.numbers.units import constant
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Node, Selector
from dashgen.promql.parse import COMPARISONS

_EACH_POD = frozenset({"instance", "pod", "exported_pod", "pod_name", "server"})
_KEEP_SERIES = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})


class OrLabelMismatch(Check):
    """`or` takes the right side only where no series on the left has the same labels; two ways to get that wrong.

    A renamed metric bridged outside the aggregation: while pods of both versions run, every group has a series under
    the new name, and whatever the old pods report is hidden. `max by (model_name) (new) or max by (model_name) (old)`
    showed a KV cache at 10 % while an old pod was at 99 %.

    Two sides with different labels: nothing is ever equal, so both survive. The panel has every value twice, and a sum
    around it counts double.

    Bad:

        max by (model_name) (vllm:kv_cache_usage_perc) or max by (model_name) (vllm:gpu_cache_usage_perc)

    Bad:

        sum by (model_name) (rate(vllm:prompt_tokens_total[5m])) or sum(rate(vllm:prompt_tokens_total[5m]))

    Good:

        max by (model_name) (vllm:kv_cache_usage_perc or vllm:gpu_cache_usage_perc)
    """

    code = "PQL021"
    name = "or-label-mismatch"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at both sides of every `or` that are meant to be the same thing."""
        for node, _ in expression.analysis.binaries:
            if node.operator.text.lower() != "or":
                continue
            pairs = [
                (one, other)
                for one in _leaves(node.left, left=True)
                for other in _leaves(node.right, left=False)
                if same_metric(one[0].metric, other[0].metric, world) and _same_part(one[0], other[0])
            ]
            difference = apart(node, world) if pairs and node.matching is None else None
            if difference is not None:
                sides = described(labels(node.left, world)), described(labels(node.right, world))
                yield self.finding(
                    expression.at(node.operator),
                    expression.about,
                    f"`or` of the same thing {sides[0]} and {sides[1]}: {difference}, so both sides stay",
                    "the same labels on both sides",
                    "aggregate both sides by the same labels, or rename the label of one with `label_replace`",
                )
                continue
            for (new, outer), (old, inner) in pairs:
                if new.metric != old.metric and outer is not None and inner is not None:
                    names_ = f"{new.metric} or {old.metric}"
                    yield self.finding(
                        expression.at(node.operator),
                        expression.about,
                        f"`{names_}`, two names of the same metric, outside the aggregation: where one pod has "
                        "the first name, all pods that still have the second are hidden",
                        "the two names bridged series by series, inside the aggregation",
                        f"write `{outer.function.text} … ({names_})`",
                    )
                    break


_Leaf = tuple[Selector, Aggregate | None]


def _leaves(node: Node, around: Aggregate | None = None, *, left: bool) -> Iterator[_Leaf]:
    """Every series of a side, each with the outermost aggregation that takes its pod away."""
    if isinstance(node, Selector):
        yield node, around
        return
    if isinstance(node, Aggregate) and around is None and _drops_pods(node):
        around = node
    if isinstance(node, Binary) and _not_itself(node, left):
        return
    for child in node.children():
        yield from _leaves(child, around, left=left)


def _same_part(one: Selector, other: Selector) -> bool:
    """Whether they are no two parts of a whole, told apart by a label."""
    fixed = {each.label: each.text for each in one.matchers if each.operator.text == "="}
    return not any(
        each.operator.text == "=" and fixed.get(each.label, each.text) != each.text for each in other.matchers
    )


def _not_itself(node: Binary, left: bool) -> bool:
    """Whether an operator makes something else of a series than a fallback for it: zeros, quotients, a condition.

    A comparison on the left lets groups go, for which the right side then stands.
    """
    operator = node.operator.text.lower()
    if operator == "or":
        return False
    if operator in COMPARISONS and left:
        return True
    sides = constant(node.left), constant(node.right)
    return 0 in sides or all(side is None for side in sides)


def _drops_pods(node: Aggregate) -> bool:
    if node.function.text.lower() in _KEEP_SERIES or not written_out(node.grouping):
        return False
    if node.grouping is None or node.grouping.word == "by":
        return not _EACH_POD & frozenset(names(node.grouping))
    return bool(_EACH_POD & frozenset(names(node.grouping)))
