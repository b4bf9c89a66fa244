"""Renames are bridged series by series: no old pod is hidden, none is counted twice."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import QWEN, VLLM, engine, serving, spec
from tests.promtool import play
from tests.series import constant, counter, histogram

UPGRADE = spec((QWEN,), (VLLM | {"version": ">=0.8, <=0.33"},))
KV = "llm:kv_cache_usage_engine:max"
HITS = "llm:prefix_cache_hits_engine:rate5m"


def capacity(*series, chosen=UPGRADE, group="capacity"):
    return play(chosen, *series, groups=(group,), until=10)


def gauge(name, value, **labels):
    return {engine(f"vllm:{name}", **labels): constant(value, 11)}


def test_an_old_pod_close_to_full_is_not_hidden_by_a_new_one():
    old = gauge("gpu_cache_usage_perc", 0.99, pod="old", engine=None)
    new = gauge("kv_cache_usage_perc", 0.10, pod="new")
    assert capacity(old, new).query(KV).value() == 0.99


def test_a_pod_with_both_names_is_one_pod():
    both = gauge("kv_cache_usage_perc", 0.5) | gauge("gpu_cache_usage_perc", 0.5)
    assert capacity(both).query(KV).value() == 0.5
    counters = {
        engine(f"vllm:{name}_total", pod="both"): counter((600, 11))
        for name in ("prefix_cache_hits", "gpu_prefix_cache_hits")
    }
    assert capacity(counters).query(HITS).value() == pytest.approx(10)


def test_hits_of_old_and_new_pods_add_up():
    hits = {
        engine("vllm:gpu_prefix_cache_hits_total", pod="old"): counter((600, 11)),
        engine("vllm:prefix_cache_hits_total", pod="new"): counter((1200, 11)),
        engine("vllm:gpu_prefix_cache_hits_total", pod="between"): counter((60, 11)),
        engine("vllm:prefix_cache_hits_total", pod="between"): counter((60, 11)),
    }
    assert capacity(hits).query(HITS).value() == pytest.approx(10 + 20 + 1)


def itl(metric, milliseconds, pod):
    own = {"job": "vllm", "namespace": "llm", "pod": pod, "model_name": "qwen", "engine": "0"}
    return histogram(f"vllm:{metric}_seconds", [0.01, 0.02, 0.04, 0.08], (600, 11, {milliseconds / 1000: 1.0}), **own)


def test_inter_token_latency_is_one_histogram_under_two_names():
    series = itl("time_per_output_token", 15, "old") | itl("inter_token_latency", 60, "new")
    played = capacity(series, group="latency")
    rates = played.query("llm:itl_engine_seconds_bucket:rate5m").by("le")
    assert rates == pytest.approx({"0.01": 0, "0.02": 10, "0.04": 10, "0.08": 20, "+Inf": 20})


def test_a_pod_that_shows_inter_token_latency_twice_is_counted_once():
    series = itl("time_per_output_token", 15, "both") | itl("inter_token_latency", 15, "both")
    played = capacity(series, group="latency")
    assert played.query('llm:itl_engine_seconds_bucket:rate5m{le="+Inf"}').value() == pytest.approx(10)


def test_ranks_disappear_and_add_up():
    ranks = [serving(11, engine=str(rank), running=rank) for rank in (1, 2, 3)]
    played = capacity(*ranks)
    labels, value = played.query("llm:requests_running_engine:sum")[0]
    assert value == 6
    assert labels == {
        "__name__": "llm:requests_running_engine:sum",
        "llm_service": "chat",
        "llm_source": "vllm",
        "model": "qwen",
        "namespace": "llm",
        "route": "local",
    }


def test_the_fullest_rank_is_the_kv_cache():
    ranks = [gauge("kv_cache_usage_perc", 0.1 * rank, engine=str(rank)) for rank in (1, 9, 3)]
    assert capacity(*ranks).query(KV).value() == pytest.approx(0.9)


def test_one_version_reads_one_name():
    chosen = spec((QWEN,), (VLLM,))
    old = gauge("gpu_cache_usage_perc", 0.99, pod="old")
    new = gauge("kv_cache_usage_perc", 0.10, pod="new")
    assert capacity(old, new, chosen=chosen).query(KV).value() == 0.10


def test_a_restarted_pod_has_started_and_an_old_one_has_not():
    restarted = serving(11) | {
        engine("vllm:generation_tokens_total", pod="again"): counter((600, 8), "reset", (600, 3)),
        engine("vllm:num_requests_running", pod="again"): constant(1, 11),
    }
    played = capacity(restarted)
    assert played.query("llm:pod_started_engine:5m").by("pod") == {"again": 1}
