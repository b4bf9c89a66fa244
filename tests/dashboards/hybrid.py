"""A hybrid deployment in the middle of an engine upgrade, and everything its exporters show.

Two pods of one local model: pod 0 runs the new engine under an alias, pod 1 the old one under the model's name.
The engines work until ``BUSY``, idle until ``IDLE`` and are gone after that, their GPUs still held.
"""

from __future__ import annotations

from tests.alerts.deployments import APP, DCGM, VLLM, app, engine
from tests.alerts.deployments import spec as make_spec
from tests.series import GAP, STALE, constant, counter, histogram, merge, selector

ODD = "Qwen/Qwen2.5(32B)+x|y"
"""Means something else as a regular expression."""

GPT = {
    "name": "gpt.4",
    "route": "cloud",
    "context_limit": 128000,
    "prices": {"input": 2.5, "output": 10, "cache_read": 0.25, "cache_write": 3.125},
}
DECOY = {"name": "gptx4", "route": "cloud", "prices": {"input": 1, "output": 5}}
LOCAL = {
    "name": ODD,
    "aliases": ["qwen"],
    "route": "local",
    "context_limit": 32768,
    "serving": {
        "gpus": 2,
        "usd_per_gpu_hour": 2.1,
        "reference_throughput": {"input": 9000, "output": 1400},
        "gpu_memory_utilization": 0.92,
    },
    "workload": {"namespace": "llm", "pods": "vllm-qwen-.*"},
}
GPUS = {**DCGM, "enabled": ["DCGM_FI_PROF_SM_ACTIVE", "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"]}
BUSY, IDLE, END = 70, 80, 90


def hybrid(**rest):
    """The spec: everything a panel can need is there."""
    fields = {
        "models": [GPT, DECOY, LOCAL],
        "sources": [APP, {**VLLM, "version": ">=0.9, <=0.33"}, GPUS],
        "tempo": {"datasource_uid": "tempo", "service_name": "chat-api"},
        "langfuse": {"url": "https://langfuse.example.com", "project": "chat"},
        "revenue_usd_per_request": 0.05,
        "alerts": {"amortised": {"min_tokens_per_day": 1000}},
        **rest,
    }
    return make_spec(**fields)


def counted(name, per_minute, minutes=END, **labels):
    """A counter of the application."""
    return {app(name, **labels): counter((per_minute, minutes))}


def _application():
    gpt = {"model": "gpt.4", "prompt_template": "chat"}
    agent = {"model": "gpt.4", "prompt_template": "agent", "pod": "app-1"}
    decoy = {"model": "gptx4", "prompt_template": "chat"}
    local = {"model": ODD, "route": "local", "prompt_template": "chat"}
    ok = {"outcome": "success"}
    series = []
    for who, per_minute in ((gpt, 60), (agent, 60), (decoy, 30), (local, 120)):
        series.append(counted("llm_requests_total", per_minute, **who, **ok))
    for name, per_minute in (("timeout", 6), ("client_invalid", 12)):
        series.append(counted("llm_requests_total", per_minute, **gpt, outcome="error", error_class=name))
    per_minute = {
        "llm_tokens_input_total": (60000, None, 12000, 30000),
        "llm_tokens_output_total": (6000, None, 1200, 9000),
        "llm_tokens_cache_read_total": (30000, None, None, None),
        "llm_tokens_cache_write_total": (6000, None, None, None),
        "llm_cost_usd_total": (1.2, 0.6, 0.3, 0.06),
        "llm_cost_unpriced_total": (None, None, 3, None),
        "llm_usage_missing_total": (None, None, None, 12),
    }
    for name, rates in per_minute.items():
        for who, rate in zip((gpt, agent, decoy, local), rates, strict=True):
            if rate is not None:
                series.append(counted(name, rate, **who))
    return series


def observed(name, bounds, rate, shares, minutes=END, **labels):
    """A histogram of the application."""
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt.4", "route": "cloud"} | labels
    return histogram(name, bounds, (rate, minutes, shares), **own)


def _felt():
    ttft, bounds = "llm_time_to_first_token_milliseconds", [250, 500, 1000, 2000, 4000]
    return [
        observed(ttft, bounds, 60, {400: 0.9, 1900: 0.1}, outcome="success"),
        observed(ttft, bounds, 1, {3000: 1}, outcome="success", model="gptx4"),
        observed(ttft, bounds, 120, {100: 1}, outcome="success", model=ODD, route="local"),
        observed("llm_inter_token_latency_milliseconds", [10, 20, 40], 60, {15: 1}),
        observed("llm_request_duration_seconds", [1, 2, 5], 60, {1.5: 1}),
        observed("llm_cost_per_request_usd", [0.01, 0.02, 0.04], 60, {0.015: 1}),
        observed("llm_input_tokens_per_request", [100, 1000, 10000], 60, {500: 1}),
        observed("llm_output_tokens_per_request", [100, 200], 60, {150: 1}),
    ]


def _gauge(value, idle=0):
    return constant(value, BUSY + 0.25) + constant(idle, IDLE - BUSY - 0.25) + [STALE]


def _count(per_minute):
    return counter((per_minute, BUSY), (0, IDLE - BUSY), STALE)


def _pod(name, bounds, shares, **labels):
    own = {"job": "vllm", "namespace": "llm", "instance": f"{labels['pod']}:8000", "engine": "0"} | labels
    return histogram(name, bounds, (60, BUSY, shares), (0, IDLE - BUSY, shares), STALE, **own)


def _engines():
    new = {"pod": "vllm-qwen-0", "model_name": "qwen", "instance": "vllm-qwen-0:8000"}
    old = {"pod": "vllm-qwen-1", "model_name": ODD, "instance": "vllm-qwen-1:8000"}
    waiting = "vllm:num_requests_waiting"
    found = {
        engine("vllm:num_requests_running", **new): _gauge(3),
        engine("vllm:num_requests_running", **old): _gauge(2),
        # The new engine shows both: all that wait, and why.
        engine(waiting, **new): _gauge(6),
        engine(f"{waiting}_by_reason", reason="capacity", **new): _gauge(4),
        engine(f"{waiting}_by_reason", reason="deferred", **new): _gauge(2),
        engine(waiting, **old): _gauge(1),
        engine("vllm:kv_cache_usage_perc", **new): _gauge(0.1, 0.1),
        engine("vllm:gpu_cache_usage_perc", **old): _gauge(0.97, 0.97),
        engine("vllm:num_preemptions_total", **new): _count(6),
        engine("vllm:prefix_cache_hits_total", **new): _count(30000),
        engine("vllm:prefix_cache_queries_total", **new): _count(60000),
        engine("vllm:gpu_prefix_cache_hits_total", **old): _count(6000),
        engine("vllm:gpu_prefix_cache_queries_total", **old): _count(60000),
        engine("vllm:generation_tokens_total", **new): _count(6000),
        engine("vllm:generation_tokens_total", **old): _count(3000),
        engine("vllm:prompt_tokens_total", **new): _count(20000),
        engine("vllm:prompt_tokens_total", **old): _count(10000),
        engine("vllm:request_success_total", finished_reason="stop", **new): _count(54),
        engine("vllm:request_success_total", finished_reason="stop", **old): _count(36),
        engine("vllm:request_success_total", finished_reason="length", **new): _count(10),
        engine("vllm:admission_rejections_total", reason="queue_full", **new): _count(6),
    }
    felt = [
        part
        for who in (new, old)
        for part in (
            _pod("vllm:time_to_first_token_seconds", [0.25, 0.5, 1], {0.3: 1}, **who),
            _pod("vllm:request_queue_time_seconds", [0.3, 0.5], {0.2: 1}, **who),
        )
    ]
    felt.append(_pod("vllm:inter_token_latency_seconds", [0.01, 0.02], {0.015: 1}, **new))
    felt.append(_pod("vllm:time_per_output_token_seconds", [0.01, 0.02], {0.015: 1}, **old))
    return [found, *felt]


def gpu(field, number, value, minutes=END, **labels):
    """One field of GPU ``number``, held by the pod of the same number."""
    own = {"job": "dcgm", "namespace": "monitoring", "pod": "dcgm-x", "gpu": "0", "UUID": f"GPU-{number}"}
    own |= {"Hostname": f"node-{number}", "exported_pod": f"vllm-qwen-{number}", "exported_namespace": "llm"}
    return {selector(f"DCGM_FI_{field}", **own | labels): constant(value, minutes + 0.25)}


def _gpus():
    fields = {
        "PROF_SM_ACTIVE": (0.8, 0.1),
        "PROF_PIPE_TENSOR_ACTIVE": (0.3, 0.05),
        "DEV_GPU_UTIL": (95, 20),
        "DEV_FB_USED": (76000, 40000),
        "DEV_FB_FREE": (4000, 40000),
        "DEV_FB_RESERVED": (600, 600),
        "DEV_POWER_USAGE": (600, 120),
        "DEV_GPU_TEMP": (70, 40),
        "DEV_ECC_DBE_VOL_TOTAL": (0, 1),
        "DEV_XID_ERRORS": (0, 79),
        "DEV_ROW_REMAP_FAILURE": (0, 1),
    }
    training = {"exported_pod": "train-0", "exported_namespace": "ml"}
    return [gpu(field, n, value) for field, values in fields.items() for n, value in enumerate(values)] + [
        gpu(field, 9, 1, **training) for field in fields
    ]


def everything():
    """All series of the deployment."""
    return merge(*_application(), *_felt(), *_engines(), *_gpus())


def silent(minutes):
    """Not scraped for that long."""
    return (GAP, minutes)
