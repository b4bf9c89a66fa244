"""Every rule of unlike specs: accepted by promtool, evaluated over a busy fixture without an error."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dashgen.alerts import alerts, rule_groups
from dashgen.model import Alert, RecordingRule
from dashgen.spec import Spec
from tests.alerts.deployments import APP, CLAUDE, DCGM, GPT, QWEN, VLLM, WORKLOAD, app, engine, gpu, spec, ttft
from tests.promtool import check_rules, play
from tests.series import constant, counter, histogram, merge, selector

MINUTES = 25
SERVED = QWEN | {
    "aliases": ["Qwen/Qwen2.5"],
    "context_limit": 32768,
    "workload": WORKLOAD,
    "serving": {
        "gpus": 2,
        "usd_per_gpu_hour": 2.1,
        "gpu_memory_utilization": 0.95,
        "reference_throughput": {"input": 9000, "output": 1400},
    },
}
DEARER = [{"input": 10, "output": 10}, {"from": "1970-01-01", "input": 15, "output": 15}]
CLUSTER = {"external_labels": {"cluster": "eu", "replica": "a"}, "replica_label": "replica"}
UPGRADE = VLLM | {"version": ">=0.8, <=0.33"}
SPECS = {
    "chat.yaml": Spec.model_validate(yaml.safe_load(Path("specs/chat.yaml").read_text(encoding="utf-8"))),
    "cloud only": spec((GPT | {"prices": DEARER}, CLAUDE), (APP,)),
    "local only": spec((SERVED,), (VLLM, DCGM)),
    "hybrid": spec((GPT, SERVED), (APP, VLLM | {"scales_to_zero": True}, DCGM), CLUSTER),
    "global": spec((GPT, SERVED), (APP, VLLM, DCGM), CLUSTER | {"rules": "global"}),
    "mid-upgrade": spec((SERVED,), (APP, UPGRADE, DCGM)),
    "two engines": spec(
        (SERVED, QWEN | {"name": "llama"}), (VLLM | {"name": "a"}, VLLM | {"name": "b", "selector": {"job": "vllm-b"}})
    ),
    "js-pull": spec((GPT,), (APP | {"variant": "js-pull"},)),
    "without suffixes": spec((GPT,), (APP | {"variant": "without-suffixes"},)),
    "slow scrapes": spec((GPT, SERVED), (APP, VLLM, DCGM), {"scrape_interval": "1m", "evaluation_interval": "1m"}),
}


def exporters():
    """Everything the exporters above may show, under every name they have had."""
    series = [
        ttft((60, MINUTES, {300: 0.8, 3000: 0.2}), metric=f"llm_time_to_first_token{s}") for s in ("", "_milliseconds")
    ]
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud"}
    for name in ("llm_cost_per_request", "llm_cost_per_request_usd"):
        series.append(histogram(name, [0.01, 0.1, 1], (60, MINUTES, {0.05: 1.0}), **own))
    for name in (
        "requests",
        "tokens_input",
        "tokens_output",
        "tokens_cache_read",
        "tokens_cache_write",
        "cost",
        "cost_usd",
    ):
        for suffix in ("", "_total"):
            for outcome in ({"outcome": "success"}, {"outcome": "error", "error_class": "timeout"}):
                kept = outcome if name == "requests" else {"prompt_template": outcome["outcome"]}
                series.append({app(f"llm_{name}{suffix}", **kept): counter((60, MINUTES))})
    for pod, version in (("vllm-qwen-0", "new"), ("vllm-qwen-1", "old")):
        series += _engine(pod, version)
        for field, value in (("USED", 70000), ("FREE", 9000), ("RESERVED", 600)):
            series.append(gpu(field, value, MINUTES, exported_pod=pod, UUID=f"GPU-{pod}", gpu=pod[-1]))
    series.append({selector("up", job="app", instance="a"): constant(1, MINUTES)})
    return merge(*series)


def _engine(pod, version):
    gauges = ["num_requests_running", "kv_cache_usage_perc" if version == "new" else "gpu_cache_usage_perc"]
    counters = ["generation_tokens", "prompt_tokens", "num_preemptions", "prefix_cache_hits", "prefix_cache_queries"]
    if version == "old":
        gauges.append("num_requests_waiting")
        counters = [name.replace("prefix", "gpu_prefix") for name in counters]
    for name in gauges:
        yield {engine(f"vllm:{name}", pod=pod): constant(0.5, MINUTES)}
    for name in counters:
        yield {engine(f"vllm:{name}_total", pod=pod): counter((600, MINUTES))}
    if version == "new":
        for reason in ("capacity", "deferred"):
            yield {engine("vllm:num_requests_waiting_by_reason", pod=pod, reason=reason): constant(2, MINUTES)}
    for name in ("time_to_first_token_seconds", "inter_token_latency_seconds", "request_prompt_tokens"):
        own = {"job": "vllm", "namespace": "llm", "pod": pod, "model_name": "Qwen/Qwen2.5", "engine": "0"}
        yield histogram(f"vllm:{name}", [0.5, 1, 2, 5, 1000], (60, MINUTES, {0.4: 0.9, 3: 0.1}), **own)


@pytest.mark.parametrize("name", SPECS)
def test_promtool_accepts_every_rule(name):
    check_rules(rule_groups(SPECS[name]))


@pytest.mark.parametrize("name", SPECS)
def test_every_rule_evaluates_over_a_busy_fixture(name):
    chosen = SPECS[name]
    played = play(chosen, exporters(), groups=None, until=MINUTES - 1, every=60)
    for alert in alerts(chosen):
        played.firing(alert.name)
    answers = played.queries(
        [
            (rule.expr, MINUTES - 1)
            for group in rule_groups(chosen)
            for rule in group.rules
            if isinstance(rule, (Alert, RecordingRule))
        ]
    )
    assert any(answers)


@pytest.mark.parametrize("name", [name for name in SPECS if name not in ("chat.yaml", "two engines")])
def test_a_busy_deployment_misses_no_telemetry(name):
    played = play(SPECS[name], exporters(), groups=("traffic", "telemetry"), until=MINUTES - 1, every=60)
    assert not played.minutes("LLMTelemetryMissing")


@pytest.mark.parametrize("name", SPECS)
def test_recorded_labels_are_the_canonical_ones(name):
    chosen = SPECS[name]
    played = play(chosen, exporters(), groups=None, until=MINUTES - 1, every=60)
    raw = {"job", "instance", "model_name", "engine", "exported_pod", "exported_namespace", "Hostname", "replica"}
    records = sorted({r.record for g in rule_groups(chosen) for r in g.rules if isinstance(r, RecordingRule)})
    for record, answer in zip(records, played.queries([(r, MINUTES - 1) for r in records]), strict=True):
        for labels, _ in answer:
            assert not raw & labels.keys(), record
            assert labels["llm_service"] == "chat", record


@pytest.mark.parametrize("name", SPECS)
def test_a_record_precedes_the_rules_that_read_it(name):
    seen = set()
    records = {r.record for g in rule_groups(SPECS[name]) for r in g.rules if isinstance(r, RecordingRule)}
    for group in rule_groups(SPECS[name]):
        for rule in group.rules:
            own = {r.record for r in group.rules if isinstance(r, RecordingRule)}
            read = {record for record in records if f"{record}{{" in rule.expr}
            late = {record for record in read & own if record not in seen}
            assert not late, f"{getattr(rule, 'record', None) or rule.name} reads {late} of its own group too early"
            if isinstance(rule, RecordingRule):
                seen.add(rule.record)
