"""Every number that only stacks without the application's own telemetry show, worked out by hand."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import VLLM, spec
from tests.alerts.test_substitutes import HOURS, LITELLM, WEEK, traffic
from tests.dashboards import stacks
from tests.dashboards.board import listed, look
from tests.exporters import CLAUDE, LOCAL, distribution, line
from tests.promtool import play
from tests.series import merge
from tests.specs import shipped

CLAUDE_46, GPT_4O = "claude-sonnet-4-6 (cloud)", "gpt-4o (cloud)"
LLAMA, QWEN3, R1 = "llama3.1:8b (local)", "qwen3-30b-a3b (local)", "deepseek-r1 (local)"
TTFT = {"p50": 0.5 + 0.5 * 5 / 9, "p95": 1.5, "p99": 1.9}
FLAT = {"p50": 1.5, "p95": 1.95, "p99": 1.99}


def three(where, model, values):
    """The three quantiles of a panel."""
    return {f"service-health/{where}/{p}": {f"{model} {p}": value} for p, value in values.items()}


# 2 GPUs x 2.1 USD/h over 20000 tokens/s in and 3000 out, 8 x 3.2 over 18000 and 3600: USD per million tokens.
QWEN_HOUR = 3600 * (1000 * 0.058333 + 100 * 0.388889) / 1e6
R1_HOUR = 3600 * (1000 * 0.395062 + 100 * 1.975309) / 1e6

SHOWN = {
    "cloud-only": {
        **three("ttft-gateway", CLAUDE_46, TTFT),
        **three("duration", CLAUDE_46, FLAT),
        "service-health/verdict-ttft/p95": {"TTFT p95": 1.5},
        "service-health/ttft-heatmap/buckets": {"0.5": 0, "1": 0.9, "2": 1, "4": 1, "+Inf": 1},
        "service-health/verdict-errors/ratio": {"errors": 0.05},
        "service-health/error-ratio/ratio": {CLAUDE_46 + " gw": 0.05, GPT_4O + " gw": 0},
        "service-health/errors-by-class/errors": {"rate_limited": 0.05},
        "service-health/request-rate/requests": {CLAUDE_46: 1, GPT_4O: 0.5},
        "service-health/token-throughput/input": {CLAUDE_46 + " in": 1000, GPT_4O + " in": 200},
        "service-health/token-throughput/output": {CLAUDE_46 + " out": 100, GPT_4O + " out": 20},
        "service-health/telemetry/present": {"litellm": 1},
        "cost/spend-now/spend": {"USD per hour": 90},
        "cost/spend-per-hour/spend": {CLAUDE_46: 72, GPT_4O: 18},
        "cost/spend-by-team/teams": {"support": 72, "": 18},
        # 1.2 USD a minute for the 57 of 60 requests that succeed.
        "cost/mean-cost/now": {CLAUDE_46 + " gw now": 1.2 / 57, GPT_4O + " gw now": 0.01},
        "cost/usd-per-mtok/effective": {
            CLAUDE_46 + " effective": 1.2 / 66000 * 1e6,
            GPT_4O + " effective": 0.3 / 13200 * 1e6,
        },
        "cost/cloud-local-share/share": {"cloud": 1},
        "behavior/tokens-per-request/input": {CLAUDE_46 + " in": 1000, GPT_4O + " in": 400},
        "behavior/tokens-per-request/output": {CLAUDE_46 + " out": 100, GPT_4O + " out": 40},
        "behavior/prompt-cache/ratio": {CLAUDE_46: 0.5, GPT_4O: 0},
        # 500 tokens/s read at 2.70 USD less, 100 tokens/s written at 0.75 USD more.
        "behavior/prompt-cache-saved/saved": {
            "claude-sonnet-4-6": (500 * 2.7 - 100 * 0.75) * 3600 / 1e6,
            "gpt-4o": 0,
        },
        "behavior/route-mix/mix": {CLAUDE_46: 2 / 3, GPT_4O: 1 / 3},
    },
    "ollama-dev": {
        **three("ttft-engine", LLAMA, TTFT),
        **three("itl-engine", LLAMA, {"p50": 0.015, "p95": 0.0195, "p99": 0.0199}),
        **three("duration", LLAMA, FLAT),
        "service-health/verdict-ttft/p95": {"TTFT p95": 1.5},
        "service-health/engine-errors/ratio": {LLAMA + " dev": 3 / 63},
        "service-health/request-rate/requests": {LLAMA: 1.05},
        "service-health/token-throughput/input": {LLAMA + " in": 105},
        "service-health/token-throughput/output": {LLAMA + " out": 10.5},
        "service-health/telemetry/present": {"ollama": 1},
        "behavior/tokens-per-request/input": {LLAMA + " in": 100},
        "behavior/tokens-per-request/output": {LLAMA + " out": 10},
        "behavior/route-mix/mix": {LLAMA: 1},
        "behavior/output-length/p95": {LLAMA + " p95": 19.5},
        "behavior/input-length/p95": {LLAMA + " p95": 195},
    },
    "sglang": {
        **three("duration", QWEN3, FLAT),
        "service-health/ttft-engine/p95": {QWEN3 + " p95": 0.975},
        "service-health/verdict-ttft/p95": {"TTFT p95": 0.975},
        "service-health/verdict-errors/ratio": {"errors": 0.05},
        "service-health/verdict-waiting/waiting": {"waiting": 3},
        "service-health/verdict-kv/kv": {"KV cache": 0.95},
        "service-health/request-rate/requests": {QWEN3: 1},
        "service-health/errors-by-class/errors": {"rate_limited": 0.05},
        "service-health/token-throughput/input": {QWEN3 + " in": 1000},
        "service-health/token-throughput/output": {QWEN3 + " out": 100},
        "service-health/queue/running": {QWEN3 + " running": 8},
        "service-health/queue/waiting": {QWEN3 + " waiting": 3},
        "service-health/preemptions/preemptions": {QWEN3: 0.2},
        "service-health/prefix-cache/ratio": {QWEN3: 0.1},
        "service-health/kv-cache-by-pod/pods_0": {"sglang-3 qwen3-30b-a3b": 0.2, "sglang-5 qwen3-30b-a3b": 0.95},
        "service-health/queue-by-pod/pods_0": {"sglang-3 qwen3-30b-a3b": 2, "sglang-5 qwen3-30b-a3b": 1},
        "cost/spend-now/spend": {"USD per hour": QWEN_HOUR},
        "cost/spend-per-hour/spend": {QWEN3: QWEN_HOUR},
        # 57 of 60 requests succeed.
        "cost/mean-cost/now": {QWEN3 + " web now": QWEN_HOUR / 3600 / 0.95},
        "cost/usd-per-mtok/effective": {QWEN3 + " effective": QWEN_HOUR / 3600 / 1100 * 1e6},
        "behavior/tokens-per-request/input": {QWEN3 + " in": 1000},
        "behavior/tokens-per-request/output": {QWEN3 + " out": 100},
    },
    "disaggregated": {
        **three("ttft-engine", R1, TTFT),
        **three("duration", R1, FLAT),
        "service-health/request-rate/requests": {R1: 1.1},
        # Three of sixty end with an error in prefill, and three of sixty at the decode engine.
        "service-health/engine-errors/ratio": {R1 + " reasoning": 6 / 63},
        "service-health/token-throughput/input": {R1 + " in": 1000},
        "service-health/token-throughput/output": {R1 + " out": 100},
        "service-health/queue/running": {R1 + " running": 10},
        "service-health/queue/waiting": {R1 + " waiting": 4},
        "service-health/kv-cache/kv": {R1: 0.9},
        "service-health/kv-cache-by-pod/pods_0": {"vllm-prefill-0 deepseek-r1": 0.9},
        "service-health/kv-cache-by-pod/pods_1": {"vllm-decode-0 deepseek-r1": 0.4},
        "service-health/queue-by-pod/pods_0": {"vllm-prefill-0 deepseek-r1": 3},
        "service-health/queue-by-pod/pods_1": {"vllm-decode-0 deepseek-r1": 1},
        "service-health/telemetry/present": {
            "dcgm-exporter": 0,
            "production-stack-router": 1,
            "vllm decode deepseek-r1": 1,
            "vllm prefill deepseek-r1": 1,
        },
        "cost/spend-now/spend": {"USD per hour": R1_HOUR},
        "cost/mean-cost/now": {R1 + " reasoning now": R1_HOUR / 3600},
        "behavior/tokens-per-request/input": {R1 + " in": 1000},
        "behavior/tokens-per-request/output": {R1 + " out": 100},
        "behavior/finish-reasons/reasons": {"deepseek-r1 stop": 0.95, "deepseek-r1 error": 0.05},
    },
    "mid-upgrade": {
        "service-health/verdict-waiting/waiting": {"waiting": 9},
        "service-health/verdict-kv/kv": {"KV cache": 0.99},
        "service-health/kv-cache-by-pod/pods_0": {"p0 llama-3.3-70b": 0.99},
        "service-health/kv-cache-by-pod/pods_1": {"p1 llama-3.3-70b": 0.5},
        "service-health/kv-cache-by-pod/pods_2": {"p2 llama-3.3-70b": 0.1},
        "service-health/queue-by-pod/pods_0": {"p0 llama-3.3-70b": 4},
        "service-health/queue-by-pod/pods_1": {"p1 llama-3.3-70b": 3},
        "service-health/queue-by-pod/pods_2": {"p2 llama-3.3-70b": 2},
    },
    "autocomplete": {
        "service-health/replicas/wanted": {"qwen2.5-coder-7b wanted": 3},
        "service-health/replicas/running": {"qwen2.5-coder-7b ready": 2},
        "service-health/replicas/allowed": {"qwen2.5-coder-7b at most": 5},
        "service-health/replicas/pending": {"qwen2.5-coder-7b requests pending": 7},
    },
}
SERIES = {name: getattr(stacks, name.replace("-", "_")) for name in SHOWN}


@pytest.mark.parametrize("name", SHOWN)
def test_the_numbers_of_a_shipped_stack_are_right(name):
    chosen, now = shipped()[name], stacks.MINUTES - 1
    played = play(chosen, SERIES[name](), groups=None, until=now, every=60)
    found = look(played, chosen, *((where, now, {}) for where in SHOWN[name]))
    wrong = {
        where: (lines, expected)
        for (where, expected), lines in zip(SHOWN[name].items(), found, strict=True)
        if lines != pytest.approx(expected, rel=1e-6, abs=1e-9)
    }
    assert wrong == {}


WEEKS = {
    "cost/mean-cost/now": {"claude (cloud) gw now": 0.3},
    "cost/mean-cost/week_ago": {"claude (cloud) gw a week ago": 0.1},
}


def test_the_mean_cost_of_last_week_is_beside_that_of_now():
    chosen = spec((CLAUDE,), (LITELLM,))
    end = WEEK + (HOURS - 2) * 60
    played = play(chosen, traffic(0.1, 0.3), groups=("cost",), until=end, every=1800, interval=60)
    found = look(played, chosen, *((where, end, {}) for where in WEEKS))
    assert dict(zip(WEEKS, found, strict=True)) == {where: pytest.approx(lines) for where, lines in WEEKS.items()}


ENVOY = {
    f"service-health/itl-gateway/{p}": {f"claude (cloud) {p}": v}
    for p, v in (("p50", 0.0175), ("p95", 0.02425), ("p99", 0.02485))
}


def test_the_pace_of_tokens_as_a_gateway_sees_it():
    chosen = spec((CLAUDE, LOCAL), ({"kind": "envoy-ai-gateway", "selector": {"job": "gw"}}, VLLM))
    own = {"job": "gw", "namespace": "gw", "pod": "gw-0", "gen_ai_request_model": "claude"}
    name = "gen_ai_server_time_per_output_token_seconds"
    series = distribution(name, [0.01, 0.025, 0.05], 60, 31, {0.02: 1}, **own)
    played = play(chosen, series, groups=("latency",), until=30)
    found = look(played, chosen, *((where, 30, {}) for where in ENVOY))
    assert dict(zip(ENVOY, found, strict=True)) == {where: pytest.approx(lines) for where, lines in ENVOY.items()}


@pytest.mark.parametrize(
    ("name", "instances"),
    [
        ("disaggregated", {"vllm-prefill-0:8000", "vllm-decode-0:8000"}),
        ("mid-upgrade", {"i0", "i1", "i2"}),
    ],
)
def test_the_instances_of_every_source_can_be_chosen(name, instances):
    chosen, now = shipped()[name], 5
    series, label = listed(chosen, "instance")
    other = line("vllm:num_requests_running", [1] * stacks.MINUTES, job="other", instance="other")
    played = play(chosen, merge(SERIES[name](), other), groups=("capacity",), until=now, every=60)
    assert {labels[label] for labels, _ in played.query(series)} == instances
