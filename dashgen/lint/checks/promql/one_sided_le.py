"""``one-sided-le``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.labels import labels, scalar
from dashgen.lint.meaning.numbers.matching import certain, names, written_out
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Binary, Node, Selector, inside


class OneSidedLe(Check):
    """A bucket carries `le` and the count of the histogram does not, so the two are never paired.

    `le` is a label like any other: `x_bucket{le="2.5"} / x_count` is empty, also of the same pod. An alert that
    compares them never fires, and a panel of the share of fast requests stays blank.

    Bad:

        increase(vllm:e2e_request_latency_seconds_bucket{le="120.0"}[5m])
          < increase(vllm:e2e_request_latency_seconds_count[5m])

    Good:

        increase(vllm:e2e_request_latency_seconds_bucket{le="120.0"}[5m])
          < ignoring (le) increase(vllm:e2e_request_latency_seconds_count[5m])
    """

    code = "PQL022"
    name = "one-sided-le"
    severity = Severity.ERROR
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at operators with a bucket on one side."""
        text = expression.text
        if "_bucket" not in text and "le" not in text:
            return
        for node, _ in expression.analysis.binaries:
            operator = node.operator.text
            if operator.lower() == "or" or scalar(node.left) or scalar(node.right) or not _compares_le(node):
                continue
            left, right = _le(node.left, world), _le(node.right, world)
            if left is None or right is None or left == right:
                continue
            side = "left" if left else "right"
            group = (
                "" if operator.lower() in ("and", "unless") else f", with `group_{side}` when there are many buckets"
            )
            yield self.finding(
                expression.at(node.operator),
                expression.about,
                f"`{operator}` of series with `le` on the {side} and without on the other side: nothing is paired",
                "`le` on both sides or on neither",
                f"write `{operator} ignoring (le)`{group}, or sum the buckets by other labels first",
            )


def _compares_le(node: Binary) -> bool:
    listed = names(node.matching)
    if node.matching is None:
        return True
    return written_out(node.matching) and ("le" in listed) == (node.matching.word == "on")


def _le(node: Node, world: World) -> bool | None:
    """Whether the series of a node carry ``le``; None when nothing says."""
    if "le" in certain(node, world):
        return True
    may = labels(node, world)
    if not may.may_have("le"):
        return False
    if "le" in may.names and not may.open:
        return True
    selectors = [each for each in inside(node) if isinstance(each, Selector)]
    said = {_selected(each, world) for each in selectors}
    return said.pop() if len(said) == 1 else None


def _selected(selector: Selector, world: World) -> bool | None:
    matcher = selector.where("le")
    if matcher is not None and matcher.operator.text == "=":
        return matcher.text != ""
    if selector.metric.endswith("_bucket"):
        return True
    entries = world.known(selector.metric)
    plain = bool(entries) and not any("le" in each.labels for each in entries)
    return False if plain or selector.metric.endswith(("_count", "_sum", "_total")) else None
