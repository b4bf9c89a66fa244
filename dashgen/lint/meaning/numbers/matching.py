"""Which labels the two sides of an operator have for certain, and whether their series can ever match."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashgen.lint.meaning.numbers.labels import NONE, Labels, labels, matches_anything, scalar
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Inner, LabelList, Node, Number, Selector, Text
from dashgen.promql.parse import SETS
from dashgen.promql.regex import takes_empty

Names = frozenset[str]
SCRAPED: Names = frozenset({"instance", "job"})
"""What every series has that Prometheus scraped itself."""
_NOTHING: Names = frozenset()
_KEEP_SERIES = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_WITHOUT_LABELS = frozenset({"vector", "time", "scalar", "pi", "absent", "absent_over_time", "info"})
_COUNTED = ("_total", "_count", "_sum", "_bucket")
_DEEPEST = 8


def names(found: LabelList | None) -> tuple[str, ...]:
    """The labels of a list, without quotes; none when there is no list."""
    return tuple(item.text.strip("\"'`") for item in found.items) if found is not None else ()


def written_out(found: LabelList | None) -> bool:
    """Whether no variable stands in a list of labels."""
    return found is None or not any("$" in item.text or "[[" in item.text for item in found.items)


def certain(node: Node, world: World, depth: int = 0) -> Names:
    """The labels that every series of the result has.

    What a ``by`` asks for is taken to be there, unless the catalogue or a record says that it is not.
    """
    if isinstance(node, Inner):
        return certain(node.inner, world, depth)
    of = _NODES.get(type(node))
    if of is None:
        return _NOTHING
    if depth:
        return of(node, world, depth)
    key = ("certain", node)
    found: Names | None = world.memo.get(key)
    if found is None:
        found = world.memo[key] = of(node, world, depth)
    return found


def _selector(node: Selector, world: World, depth: int) -> Names:
    present = {
        each.label
        for each in node.matchers
        if each.text and (each.operator.text == "=" or (each.operator.text == "=~" and not _takes_empty(each.text)))
    } | {each.label for each in node.matchers if each.operator.text == "!=" and not each.text}
    return frozenset(present - {"__name__"}) | _of_name(node.metric, world, depth)


def _takes_empty(pattern: str) -> bool:
    """Whether a regular expression may match a label that is not there; a variable may be anything."""
    if "$" in pattern or "[[" in pattern:
        return True
    return takes_empty(pattern) is not False


def _of_name(name: str, world: World, depth: int) -> Names:
    recorded = world.recorded(name)
    if recorded:
        if depth >= _DEEPEST:
            return _NOTHING
        key = ("certain", name)
        if key not in world.memo:
            world.memo[key] = _NOTHING
            found = None
            for record in recorded:
                tree = world.tree(record.expr)
                own = (_NOTHING if tree is None else certain(tree, world, depth + 1)) | record.labels
                found = own if found is None else found & own
            world.memo[key] = found or _NOTHING
        memo: Names = world.memo[key]
        return memo
    if world.known(name) or (":" not in name and name.endswith(_COUNTED)):
        return SCRAPED
    return _NOTHING


def _aggregate(node: Aggregate, world: World, depth: int) -> Names:
    if not node.arguments:
        return _NOTHING
    inner = node.arguments[-1]
    if node.function.text.lower() in _KEEP_SERIES:
        return certain(inner, world, depth)
    if node.grouping is None or not written_out(node.grouping):
        return _NOTHING
    listed = frozenset(names(node.grouping))
    if node.grouping.word == "without":
        return certain(inner, world, depth) - listed
    may = labels(inner, world, depth)
    return (
        frozenset(name for name in listed if may.may_have(name)) if may.open else listed & certain(inner, world, depth)
    )


def _text(node: Node) -> str:
    return node.text if isinstance(node, Text) else ""


def _call(node: Call, world: World, depth: int) -> Names:
    function = node.function.text
    if function in _WITHOUT_LABELS or not node.arguments:
        return _NOTHING
    vectors = [each for each in node.arguments if not isinstance(each, (Number, Text)) and not scalar(each)]
    found = (
        certain(vectors[-1] if function == "histogram_quantile" else vectors[0], world, depth) if vectors else _NOTHING
    )
    if function == "label_replace" and len(node.arguments) > 4:
        target, replacement = _text(node.arguments[1]), _text(node.arguments[2])
        fixed = replacement and "$" not in replacement and matches_anything(node)
        return found | {target} if fixed else found if replacement and target not in found else found - {target}
    if function == "label_join" and len(node.arguments) > 1:
        return found - {_text(node.arguments[1])}
    return found - {"le"} if function == "histogram_quantile" else found


def _binary(node: Binary, world: World, depth: int) -> Names:
    operator = node.operator.text.lower()
    left, right = certain(node.left, world, depth), certain(node.right, world, depth)
    if operator in SETS:
        return left & right if operator == "or" else left
    if scalar(node.left) or scalar(node.right):
        return right if scalar(node.left) else left
    if node.grouping is not None:
        return (left if node.grouping.word == "group_left" else right) - frozenset(names(node.grouping))
    if node.matching is None:
        return left
    listed = frozenset(names(node.matching))
    return listed & left if node.matching.word == "on" else left - listed


_NODES: Mapping[type[Node], Callable[[Any, World, int], Names]] = {
    Selector: _selector,
    Aggregate: _aggregate,
    Call: _call,
    Binary: _binary,
}


@dataclass(frozen=True, slots=True)
class Apart:
    """Why series of two sides never match: labels that only the left ones have, and only the right ones."""

    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.left, *self.right)

    def __str__(self) -> str:
        parts = [
            f"{listed(each)} on the {side} only" for side, each in (("left", self.left), ("right", self.right)) if each
        ]
        return " and ".join(parts)


def listed(labels_: tuple[str, ...]) -> str:
    """Labels in backticks, with commas between them."""
    return ", ".join(f"`{each}`" for each in labels_)


def apart(node: Binary, world: World) -> Apart | None:
    """Why no series of one operand can match one of the other; None when they can, or nothing is certain."""
    if scalar(node.left) or scalar(node.right) or not written_out(node.matching):
        return None
    compared = frozenset(names(node.matching))
    on, ignoring = (node.matching is not None and node.matching.word == word for word in ("on", "ignoring"))

    def only(one: Node, other: Node) -> tuple[str, ...]:
        have = certain(one, world)
        have = have & compared if on else have - compared if ignoring else have
        if not have:
            return ()
        may = labels(other, world)
        return tuple(sorted(name for name in have if not may.may_have(name)))

    left, right = only(node.left, node.right), only(node.right, node.left)
    return Apart(left, right) if left or right else None


def described(found: Labels) -> str:
    """The labels of a result in words: ``by `model` ``, ``without labels``."""
    if found == NONE or (not found.open and not found.names):
        return "without labels"
    return f"by {listed(tuple(sorted(found.names)))}" if not found.open else "with all their labels"
