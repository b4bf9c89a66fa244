"""The shipped deployments that are no hybrid of application and vLLM, and what their exporters show for an hour."""

from __future__ import annotations

from tests.exporters import count, distribution, genai, line, litellm, pods
from tests.series import constant, merge

MINUTES = 71
BOUNDS = [0.5, 1, 2, 4]
MIXED = {0.75: 0.9, 1.5: 0.1}
"""p50 is 0.5 + 0.5 x 5/9, p95 is 1.5, p99 is 1.9."""


def cloud_only():
    """LiteLLM in front of two providers: 3 of 60 requests a minute to Claude are refused."""
    claude, gpt = {"requested_model": "claude-sonnet-4-6"}, {"requested_model": "gpt-4o"}
    deployed = {"model": "claude-sonnet-4-6", **claude}, {"model": "azure/gpt-4o", **gpt}
    counters = {
        "litellm_input_tokens_metric_total": (60000, 12000),
        "litellm_output_tokens_metric_total": (6000, 1200),
        "litellm_input_cached_tokens_metric_total": (30000, 0),
        "litellm_input_cache_creation_tokens_metric_total": (6000, 0),
    }
    series = [
        litellm(name, rate, MINUTES, **who)
        for name, rates in counters.items()
        for who, rate in zip((claude, gpt), rates, strict=True)
    ]
    requests = "litellm_proxy_total_requests_metric_total"
    own = {"job": "litellm", "namespace": "gw", "pod": "litellm-0"}
    return merge(
        *series,
        litellm(requests, 57, MINUTES, status_code="200", **claude),
        litellm(requests, 3, MINUTES, status_code="429", **claude),
        litellm(requests, 30, MINUTES, status_code="200", **gpt),
        litellm("litellm_spend_metric_total", 1.2, MINUTES, team_alias="support", **deployed[0]),
        litellm("litellm_spend_metric_total", 0.3, MINUTES, **deployed[1]),
        distribution("litellm_llm_api_time_to_first_token_metric", BOUNDS, 60, MINUTES, MIXED, **own, **deployed[0]),
        distribution("litellm_request_total_latency_metric", BOUNDS, 60, MINUTES, {1.5: 1}, **own, **claude),
    )


def ollama_dev():
    """Ollama alone: 3 of 63 requests a minute fail."""
    own = {"job": "ollama-exporter", "namespace": "dev", "pod": "ollama-0", "model": "llama3.1:8b"}
    chat = {"endpoint": "/api/chat", **own}
    return merge(
        line("ollama_up", constant(1, MINUTES), job="ollama-exporter"),
        line("ollama_requests_in_flight", constant(2, MINUTES), **own),
        count("ollama_requests_total", 60, MINUTES, status="200", **chat),
        count("ollama_requests_total", 3, MINUTES, status="500", **chat),
        count("ollama_prompt_tokens_total", 6300, MINUTES, **own),
        count("ollama_generated_tokens_total", 630, MINUTES, **own),
        distribution("ollama_time_to_first_token_seconds", BOUNDS, 60, MINUTES, MIXED, **own),
        distribution("ollama_inter_token_latency_seconds", [0.01, 0.02], 60, MINUTES, {0.015: 1}, **own),
        distribution("ollama_request_duration_seconds", BOUNDS, 60, MINUTES, {1.5: 1}, **chat),
        distribution("ollama_prompt_tokens", [100, 200], 60, MINUTES, {105: 1}, **own),
        distribution("ollama_generated_tokens", [10, 20], 60, MINUTES, {10.5: 1}, **own),
    )


def sglang():
    """An application with gen_ai metrics before SGLang, one pod of which spells its names with an underscore."""
    series = []
    for name, per_minute, value, extra in (
        ("gen_ai_client_token_usage", 60, 1000, {"gen_ai_token_type": "input"}),
        ("gen_ai_client_token_usage", 60, 100, {"gen_ai_token_type": "output"}),
        ("gen_ai_client_operation_duration_seconds", 57, 1.5, {}),
        ("gen_ai_client_operation_duration_seconds", 3, 1.5, {"error_type": "429"}),
    ):
        metric, own = genai(name, job="translate-api", gen_ai_request_model="Qwen/Qwen3-30B-A3B", **extra)
        bounds = [64, 256, 1024] if "usage" in name else BOUNDS
        series.append(distribution(metric, bounds, per_minute, MINUTES, {value: 1}, **own))
    for separator, running, waiting, usage in ((":", 3, 2, 0.2), ("_", 5, 1, 0.95)):
        own = {"job": "sglang", "namespace": "translate", "model_name": "qwen3-30b-a3b"}
        own |= {"pod": f"sglang-{running}", "instance": f"sglang-{running}:30000"}
        series += [
            line(f"sglang{separator}num_running_reqs", constant(running, MINUTES), **own),
            line(f"sglang{separator}num_queue_reqs", constant(waiting, MINUTES), **own),
            line(f"sglang{separator}token_usage", constant(usage, MINUTES), **own),
            count(f"sglang{separator}num_retracted_requests_total", 6, MINUTES, **own),
            count(f"sglang{separator}cached_tokens_total", 3000, MINUTES, **own),
            count(f"sglang{separator}prompt_tokens_total", 30000, MINUTES, **own),
            count(f"sglang{separator}generation_tokens_total", 3000, MINUTES, **own),
            distribution(f"sglang{separator}time_to_first_token_seconds", BOUNDS, 30, MINUTES, {0.75: 1}, **own),
        ]
    return merge(*series)


def _vllm(job, **labels):
    own = {"job": job, "namespace": "reasoning", "pod": f"{job}-0", "instance": f"{job}-0:8000"}
    return own | {"engine": "0", "model_name": "deepseek-ai/DeepSeek-R1"} | labels


def disaggregated():
    """A router, a prefill pod and a decode pod: 1 request a second, of which the decode engine ends 3 of 60 badly."""
    series = [
        count("vllm:num_incoming_requests_total", 66, MINUTES, job="vllm-router", namespace="r", model="deepseek-r1")
    ]
    latency = {"job": "vllm-router", "namespace": "r", "server": "x", "model": "deepseek-r1", "status": "200"}
    series.append(distribution("vllm:request_latency_seconds", BOUNDS, 60, MINUTES, {1.5: 1}, **latency))
    for job, running, waiting, kv, made in (("vllm-prefill", 2, 3, 0.9, 60), ("vllm-decode", 8, 1, 0.4, 6000)):
        own = _vllm(job)
        series += [
            line("vllm:num_requests_running", constant(running, MINUTES), **own),
            line("vllm:num_requests_waiting_by_reason", constant(waiting, MINUTES), reason="capacity", **own),
            line("vllm:kv_cache_usage_perc", constant(kv, MINUTES), **own),
            count("vllm:prompt_tokens_total", 60000, MINUTES, **own),
            count("vllm:generation_tokens_total", made, MINUTES, **own),
            count("vllm:request_success_total", 57, MINUTES, finished_reason="stop", **own),
            count("vllm:request_success_total", 3, MINUTES, finished_reason="error", **own),
            distribution("vllm:time_to_first_token_seconds", BOUNDS, 60, MINUTES, MIXED, **own),
        ]
    return merge(*series)


def mid_upgrade():
    """A pod of each of three versions, under the names each has."""
    series = []
    for number, (version, waiting, kv) in enumerate((("0.10.2", 4, 0.99), ("0.11.0", 3, 0.5), ("0.33.0", 2, 0.1))):
        own = {
            "job": "vllm-llama",
            "version": version,
            "namespace": "llm",
            "pod": f"p{number}",
            "instance": f"i{number}",
        }
        own |= {"engine": "0", "model_name": "llama-3.3-70b"}
        series.append(line("vllm:num_requests_running", constant(1, MINUTES), **own))
        series.append(line("vllm:num_requests_waiting", constant(waiting + 10 * (number == 2), MINUTES), **own))
        if version == "0.33.0":
            reasons = "vllm:num_requests_waiting_by_reason"
            series.append(line(reasons, constant(waiting, MINUTES), reason="capacity", **own))
            series.append(line(reasons, constant(10, MINUTES), reason="deferred", **own))
        else:
            series.append(line("vllm:gpu_cache_usage_perc", constant(kv, MINUTES), **own))
        if version != "0.10.2":
            series.append(line("vllm:kv_cache_usage_perc", constant(kv, MINUTES), **own))
    return merge(*series)


def autocomplete():
    """KEDA wants three replicas of five allowed, two are ready, one waits for a GPU; seven requests wait."""
    ksm = {"job": "kube-state-metrics", "namespace": "completion"}
    autoscaler = {"horizontalpodautoscaler": "keda-hpa-vllm-coder-7b", **ksm}
    names = [f"vllm-coder-7b-{n}" for n in range(3)]
    demand = {"job": "keda-operator", "namespace": "keda", "exported_namespace": "completion"}
    return merge(
        line("kube_horizontalpodautoscaler_status_desired_replicas", constant(3, MINUTES), **autoscaler),
        line("kube_horizontalpodautoscaler_status_current_replicas", constant(3, MINUTES), **autoscaler),
        line("kube_horizontalpodautoscaler_spec_max_replicas", constant(5, MINUTES), **autoscaler),
        *(
            line("kube_pod_status_ready", constant(int(name[-1] != "2"), MINUTES), pod=name, condition="true", **ksm)
            for name in names
        ),
        *(pods(constant(1, MINUTES), pod=name, namespace="completion") for name in names),
        line("keda_scaler_metrics_value", constant(7, MINUTES), scaledObject="vllm-coder-7b", **demand),
    )
