"""What the checks of names have in common: closed deployments, edits, one finding for one name, odd data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.retired import retired
from dashgen.catalogue.version import VersionRange
from dashgen.lint.assume import Assumptions, Exposed
from dashgen.lint.assuming import of_options
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.label_values import label_values
from dashgen.lint.meaning.names.verdict import verdict
from dashgen.lint.meaning.world import World
from dashgen.lint.readers.read import read
from dashgen.lint.registry import find
from dashgen.lint.run import lint
from tests.lint.wrap import around, pointed_at

CLOSED = Assumptions(sources={"vllm": (Exposed(VersionRange.parse("0.33.0")),)}, closed=True, name="chat")

REPEATED = {"vllm:num_requests_swapped", "vllm:gpu_prefix_cache_hit_rate"} | {
    "vllm:gpu_prefix_cache_hits_total",
    "vllm:gpu_prefix_cache_queries_total",
}
"""Names the router repeats although no engine says anything under them any more."""


def found(expr: str, assume: Assumptions | None = None, kind: str = "panel") -> list[Finding]:
    subjects = read(f"x.{'json' if kind == 'panel' else 'yaml'}", around(kind, expr))
    return lint(list(subjects), find("CAT"), assume or of_options([]))


def test_a_closed_deployment_has_only_what_its_spec_names() -> None:
    (one,) = found("sum(vllm:current_qps)", CLOSED)
    assert one.name == "unknown-metric"
    assert "of vLLM production-stack router, and spec chat has no source of that kind" in one.found
    assert "`production-stack-router`" in one.action
    assert found("DCGM_FI_DEV_GPU_UTIL > 5", CLOSED)[0].code == "CAT001"
    assert not found("sum(vllm:num_requests_running)", CLOSED)


@pytest.mark.parametrize(
    "expr", ["kube_pod_info", "rate(http_requests_total[5m])", "node_load1", "request_success_total"]
)
def test_what_runs_beside_a_spec_is_no_business_of_it(expr: str) -> None:
    assert not found(expr, CLOSED)


def test_a_switch_counts_where_the_spec_could_have_said_it() -> None:
    expr = "rate(vllm:nixl_num_failed_transfers_total[5m])"
    assert not found(expr)
    (one,) = found(expr, CLOSED)
    assert one.name == "metric-not-default" and "under `enabled`" in one.action
    enabled = Exposed(VersionRange.parse("0.33.0"), enabled=frozenset({"vllm:nixl_num_failed_transfers_total"}))
    assert not found(expr, Assumptions(sources={"vllm": (enabled,)}, closed=True))


@pytest.mark.parametrize(
    ("expr", "right"),
    [
        ("max(vllm:gpu_cache_usage_perc{pod='a'})", "max(vllm:kv_cache_usage_perc{pod='a'})"),
        ('max({"vllm:gpu_cache_usage_perc"})', 'max({"vllm:kv_cache_usage_perc"})'),
        ('max({__name__="vllm:gpu_cache_usage_perc"})', 'max({__name__="vllm:kv_cache_usage_perc"})'),
        ("rate(vllm:num_preemptions[5m])", "rate(vllm:num_preemptions_total[5m])"),
        (
            "rate(vllm:time_per_output_token_seconds_sum[5m])/rate(vllm:time_per_output_token_seconds_count[5m])",
            "rate(vllm:inter_token_latency_seconds_sum[5m])/rate(vllm:inter_token_latency_seconds_count[5m])",
        ),
    ],
)
def test_edits_put_the_right_name_there(expr: str, right: str) -> None:
    text = expr
    for each in reversed(found(expr)):
        (edit,) = each.edits
        assert edit.place.start is not None and edit.place.end is not None
        text = text[: edit.place.start] + edit.text + text[edit.place.end :]
    assert text == right
    assert not found(text)


def test_nothing_is_mended_that_may_be_right() -> None:
    upgrade = of_options(["vllm=>=0.10, <=0.33"])
    (one,) = found("max(vllm:gpu_cache_usage_perc)", upgrade)
    assert not one.edits and one.severity == Severity.WARNING
    assert not found("vllm:gpu_prefix_cache_hits_total")[0].edits, "the router has a gauge of that name"
    assert not found("inference_objective_request_total")[0].edits, "no version of it is assumed"


def test_one_name_one_finding() -> None:
    checks = find("CAT")
    names = [
        f"{metric.name}{suffix}"
        for each in exporters()
        for metric in load(each).metrics
        for suffix in ("", "_sum", "_x")
    ]
    for assume in (of_options([]), of_options(["vllm=>=0.9, <=0.33"]), CLOSED):
        for name in dict.fromkeys(name for name in names if "." not in name):
            said = lint(list(read("x.yaml", around("alert", f"max({name}) > 0"))), checks, assume)
            assert len(said) <= 1, [(each.name, each.found) for each in said]


def test_every_name_an_exporter_has_by_default_is_right() -> None:
    world = World(of_options([]))
    for each in exporters():
        entry = load(each)
        for metric in entry.metrics:
            gone = metric.removed_in or metric.hidden_since or metric.condition or metric.type == "label"
            listed = all(state == "enabled" for history in metric.shipped.values() for _, state in history[-1:])
            if not gone and listed and (metric.shipped or not entry.listed):
                for name in metric.series_names(entry.default_variant):
                    assert verdict(name, world) is None or name in REPEATED, name


def test_retired_names_keep_the_part_of_a_histogram() -> None:
    gone = retired("inference_model_request_sizes_bucket")
    assert gone is not None and gone.successor == "llm_d_epp_request_size_bytes_bucket"
    assert retired("llm_d_epp_request_total") is None


@pytest.mark.parametrize(
    "query", ['label_values(m{a="b,c"}, x)', {"query": 'label_values( m{a="b,c"} ,x )', "refId": "A"}]
)
def test_label_values_are_read_where_they_stand(query: Any) -> None:
    text = json.dumps(
        {"title": "t", "panels": [], "templating": {"list": [{"name": "v", "type": "query", "query": query}]}}
    )
    (variable,) = next(iter(read("x.json", text))).dashboards[0].variables
    asked = label_values(variable)
    assert asked is not None and asked.label == "x"
    written = query if isinstance(query, str) else query["query"]
    assert written[asked.place.start : asked.place.end] == "x"
    ((selector, _),) = asked.series.analysis.selectors
    place = asked.series.at(selector)
    assert written[place.start : place.end] == 'm{a="b,c"}'


@pytest.mark.parametrize(
    "parts",
    [
        {"panels": [{"title": 5, "targets": [{"expr": "vllm:x", "legendFormat": 7}, {"expr": 3}, "x", None]}]},
        {"panels": [{"title": None, "targets": {"expr": "x"}}, [], "x"]},
        {"panels": [], "templating": {"list": [{"type": "query", "query": ["x"], "definition": {}}, 5]}},
        {
            "panels": [
                {"targets": [{"expr": "sum by (", "legendFormat": "{{a}}"}, {"expr": "{}"}, {"expr": '{a=~"("}'}]}
            ]
        },
    ],
)
def test_odd_data_is_no_trouble(parts: dict[str, Any]) -> None:
    for each in lint(list(read("x.json", around("dashboard", parts))), find("CAT"), of_options([])):
        assert pointed_at(each)
