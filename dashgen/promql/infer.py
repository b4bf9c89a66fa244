"""Which labels an expression returns, and which it asks for that cannot be there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import promql_parser

Labels = frozenset[str]
Known = Callable[[str], Labels | None]
"""The labels of the series called so; None when there is no such series."""

_NO_LABELS = {"vector", "time", "scalar", "days_in_month", "day_of_month", "hour"}
_KEEPS_INPUT = {"topk", "bottomk", "limitk"}
_SETS = {"and", "or", "unless"}


@dataclass(slots=True)
class Inference:
    """What was found while walking an expression."""

    series: set[str] = field(default_factory=set)
    unknown_series: set[str] = field(default_factory=set)
    unknown_labels: set[tuple[str, str]] = field(default_factory=set)
    """(label, the expression that does not have it)."""


def infer(expr: str, known: Known) -> tuple[Labels, Inference]:
    """(labels of the result, findings) of a PromQL expression without Grafana macros.

    Raises:
        ValueError: when the expression does not parse.
    """
    found = Inference()
    return _labels(promql_parser.parse(expr), known, found), found


def _labels(node: Any, known: Known, found: Inference) -> Labels:
    walk = _NODES.get(type(node).__name__)
    return walk(node, known, found) if walk else frozenset()


def _inner(node: Any, known: Known, found: Inference) -> Labels:
    return _labels(node.expr, known, found)


def _matrix(node: Any, known: Known, found: Inference) -> Labels:
    return _selector(node.vector_selector, known, found)


def _selector(node: Any, known: Known, found: Inference) -> Labels:
    name = node.name or next((m.value for m in node.matchers.matchers if m.name == "__name__"), "")
    found.series.add(name)
    labels = known(name)
    if labels is None:
        found.unknown_series.add(name)
        return frozenset()
    for matcher in node.matchers.matchers:
        if matcher.name not in labels and matcher.name != "__name__":
            found.unknown_labels.add((matcher.name, str(node)))
    return labels


def _require(labels: Iterator[str] | list[str], present: Labels, where: Any, found: Inference) -> None:
    found.unknown_labels |= {(label, str(where)) for label in labels if label not in present}


def _aggregate(node: Any, known: Known, found: Inference) -> Labels:
    inner = _labels(node.expr, known, found)
    operator = str(node.op)
    if operator in _KEEPS_INPUT:
        return inner
    if node.modifier is None:
        return frozenset()
    names = list(node.modifier.labels)
    _require(names, inner, node, found)
    if str(node.modifier.type).endswith("Without"):
        return inner - frozenset(names)
    extra = frozenset([str(node.param.val)]) if operator == "count_values" else frozenset()
    return (inner & frozenset(names)) | extra


def _call(node: Any, known: Known, found: Inference) -> Labels:
    inner = [_labels(argument, known, found) for argument in node.args]
    name = node.func.name
    if name in _NO_LABELS:
        return frozenset()
    vectors = frozenset().union(*inner)
    if name in ("label_replace", "label_join"):
        target = str(node.args[1].val)
        source = str(node.args[3].val) if name == "label_replace" else ""
        if source and source not in vectors:
            found.unknown_labels.add((source, str(node)))
        return vectors | {target}
    if name == "histogram_quantile":
        if "_bucket" in str(node):
            # Without buckets it is a native histogram, which holds them in its samples.
            _require(["le"], vectors, node, found)
        return vectors - {"le"}
    return vectors


def _binary(node: Any, known: Known, found: Inference) -> Labels:
    left, right = _labels(node.lhs, known, found), _labels(node.rhs, known, found)
    modifier, operator = node.modifier, str(node.op)
    matching = modifier.matching if modifier is not None else None
    on = list(matching.labels) if matching is not None and str(matching.type).endswith("Include") else None
    if on is not None:
        _require(on, left, node.lhs, found)
        _require(on, right, node.rhs, found)
    if operator in _SETS:
        return left | right if operator == "or" else left
    if "Literal" in type(node.rhs).__name__ or "Literal" in type(node.lhs).__name__:
        return left | right
    card = str(modifier.card) if modifier is not None else ""
    if card.endswith("ManyToOne"):
        return left | frozenset(modifier.group_labels or ())
    if card.endswith("OneToMany"):
        return right | frozenset(modifier.group_labels or ())
    if on is not None:
        return frozenset(on)
    ignored = frozenset(matching.labels) if matching is not None else frozenset()
    return (left - ignored) if left else right


_NODES: dict[str, Callable[[Any, Known, Inference], Labels]] = {
    "VectorSelector": _selector,
    "MatrixSelector": _matrix,
    "SubqueryExpr": _inner,
    "ParenExpr": _inner,
    "UnaryExpr": _inner,
    "AggregateExpr": _aggregate,
    "Call": _call,
    "BinaryExpr": _binary,
}
