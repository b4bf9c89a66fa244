"""An upgrade in progress: pods under the old name, under the new one, and under both are each counted once."""

from __future__ import annotations

import pytest

from dashgen.alerts import rule_groups
from dashgen.errors import InputError
from dashgen.testing.series.part import series_of
from tests.specs import LOCAL, spec, variety
from tests.testing.series.plays import WHERE, clock, look, part

RANGE = spec(models=[LOCAL], sources=[{"kind": "vllm", "selector": {"job": "vllm"}, "version": ">=0.9, <=0.33"}])
UPGRADE = variety()["mid-upgrade"]
OLD, NEW = "vllm:gpu_prefix_cache_hits_total", "vllm:prefix_cache_hits_total"
KV = {"old": "vllm:gpu_cache_usage_perc", "new": "vllm:kv_cache_usage_perc"}


def shown(on, *parts):
    """All the parts together; two must not show the same series."""
    found = {}
    for each in parts:
        more = series_of(on, part(**each), clock(), WHERE)
        assert not found.keys() & more.keys()
        found |= more
    return found


def hits(**fields):
    return {"signal": "prefix_cache_hits", **fields}


def recorded(on, series, *names):
    answers = look(series, *(f"sum({name})" for name in names), groups=rule_groups(on))
    return [answer[0][1] for answer in answers]


def test_hits_of_old_new_and_in_between_add_up_exactly():
    series = shown(
        RANGE,
        hits(pods=["vllm-old"], **{"as": OLD}, values=[{"per_minute": 600}]),
        hits(pods=["vllm-new"], values=[{"per_minute": 1200}]),
        hits(pods=["vllm-between"], **{"as": OLD}, values=[{"per_minute": 60}]),
        hits(pods=["vllm-between"], **{"as": NEW}, values=[{"per_minute": 60}]),
    )
    assert recorded(RANGE, series, "llm:prefix_cache_hits_engine:rate5m") == [pytest.approx(31)]


def test_the_fullest_cache_is_seen_under_either_name():
    for fullest in ("old", "new"):
        levels = {name: 0.9 if name == fullest else 0.2 for name in KV}
        parts = [
            {"signal": "kv_cache_usage", "as": KV[name], "pods": [f"vllm-{name}"], "values": [{"constant": level}]}
            for name, level in levels.items()
        ]
        assert recorded(RANGE, shown(RANGE, *parts), "llm:kv_cache_usage_engine:max") == [0.9]


def test_the_newest_name_is_the_default_where_several_are_known():
    series = shown(RANGE, hits(values=[{"per_minute": 60}]))
    assert {name.partition("{")[0] for name in series} == {NEW}


def test_three_versions_side_by_side_count_every_pod_once():
    series = shown(
        UPGRADE, hits(values=[{"per_minute": 60}]), {"signal": "tokens_output", "values": [{"per_minute": 60}]}
    )
    counted = recorded(UPGRADE, series, "llm:prefix_cache_hits_engine:rate5m", "llm:tokens_output_engine:rate5m")
    assert counted == [pytest.approx(3), pytest.approx(3)]


def test_a_name_that_only_some_sources_have_narrows_to_them():
    old = {"signal": "kv_cache_usage", "as": KV["old"], "values": [{"constant": 0.4}]}
    series = shown(UPGRADE, old)
    assert len(series) == 2 and not any('version="0.33.0"' in name for name in series)
    with pytest.raises(InputError, match="not shown as"):
        shown(UPGRADE, {**old, "source": "vllm-0-33"})
