"""Several clusters, replicas, namespaces and sources: nothing is counted twice, nothing stands in for another."""

from __future__ import annotations

import pytest

from dashgen.spec import Spec
from tests.alerts.deployments import APP, VLLM, app, engine, waiting
from tests.dashboards.board import listed, look
from tests.dashboards.hybrid import GPT, GPUS, LOCAL, ODD, gpu, hybrid, observed
from tests.promtool import play
from tests.series import constant, counter, merge, selector

MINUTES = 15
BOARD = "service-health"
CLOUD = "gpt.4 (cloud)"


def ask(spec, series, expected, groups=None):
    """Each (query, variables picked) shows what is expected."""
    played = play(spec, series, groups=groups, until=MINUTES, every=30)
    found = look(played, spec, *((where, MINUTES, picked) for where, picked, _ in expected))
    for (where, picked, lines), seen in zip(expected, found, strict=True):
        assert seen == pytest.approx(lines, rel=1e-6, abs=1e-9), (where, picked)


def recorded(name, value, **labels):
    """A recorded series the way Grafana finds it: with the external labels of the Prometheus that recorded it."""
    return {selector(name, llm_service="chat", **labels): constant(value, MINUTES + 1)}


def pair(name, value, **labels):
    """The same series from both Prometheus servers of a pair."""
    return merge(*(recorded(name, value, replica=replica, **labels) for replica in "ab"))


def test_a_pair_of_prometheus_servers_in_each_of_two_clusters():
    spec = hybrid(
        prometheus={"external_labels": {"cluster": "eu", "replica": "a"}, "replica_label": "replica", "rules": "local"}
    )
    app_labels = {"namespace": "web", "model": "gpt.4", "route": "cloud"}
    pods = {"namespace": "llm", "model": ODD, "route": "local"}
    series = []
    for cluster, factor in (("eu", 1), ("us", 10)):
        where = {"cluster": cluster}
        series += [
            pair("llm:requests_client:rate5m", 2 * factor, outcome="success", **app_labels, **where),
            pair("llm:requests_waiting_engine:sum", factor, **pods, **where),
            pair("llm:cost_client:rate1h", factor, **app_labels, **where),
            pair("llm:gpu_cost:usd_per_hour", factor, model=ODD, **where),
            pair("llm:local_amortised:usd_per_mtok_1d", factor, model=ODD, **where),
            pair("llm:error_ratio_client:rate10m", 0.1 * factor, **app_labels, **where),
            pair("llm:telemetry:expected", 1, llm_exporter="vllm", model=ODD, **where),
            pair("llm:model:info", 1, **pods, **where),
            pair("ALERTS", 1, alertstate="firing", severity="page", alertname="A", **where),
            {
                engine("vllm:kv_cache_usage_perc", instance="i", replica=r, model_name="qwen", **where): constant(
                    0.05 * factor, MINUTES + 1
                )
                for r in "ab"
            },
        ]
    # The exporter of the other cluster is gone.
    series.append(pair("llm:telemetry:present", 1, llm_exporter="vllm", model=ODD, cluster="eu"))
    # A ruler above all clusters has an alert without a cluster.
    series.append(recorded("ALERTS", 1, alertstate="firing", severity="page", alertname="B"))
    only = {"cluster": "us"}
    ask(
        spec,
        merge(*series),
        [
            (f"{BOARD}/request-rate/requests", {}, {CLOUD: 22}),
            (f"{BOARD}/request-rate/requests", only, {CLOUD: 20}),
            (f"{BOARD}/verdict-waiting/waiting", {}, {"waiting": 11}),
            (f"{BOARD}/error-ratio/ratio", {}, {f"{CLOUD} web eu": 0.1, f"{CLOUD} web us": 1}),
            (f"{BOARD}/error-ratio/ratio", only, {f"{CLOUD} web us": 1}),
            (f"{BOARD}/verdict-alerts/pages", {}, {"pages": 3}),
            (f"{BOARD}/verdict-alerts/pages", only, {"pages": 2}),
            (f"{BOARD}/telemetry/present", {}, {f"vllm {ODD} eu": 1, f"vllm {ODD} us": 0}),
            (f"{BOARD}/telemetry/present", only, {f"vllm {ODD} us": 0}),
            (f"{BOARD}/kv-cache-by-pod/pods_0", only, {f"vllm-qwen-0 {ODD} us": 0.5}),
            (
                f"{BOARD}/kv-cache-by-pod/pods_0",
                {},
                {f"vllm-qwen-0 {ODD} eu": 0.05, f"vllm-qwen-0 {ODD} us": 0.5},
            ),
            ("cost/spend-now/spend", only, {"USD per hour": 36000}),
            ("cost/idle-gpu-cost/all", {}, {f"{ODD} all GPUs": 11}),
            (
                "cost/usd-per-mtok/amortised",
                {},
                {f"{ODD} local amortised eu": 1, f"{ODD} local amortised us": 10},
            ),
            ("cost/usd-per-mtok/amortised", only, {f"{ODD} local amortised us": 10}),
        ],
        groups=("facts",),
    )


def test_rules_above_two_clusters_of_two_replicas_each():
    spec = hybrid(
        sources=[APP, VLLM, GPUS],
        prometheus={
            "flavour": "mimir",
            "rules": "global",
            "external_labels": {"cluster": "eu", "r": "a"},
            "replica_label": "r",
        },
    )
    series = []
    for cluster, factor in (("eu", 1), ("us", 2)):
        for replica in "ab":
            where = {"cluster": cluster, "r": replica}
            series += [
                {app("llm_requests_total", model="gpt.4", outcome="success", **where): counter((60 * factor, MINUTES))},
                {engine("vllm:num_requests_running", instance="i", **where): constant(1, MINUTES + 1)},
                {engine("vllm:kv_cache_usage_perc", instance="i", **where): constant(0.3 * factor, MINUTES + 1)},
                waiting(constant(factor, MINUTES + 1), **where),
                gpu("DEV_FB_USED", 0, 60000, MINUTES, **where),
                gpu("DEV_FB_FREE", 0, 20000, MINUTES, **where),
            ]
    us = {"cluster": "us"}
    ask(
        spec,
        merge(*series),
        [
            (f"{BOARD}/request-rate/requests", {}, {CLOUD: 3}),
            (f"{BOARD}/request-rate/requests", us, {CLOUD: 2}),
            (f"{BOARD}/verdict-waiting/waiting", {}, {"waiting": 3}),
            (f"{BOARD}/verdict-kv/kv", us, {"KV cache": 0.6}),
            (f"{BOARD}/kv-cache-by-pod/pods_0", us, {f"vllm-qwen-0 {ODD} us": 0.6}),
            (f"{BOARD}/gpu-memory/used", us, {"node-0 gpu 0": 0.75}),
            (f"{BOARD}/telemetry/present", us, {"app us": 1, "dcgm-exporter us": 1, f"vllm {ODD} us": 1}),
            ("cost/idle-gpu-cost/all", {}, {f"{ODD} all GPUs": 4.2}),
            ("cost/idle-gpu-cost/all", us, {f"{ODD} all GPUs": 2.1}),
        ],
    )
    query, label = listed(spec, "cluster")
    answer = play(spec, merge(*series), groups=None, until=MINUTES).query(query)
    assert {labels[label] for labels, _ in answer} == {"eu", "us"}


def test_the_same_pod_names_in_two_namespaces_are_two_models():
    other = {**LOCAL, "name": "staging", "aliases": [], "workload": {"namespace": "test", "pods": "vllm-qwen-.*"}}
    spec = hybrid(models=[LOCAL, other], sources=[VLLM, GPUS])
    series = [gpu("DEV_FB_USED", 0, 1, MINUTES), gpu("DEV_FB_USED", 1, 1, MINUTES, exported_namespace="test")]
    series += [
        gpu("DEV_POWER_USAGE", 0, 100, MINUTES),
        gpu("DEV_POWER_USAGE", 1, 50, MINUTES, exported_namespace="test"),
    ]
    ask(
        spec,
        merge(*series),
        [
            ("cost/idle-gpu-cost/all", {}, {f"{ODD} all GPUs": 2.1, "staging all GPUs": 2.1}),
            (f"{BOARD}/gpu-power/gpu", {"model": ODD}, {"node-0 gpu 0 vllm-qwen-0": 100}),
            (f"{BOARD}/gpu-power/gpu", {"namespace": "test"}, {"node-1 gpu 0 vllm-qwen-1": 50}),
        ],
        groups=("facts", "gpu", "gpu-cost"),
    )


def test_two_instruments_in_different_units_measure_one_model_during_a_migration():
    """The old deployment still reports, and nobody asks it any more: its NaN must not hide the new one."""
    old = {**APP, "name": "old", "selector": {"job": "old"}}
    local = {**VLLM, "vantage": "client", "name": "new"}
    spec = hybrid(models=[{**GPT, "name": "gpt.4", "route": "local", "engine": "vllm"}], sources=[old, local])
    assert isinstance(spec, Spec)
    name = "llm_time_to_first_token_milliseconds"
    stale = observed(name, [250, 500], 0, {100: 1}, MINUTES, job="old", route="local", outcome="success")
    fresh = observed(
        "vllm:time_to_first_token_seconds",
        [0.25, 0.5],
        60,
        {0.3: 1},
        MINUTES,
        job="vllm",
        namespace="web",
        model_name="gpt.4",
    )
    ask(
        spec,
        merge(stale, fresh),
        [
            (f"{BOARD}/ttft-client/p50", {}, {"gpt.4 (local) p50": 0.375}),
            (f"{BOARD}/verdict-ttft/p95", {}, {"TTFT p95": 0.4875}),
        ],
        groups=("latency",),
    )


def test_two_namespaces_of_one_model_are_two_lines_where_each_pages():
    spec = hybrid(models=[GPT], sources=[APP])
    series = []
    for namespace, errors in (("prod", 0), ("dev", 30)):
        who = {"model": "gpt.4", "namespace": namespace}
        series.append({app("llm_requests_total", outcome="success", **who): counter((60, MINUTES))})
        failed = {"outcome": "error", "error_class": "timeout"}
        series.append({app("llm_requests_total", **failed, **who): counter((errors, MINUTES))})
    ask(
        spec,
        merge(*series),
        [
            (f"{BOARD}/error-ratio/ratio", {}, {f"{CLOUD} prod": 0, f"{CLOUD} dev": 1 / 3}),
            (f"{BOARD}/verdict-errors/ratio", {"namespace": "prod"}, {"errors": 0}),
            (f"{BOARD}/verdict-errors/ratio", {}, {"errors": 1 / 3}),
            (f"{BOARD}/request-rate/requests", {}, {CLOUD: 2.5}),
        ],
        groups=("traffic",),
    )


def test_twenty_models_are_twenty_lines_and_one_is_one():
    names = [f"m{n}.{n}" for n in range(20)]
    spec = hybrid(models=[{"name": name, "route": "cloud"} for name in names], sources=[APP])
    series = merge(
        *({app("llm_requests_total", model=name, outcome="success"): counter((60, MINUTES))} for name in names)
    )
    where = f"{BOARD}/request-rate/requests"
    picks = [({}, names), ({"model": ["m1.1"]}, ["m1.1"]), ({"model": names[:19]}, names[:19])]
    ask(
        spec,
        series,
        [(where, picked, {f"{name} (cloud)": 1 for name in kept}) for picked, kept in picks],
        groups=("traffic",),
    )


def test_the_line_for_gpu_memory_is_the_lowest_limit_of_the_gpus_shown():
    """A GPU whose driver keeps more has a higher limit; with the highest one drawn the other would page below it."""
    greedy = {**LOCAL, "serving": {**LOCAL["serving"], "gpu_memory_utilization": 0.94}}
    spec = hybrid(models=[greedy], sources=[VLLM, GPUS])
    fields = {"DEV_FB_USED": (40000, 40000), "DEV_FB_FREE": (40000, 40000), "DEV_FB_RESERVED": (600, 2000)}
    series = [gpu(field, n, value, MINUTES) for field, values in fields.items() for n, value in enumerate(values)]
    limit = 0.94 * 80600 / 80000 + 0.02
    ask(spec, merge(*series), [(f"{BOARD}/gpu-memory/limit", {}, {"page above": limit})], groups=("gpu",))
