"""Which labels come out of an expression, as far as its text, the catalogue and recorded names say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dashgen.lint.meaning.names.series import known
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, LabelList, Node, Number, Selector, Text
from dashgen.promql.parse import SETS


@dataclass(frozen=True, slots=True)
class Labels:
    """``names`` may be there; with ``open`` any other may be too, except ``gone``."""

    names: frozenset[str] = frozenset()
    open: bool = False
    gone: frozenset[str] = frozenset()

    def may_have(self, label: str) -> bool:
        """Whether series with the label can come out."""
        return label in self.names or (self.open and label not in self.gone)

    def with_(self, *names: str) -> Labels:
        """These and more."""
        return Labels(self.names | set(names), self.open, self.gone - set(names))

    def without(self, *names: str) -> Labels:
        """These without some."""
        return Labels(self.names - set(names), self.open, self.gone | set(names))

    def only(self, *names: str) -> Labels:
        """What of these can be among ``names``."""
        return Labels(frozenset(name for name in names if self.may_have(name)))

    def __or__(self, other: Labels) -> Labels:
        gone = frozenset(name for name in self.gone | other.gone if not (self.may_have(name) or other.may_have(name)))
        return Labels(self.names | other.names, self.open or other.open, gone)


NONE = Labels()
ANY = Labels(open=True)
_WITHOUT_LABELS = frozenset({"vector", "time", "scalar", "pi"})
_KEEP_SERIES = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_MATCHES_ANYTHING = frozenset({".*", "(.*)", "^.*$", "(?s:.*)", "(?s:(.*))"})
_DEEPEST = 8
"""Records that read records: deeper than this nothing is followed."""


def labels(node: Node, world: World, depth: int = 0) -> Labels:
    """The labels of the result of a node; ``__name__`` is not among them."""
    if isinstance(node, Inner):
        return labels(node.inner, world, depth)
    if isinstance(node, (Number, Text)):
        return NONE
    if isinstance(node, Selector):
        return _selector(node, world, depth)
    of = _NODES.get(type(node))
    if of is None:
        return ANY
    if depth:
        return of(node, world, depth)
    # Nodes compare by identity; several checks ask about the same ones, and about those inside.
    key = ("labels", node)
    found: Labels | None = world.memo.get(key)
    if found is None:
        found = world.memo[key] = of(node, world, depth)
    return found


def _selector(node: Selector, world: World, depth: int) -> Labels:
    found = _of_name(node.metric, world, depth)
    # A matcher that the empty value does not pass says that the label is there.
    present = (each.label for each in node.matchers if each.operator.text in ("=", "=~") and each.text)
    return found.with_(*(label for label in present if label != "__name__"))


def _of_name(name: str, world: World, depth: int) -> Labels:
    recorded = world.records.get(name, ())
    if recorded and depth < _DEEPEST:
        key = ("labels", name)
        if key not in world.memo:
            # A name that is recorded from itself may have any.
            world.memo[key] = ANY
            result = NONE
            for record in recorded:
                tree = world.tree(record.expr)
                result |= (ANY if tree is None else labels(tree, world, depth + 1)).with_(*record.labels)
            world.memo[key] = result
        found: Labels = world.memo[key]
        return found
    return _of_exporters(name)


@lru_cache(maxsize=16_384)
def _of_exporters(name: str) -> Labels:
    return Labels(frozenset().union(*(each.labels for each in known(name))), open=True)


def _names(found: LabelList) -> tuple[str, ...]:
    return tuple(item.text.strip("\"'`") for item in found.items)


def _aggregate(node: Aggregate, world: World, depth: int) -> Labels:
    inner = labels(node.arguments[-1], world, depth) if node.arguments else ANY
    function = node.function.text.lower()
    if function in _KEEP_SERIES:
        return inner
    extra = _text(node.arguments[0]) if function == "count_values" and len(node.arguments) > 1 else ""
    if node.grouping is None:
        return NONE.with_(extra) if extra else NONE
    names = _names(node.grouping)
    if any("$" in name or "[[" in name for name in names):
        return ANY
    result = inner.only(*names) if node.grouping.word == "by" else inner.without(*names)
    return result.with_(extra) if extra else result


def _text(node: Node) -> str:
    return node.text if isinstance(node, Text) else ""


def _call(node: Call, world: World, depth: int) -> Labels:
    function = node.function.text
    if function in _WITHOUT_LABELS:
        return NONE
    if function in ("absent", "absent_over_time") and node.arguments:
        return _absent(node.arguments[0])
    result = NONE
    for argument in node.arguments:
        if not isinstance(argument, (Number, Text)):
            found = labels(argument, world, depth)
            result = found if result is NONE else result | found
    if function in ("label_replace", "label_join") and len(node.arguments) > 2:
        target = _text(node.arguments[1])
        # An empty replacement takes the label from the series whose source matches: from all only when anything does.
        empty = function == "label_replace" and not _text(node.arguments[2])
        removes = empty and matches_anything(node)
        result = result.without(target) if removes else result if empty else result.with_(target)
    elif function == "histogram_quantile":
        result = result.without("le")
    return ANY if function == "info" else result


def matches_anything(node: Call) -> bool:
    """Whether a ``label_replace`` changes every series: the pattern takes any source, or there is none to take."""
    source, pattern = (_text(each) for each in node.arguments[3:5]) if len(node.arguments) > 4 else ("?", "?")
    return pattern in _MATCHES_ANYTHING or (not source and not pattern)


def _absent(node: Node) -> Labels:
    while isinstance(node, Inner):
        node = node.inner
    equal = (each for each in node.matchers if each.operator.text == "=") if isinstance(node, Selector) else ()
    return Labels(frozenset(each.label for each in equal if each.label != "__name__"))


def _binary(node: Binary, world: World, depth: int) -> Labels:
    left, right = labels(node.left, world, depth), labels(node.right, world, depth)
    operator = node.operator.text.lower()
    if operator in SETS:
        return left | right if operator == "or" else left
    if scalar(node.left) or scalar(node.right):
        return right if scalar(node.left) else left
    carried = _names(node.grouping) if node.grouping is not None else ()
    if node.grouping is not None:
        many = left if node.grouping.word == "group_left" else right
        return many.with_(*carried)
    if node.matching is None:
        return left
    names = _names(node.matching)
    return left.only(*names) if node.matching.word == "on" else left.without(*names)


def scalar(node: Node) -> bool:
    """Whether a node is a number and no vector."""
    if isinstance(node, Number):
        return True
    if isinstance(node, Inner):
        return scalar(node.inner)
    if isinstance(node, Call):
        return node.function.text in ("scalar", "time", "pi")
    return isinstance(node, Binary) and scalar(node.left) and scalar(node.right)


_NODES: Mapping[type[Node], Callable[[Any, World, int], Labels]] = {
    Aggregate: _aggregate,
    Call: _call,
    Binary: _binary,
}
