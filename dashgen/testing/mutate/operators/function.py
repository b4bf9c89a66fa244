"""A function taken for one like it: ``rate`` for ``increase``, ``sum`` for ``max``, a mean for an extreme."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Aggregate, Call, Node, Paren, walk
from dashgen.testing.mutate.meaning import value_matters
from dashgen.testing.mutate.subject import Change, Edit, Subject

_LIKE = {
    "rate": ("increase", "irate"),
    "irate": ("rate",),
    "increase": ("rate",),
    "delta": ("increase",),
    "sum": ("max", "avg", "count"),
    "avg": ("max", "sum"),
    "max": ("min", "sum"),
    "min": ("max", "sum"),
    "count": ("sum",),
    "topk": ("bottomk",),
    "bottomk": ("topk",),
    "avg_over_time": ("max_over_time", "min_over_time"),
    "max_over_time": ("avg_over_time", "min_over_time"),
    "min_over_time": ("avg_over_time", "max_over_time"),
    "sum_over_time": ("avg_over_time", "max_over_time"),
    "last_over_time": ("max_over_time", "min_over_time"),
    "count_over_time": ("sum_over_time",),
    "resets": ("changes",),
    "clamp_min": ("clamp_max",),
    "clamp_max": ("clamp_min",),
    "histogram_count": ("histogram_sum",),
    "histogram_sum": ("histogram_count",),
}
_SELECTS = frozenset({"topk", "bottomk"})
"""These change which series there are, not their values."""


def changes(subject: Subject) -> Iterator[Change]:
    """Every function and aggregation with those like it."""
    for node, above in walk(subject.root):
        if not isinstance(node, Aggregate | Call):
            continue
        name = node.function.text.lower()
        if name not in _SELECTS and not value_matters(subject, node, above):
            continue
        for other in _LIKE.get(name, ()):
            if not (other == "increase" and name == "rate" and _only_compared_with_itself(above)):
                yield Edit(node.function.start, node.function.end, other)


def _only_compared_with_itself(above: tuple[Node, ...]) -> bool:
    """Whether the rates are the buckets of a quantile, which all being larger by one factor do not move."""
    for outer in reversed(above):
        if isinstance(outer, Call):
            return outer.function.text == "histogram_quantile"
        if not isinstance(outer, Paren | Aggregate):
            return False
    return False
