"""Whether a quotient is a part of a whole: errors over requests, hits over hits and misses, a bucket over the count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, Node, Ranged, Selector, bare

_FAILURES = re.compile(r"error|fail|exception|timeout|timed_out|abort|reject")
_ATTEMPTS = re.compile(r"request|attempt|quer|call|invocation|connection|completion|success|total")
_RATES = frozenset({"rate", "irate", "increase"})


@dataclass(frozen=True, slots=True)
class Flow:
    """``sum(rate(x{…}[5m]))`` taken apart: the functions around a selector, outermost first, and the range."""

    functions: tuple[str, ...]
    range: str
    selector: Selector

    @property
    def matchers(self) -> frozenset[tuple[str, str, str]]:
        """Label, operator and value of each."""
        return frozenset((each.label, each.operator.text, each.text) for each in self.selector.matchers)

    @property
    def of_rate(self) -> bool:
        """Whether it is so and so many per time."""
        return bool(self.functions) and self.functions[-1] in _RATES


def flow(node: Node) -> Flow | None:
    """A node as sums and a rate around one selector; None when it is anything else."""
    functions: list[str] = []
    length = ""
    while True:
        if isinstance(node, Selector):
            return Flow(tuple(functions), length, node)
        if isinstance(node, Inner):
            if isinstance(node, Ranged):
                length += node.range.text
            node = node.inner
        elif isinstance(node, Aggregate) and node.function.text.lower() == "sum" and node.arguments:
            functions.append("sum")
            node = node.arguments[-1]
        elif isinstance(node, Call) and node.function.text in _RATES and node.arguments:
            functions.append(node.function.text)
            node = node.arguments[0]
        else:
            return None


def written(node: Node) -> str:
    """A node as text without places, equal for equal nodes."""
    node = bare(node)
    own = ""
    if isinstance(node, Selector):
        matchers = sorted(f"{each.label}{each.operator.text}{each.text!r}" for each in node.matchers)
        own = f"{node.metric}{{{','.join(matchers)}}}"
    elif isinstance(node, (Call, Aggregate)):
        own = node.function.text.lower()
        if isinstance(node, Aggregate) and node.grouping is not None:
            own += f" {node.grouping.word} {sorted(item.text for item in node.grouping.items)}"
    elif isinstance(node, Binary):
        parts = (node.matching, node.grouping)
        words = [f"{part.word} {[item.text for item in part.items]}" for part in parts if part is not None]
        own = " ".join([node.operator.text.lower(), "bool" if node.boolean else "", *words])
    elif isinstance(node, Ranged):
        own = f"[{node.range.text}:{node.step.text if node.step else ''}]" if node.colon else f"[{node.range.text}]"
    else:
        value = getattr(node, "value", getattr(node, "written", None))
        duration = getattr(node, "duration", None)
        own = f"{type(node).__name__} {duration.text if duration else value}"
    return f"{own}({', '.join(written(child) for child in node.children())})"


def is_part(part: Node, whole: Node) -> bool:
    """Whether the first can only be a part of the second, so that their quotient is between 0 and 1."""
    whole = bare(whole)
    if isinstance(whole, Binary) and whole.operator.text == "+":
        wanted, addends = written(part), list(_addends(whole))
        return any(written(each) == wanted for each in addends) and all(flow(each) is not None for each in addends)
    one, all_ = flow(part), flow(whole)
    if one is None or all_ is None or one.range != all_.range or not one.of_rate or not all_.of_rate:
        return False
    name, total = one.selector.metric, all_.selector.metric
    narrower = all_.matchers < one.matchers and one.functions == all_.functions
    if name and name == total:
        return narrower
    base = name.removesuffix("_bucket")
    return name.endswith("_bucket") and total == f"{base}_count" and narrower


def _addends(node: Node) -> list[Node]:
    node = bare(node)
    if isinstance(node, Binary) and node.operator.text == "+":
        return [*_addends(node.left), *_addends(node.right)]
    return [node]


def presumed_part(part: Node, whole: Node) -> bool:
    """Whether the names say that failures are divided by all there was, of the same time."""
    one, all_ = flow(part), flow(whole)
    if one is None or all_ is None or one.range != all_.range or not one.of_rate or not all_.of_rate:
        return False
    name, total = one.selector.metric, all_.selector.metric
    return bool(_FAILURES.search(name) and _ATTEMPTS.search(total) and not _FAILURES.search(total))
