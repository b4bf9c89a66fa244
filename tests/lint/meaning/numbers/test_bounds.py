"""Between which values an expression can be."""

from __future__ import annotations

from math import inf

import pytest

from dashgen.lint.meaning.numbers.bounds import Bounds, bounds, holds
from dashgen.lint.meaning.world import World


@pytest.mark.parametrize(
    ("expr", "low", "high"),
    [
        ("vllm:kv_cache_usage_perc * 100", 0, 100),
        ("1 - vllm:kv_cache_usage_perc", 0, 1),
        ("-up", -1, 0),
        ("sum(vllm:kv_cache_usage_perc)", 0, inf),
        ("max by (pod) (vllm:kv_cache_usage_perc offset 1w)", 0, 1),
        ("DCGM_FI_DEV_GPU_UTIL / 100", 0, 1),
        ("rate(x[5m])", 0, inf),
        ("delta(x[5m])", -inf, inf),
        ("count(x) + 1", 2, inf),
        ("absent(x) or vector(0)", 0, 1),
        ("x > 5", 5, inf),
        ("x > bool 5", 0, 1),
        ("clamp_min(rate(x[5m]), 1)", 1, inf),
        ("0 * x", 0, 0),
        ("sum(rate(a{b='c'}[5m])) / sum(rate(a[5m]))", 0, 1),
        ("rate(a_bucket{le='2'}[5m]) / rate(a_count[5m])", 0, 1),
        ("rate(a_bucket{le='2'}[5m]) / rate(a_count[1m])", 0, inf),
        ("sum(rate(a{b='c'}[5m])) / sum(rate(a{b='d'}[5m]))", 0, inf),
        ("x / 0", -inf, inf),
    ],
)
def test_bounds(expr: str, low: float, high: float) -> None:
    world = World()
    tree = world.tree(expr)
    assert tree is not None
    found = bounds(tree, world)
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("operator", "left", "right", "wanted"),
    [
        (">", Bounds(0, 1), Bounds(1, 1), False),
        (">=", Bounds(0, 1), Bounds(1, 1), None),
        (">=", Bounds(0, 1), Bounds(0, 0), True),
        ("<", Bounds(0, inf), Bounds(0, 0), False),
        ("<=", Bounds(0, 1), Bounds(1, 1), True),
        ("==", Bounds(1, 1), Bounds(0, 0), False),
        ("!=", Bounds(1, 1), Bounds(0, 0), True),
        ("==", Bounds(1, 1), Bounds(1, 1), True),
        (">", Bounds(0, 1, presumed=True), Bounds(1, 1), None),
        (">", Bounds(0, 1, presumed=True), Bounds(5, 5), False),
        (">=", Bounds(0, 1, presumed=True), Bounds(0, 0), None),
    ],
)
def test_comparisons_that_cannot_go_either_way(operator: str, left: Bounds, right: Bounds, wanted: bool | None) -> None:
    assert holds(operator, left, right) is wanted
