"""Somebody else's series: there are some of every kind, and nothing of ours changes for them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from dashgen.assemble import assemble
from dashgen.model import RecordingRule
from dashgen.testing.clock import Clock
from dashgen.testing.series.background import background
from dashgen.testing.series.neighbours import neighbours
from tests.dashboards.board import query_keys, question
from tests.specs import chat, shipped
from tests.testing.series.plays import clock, look

SHIPPED = shipped()
SMALL = [name for name, spec in SHIPPED.items() if len(spec.models) < 6]


def recorded(groups):
    return sorted({rule.record for group in groups for rule in group.rules if isinstance(rule, RecordingRule)})


@pytest.mark.parametrize("name", SMALL)
def test_no_rule_and_no_panel_reads_a_neighbour(name):
    spec = SHIPPED[name]
    bundle, on = assemble(spec), Clock.of(spec.prometheus.scrape_interval, timedelta(minutes=5), timedelta(hours=2))
    asked = {record: f'{record}{{llm_service="{spec.name}"}}' for record in recorded(bundle.groups)}
    asked |= {panel: question(spec, panel, on.until // 60_000)[0] for panel in sorted(query_keys(spec))}
    alone = background(spec, "healthy", on, ())
    decoys = neighbours(spec, bundle, on)
    assert not alone.keys() & decoys.keys()
    without, beside = (look(series, *asked.values(), groups=bundle.groups, on=on) for series in (alone, alone | decoys))
    for which, one, other in zip(asked, without, beside, strict=True):
        assert values(one) == pytest.approx(values(other), rel=1e-9, nan_ok=True), which
    # Healthy means that there is something to see, but for what takes a week or goes wrong.
    empty = [which for which, answer in zip(asked, without, strict=True) if "/" in which and not answer]
    assert [which for which in empty if not re.search("week_ago|_limit|idle-gpu-cost", which)] == []


def values(answer):
    """Values by labels; what is added up in another order differs in the last digit."""
    return {tuple(sorted(labels.items())): value for labels, value in answer}


def test_a_rule_that_forgets_the_selector_reads_a_neighbour():
    changed = mutated('job="vllm-qwen-coder",', "")
    assert changed["llm:kv_cache_usage_engine:max"] and changed["llm:requests_running_engine:sum"]


def test_a_rule_that_forgets_whose_pods_they_are_reads_a_neighbour():
    assert mutated(',exported_pod=~"vllm-qwen-coder-.*"', "")["llm:gpu_memory_used_gpu:max"]


def test_a_rule_that_forgets_a_second_matcher_reads_a_neighbour():
    assert mutated(',namespace="llm"', "")["llm:kv_cache_usage_engine:max"]
    assert mutated(',reason="capacity"', "")["llm:requests_waiting_engine:sum"]


def test_what_a_signal_leaves_out_of_a_metric_is_there():
    spec = SHIPPED["sglang"]
    found = neighbours(spec, assemble(spec), clock())
    assert any('gen_ai_operation_name="neighbour"' in name and 'job="translate-api"' in name for name in found)
    cluster = SHIPPED["autocomplete"]
    found = neighbours(cluster, assemble(cluster), clock())
    assert any('phase="neighbour"' in name for name in found) and any('condition="neighbour"' in name for name in found)


def test_a_rule_that_forgets_the_service_reads_a_neighbour():
    changed = mutated('{llm_service="chat"}', "")
    assert changed["llm:gpu_memory_usage_gpu:ratio"] and changed["llm:spend_client:usd_per_hour"]


@cache
def beside_neighbours():
    """(groups, series, records, what is asked of each, the answers) of the chat spec."""
    spec = chat()
    bundle = assemble(spec)
    series = background(spec, "healthy", clock(), ()) | neighbours(spec, bundle, clock())
    names = recorded(bundle.groups)
    asked = [f'sum({name}{{llm_service="chat"}})' for name in names]
    return bundle.groups, series, names, asked, look(series, *asked, groups=bundle.groups)


def mutated(old, new):
    """Whether the values of each record change when all rules lose a matcher, beside neighbours."""
    groups, series, names, asked, before = beside_neighbours()
    broken = tuple(
        replace(
            group,
            rules=tuple(
                replace(rule, expr=rule.expr.replace(old, new)) if isinstance(rule, RecordingRule) else rule
                for rule in group.rules
            ),
        )
        for group in groups
    )
    after = look(series, *asked, groups=broken)
    return {name: one != other for name, one, other in zip(names, before, after, strict=True)}


def test_there_are_few_of_them_and_the_same_every_time():
    spec = chat()
    found = neighbours(spec, assemble(spec), clock())
    assert len(found) < 250
    assert found == neighbours(spec, assemble(spec), clock()) and list(found) == sorted(found)
    assert any(name.startswith("ALERTS{") and 'alertstate="firing"' in name for name in found)
