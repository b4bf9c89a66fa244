"""Disaggregated serving: a request passes a prefill and a decode engine and counts once."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import spec
from tests.exporters import count, distribution, line
from tests.promtool import play
from tests.series import STALE, constant, counter, gap, merge

MODEL = {"name": "r1", "route": "local", "engine": "vllm"}
SOURCES = tuple(
    {"kind": "vllm", "name": role, "role": role, "selector": {"job": role}, "version": "0.33"}
    for role in ("prefill", "decode")
)
TTFT_BOUNDS = [0.5, 1, 2]


def pod(role, minutes=31, running=1, waiting=0, kv=0.5, tokens=(600, 6000), rank="0", finished=60, name=None):
    """A pod of one role with everything vLLM counts whatever the role: (output, prompt) tokens a minute."""
    own = {"job": role, "namespace": "llm", "pod": name or f"{role}-0", "model_name": "r1", "engine": rank}
    return merge(
        line("vllm:num_requests_running", constant(running, minutes), **own),
        line("vllm:num_requests_waiting_by_reason", constant(waiting, minutes), reason="capacity", **own),
        line("vllm:kv_cache_usage_perc", constant(kv, minutes), **own),
        count("vllm:generation_tokens_total", tokens[0], minutes, **own),
        count("vllm:prompt_tokens_total", tokens[1], minutes, **own),
        count("vllm:request_success_total", finished, minutes, finished_reason="stop", **own),
        count("vllm:num_preemptions_total", 6, minutes, **own),
        count("vllm:prefix_cache_hits_total", tokens[1] / 2, minutes, **own),
        count("vllm:prefix_cache_queries_total", tokens[1], minutes, **own),
        distribution(
            "vllm:time_to_first_token_seconds", TTFT_BOUNDS, 60, minutes, {0.75 if role == "prefill" else 0.1: 1}, **own
        ),
        distribution("vllm:inter_token_latency_seconds", [0.01, 0.02], 60, minutes, {0.015: 1}, **own),
        distribution("vllm:e2e_request_latency_seconds", [1, 2, 4], 60, minutes, {1.5: 1}, **own),
        distribution("vllm:request_queue_time_seconds", [0.3, 0.5], 60, minutes, {0.2: 1}, **own),
    )


def serve(*series, groups=None, until=30, models=(MODEL,)):
    return play(spec(models, SOURCES), merge(*series), groups=groups, until=until)


def pair(**decode):
    """A prefill pod that makes one token of every request, and a decode pod that makes the rest."""
    prefill = pod("prefill", running=2, waiting=3, kv=0.9, tokens=(60, 60000))
    return prefill, pod("decode", **{"running": 8, "waiting": 1, "kv": 0.4, "tokens": (6000, 60000)} | decode)


def test_each_engine_answers_what_the_other_does_not():
    played = serve(*pair(), groups=("latency", "traffic", "capacity", "tokens"))
    expected = {
        "llm:tokens_input_engine:rate5m": 1000,
        "llm:tokens_output_engine:rate5m": 100,
        "llm:finished_requests_engine:rate5m": 1,
        "llm:ttft_engine_seconds:p95_5m": 0.975,
        "llm:prefix_cache_queries_engine:rate5m": 1000,
        "llm:prefix_cache_hits_engine:rate5m": 500,
        'llm:ttft_engine_seconds_bucket:rate5m{le="+Inf"}': 1,
        'llm:itl_engine_seconds_bucket:rate5m{le="+Inf"}': 1,
        'llm:request_duration_engine_seconds_bucket:rate5m{le="+Inf"}': 1,
    }
    found = played.queries([(name, 30) for name in expected])
    assert {name: answer.value() for name, answer in zip(expected, found, strict=True)} == pytest.approx(expected)


def test_queue_cache_and_preemptions_belong_to_both():
    played = serve(*pair(), groups=("latency", "capacity"))
    expected = {
        "llm:requests_running_engine:sum": {"prefill": 2, "decode": 8},
        "llm:requests_waiting_engine:sum": {"prefill": 3, "decode": 1},
        "llm:kv_cache_usage_engine:max": {"prefill": 0.9, "decode": 0.4},
        "llm:preemptions_engine:rate5m": {"prefill": 0.1, "decode": 0.1},
        'llm:queue_time_engine_seconds_bucket:rate5m{le="+Inf"}': {"prefill": 1, "decode": 1},
    }
    found = played.queries([(name, 30) for name in expected])
    for (name, each), answer in zip(expected.items(), found, strict=True):
        assert answer.by("llm_source") == pytest.approx(each), name


def test_a_queue_at_one_role_alone_pages_once_for_the_model():
    played = serve(pod("prefill", waiting=5), pod("decode"), groups=("capacity",))
    firing = played.firing("LLMRequestsQueued")
    assert {f.labels["model"] for f in firing} == {"r1"}
    assert len(firing) == len(played.minutes("LLMRequestsQueued")) > 0


def test_data_parallel_ranks_add_up_within_their_role():
    ranks = [pod("decode", rank=str(n), running=n, tokens=(600 * n, 60000)) for n in (1, 2, 3)]
    played = serve(pod("prefill", running=4, tokens=(60, 60000)), *ranks, groups=("capacity", "tokens"))
    assert played.query("llm:requests_running_engine:sum").by("llm_source") == {"prefill": 4, "decode": 6}
    assert played.query("llm:tokens_output_engine:rate5m").value() == pytest.approx(60)
    assert played.query("llm:tokens_input_engine:rate5m").value() == pytest.approx(1000)


@pytest.mark.parametrize(("gone", "stays"), [("prefill", "decode"), ("decode", "prefill")])
def test_pods_of_one_role_that_vanish_are_missed_although_the_other_reports(gone, stays):
    lost = {key: [*samples[:40], STALE, *gap(20)] for key, samples in pod(gone).items()}
    played = serve(lost, pod(stays), groups=("telemetry",))
    firing = played.firing("LLMTelemetryMissing")
    assert {(f.labels["llm_exporter"], f.labels["model"]) for f in firing} == {(f"vllm {gone}", "r1")}
    assert firing[0].minute == pytest.approx(20, abs=0.5)


def test_both_roles_at_work_have_all_their_telemetry():
    played = serve(*pair(), groups=("telemetry",))
    assert {name for name in played.names if played.minutes(name)} == set()


def hung(role, output, prompt):
    """A pod that works for ten minutes and then holds four requests without progress."""
    series = pod(role, running=4, name=f"{role}-1")
    for key in series:
        if key.startswith("vllm:generation_tokens_total"):
            series[key] = counter((output, 10), (0, 21))
        if key.startswith("vllm:prompt_tokens_total"):
            series[key] = counter((prompt, 10), (0, 21))
    return series


@pytest.mark.parametrize("role", ["prefill", "decode"])
def test_one_hung_pod_of_either_role_is_stalled(role):
    played = serve(*pair(), hung(role, 600, 6000), groups=("capacity",))
    firing = played.firing("LLMServingStalled")
    assert {f.labels["pod"] for f in firing} == {f"{role}-1"}
    assert firing[0].minute == pytest.approx(15, abs=0.5)


def test_a_prefill_pod_that_hands_everything_over_is_not_stalled():
    handing_over = pod("prefill", tokens=(0, 60000), running=4)
    played = serve(handing_over, pod("decode", tokens=(6000, 0)), groups=("capacity",))
    assert not played.minutes("LLMServingStalled")


def test_requests_that_fail_in_prefill_are_seen():
    """They never reach the decode engine, which counts the ends of all others."""
    failing = {"job": "prefill", "namespace": "llm", "pod": "prefill-0", "model_name": "r1", "engine": "0"}
    lost = count("vllm:request_success_total", 30, 31, finished_reason="error", **failing)
    played = serve(*pair(), lost, groups=("traffic",))
    # Sixty a minute end at the decode engine, thirty in prefill: thirty of ninety fail.
    assert played.query("llm:failed_ends_engine:rate10m").value() == pytest.approx(1 / 3)
    assert played.models("LLMEngineErrorsHigh") == {"r1"}
    assert not serve(*pair(), groups=("traffic",)).minutes("LLMEngineErrorsHigh")


def test_a_prefill_that_fails_everything_leaves_the_decode_engine_idle_and_is_seen():
    failing = {"job": "prefill", "namespace": "llm", "pod": "prefill-0", "model_name": "r1", "engine": "0"}
    lost = count("vllm:request_success_total", 60, 31, finished_reason="error", **failing)
    assert serve(lost, groups=("traffic",)).models("LLMEngineErrorsHigh") == {"r1"}
