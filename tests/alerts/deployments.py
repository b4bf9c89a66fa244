"""Small specs and the series their exporters would show."""

from __future__ import annotations

from dashgen.spec import Spec
from tests.series import constant, counter, histogram, selector

APP = {"kind": "app", "selector": {"job": "app"}}
VLLM = {"kind": "vllm", "selector": {"job": "vllm"}, "version": "0.33"}
DCGM = {"kind": "dcgm-exporter", "selector": {"job": "dcgm"}, "version": "4.5.3", "variant": "image"}
GPT = {"name": "gpt", "route": "cloud", "prices": {"input": 2.5, "output": 10}}
CLAUDE = {"name": "claude", "route": "cloud", "prices": {"input": 3, "output": 15}}
WORKLOAD = {"namespace": "llm", "pods": "vllm-qwen-.*"}
QWEN = {"name": "qwen", "route": "local"}
LLAMA = {"name": "llama", "route": "local"}
TTFT_BOUNDS = [100, 200, 300, 400, 500, 750, 1000, 1500, 2000, 2500, 5000, 10000, 30000, 60000, 120000]


def spec(models=(GPT,), sources=(APP,), prometheus=None, **rest):
    """A spec named chat; links are set so that annotations hold all they can."""
    document = {
        "name": "chat",
        "models": list(models),
        "sources": list(sources),
        "prometheus": {"scrape_interval": "15s", "retention": "45d", **(prometheus or {})},
        "grafana": {"url": "https://grafana.example.com"},
        "runbooks": "https://runbooks.example.com",
        "team": "assist",
        **rest,
    }
    return Spec.model_validate(document)


def app(name, **labels):
    """Selector of an application metric; the route and pod are those of gpt unless given."""
    return selector(
        name, **{"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud"} | labels
    )


def ttft(*phases, metric="llm_time_to_first_token_milliseconds", bounds=TTFT_BOUNDS, **labels):
    """TTFT of the application in milliseconds: phases of (requests per minute, minutes, {ms: share})."""
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud", "outcome": "success"}
    return histogram(metric, bounds, *phases, **own | labels)


def requests(timeline, error_class="", **labels):
    """A counter of requests that ended that way."""
    outcome = {"outcome": "error", "error_class": error_class} if error_class else {"outcome": "success"}
    return {app("llm_requests_total", **outcome | labels): timeline}


def engine(name, **labels):
    """Selector of a vLLM metric."""
    own = {"job": "vllm", "namespace": "llm", "pod": "vllm-qwen-0", "model_name": "qwen", "engine": "0"}
    return selector(name, **{key: value for key, value in (own | labels).items() if value is not None})


def waiting(timeline, reason="capacity", **labels):
    """The queue of one pod, by reason as vLLM 0.20 and later show it."""
    return {engine("vllm:num_requests_waiting_by_reason", reason=reason, **labels): timeline}


def serving(minutes, running=1, tokens_per_minute=600, queue=0, **labels):
    """A pod of vLLM at work."""
    return {
        engine("vllm:num_requests_running", **labels): constant(running, minutes),
        engine("vllm:generation_tokens_total", **labels): counter((tokens_per_minute, minutes)),
        **waiting(constant(queue, minutes), **labels),
    }


def gpu(field, value, minutes=20, **labels):
    """One field of one GPU in MiB, held by a pod of qwen."""
    own = {"job": "dcgm", "gpu": "0", "UUID": "GPU-1", "Hostname": "node-1", "pod": "dcgm-x", "namespace": "monitoring"}
    own |= {"exported_pod": "vllm-qwen-0", "exported_namespace": "llm"}
    kept = {key: item for key, item in (own | labels).items() if item is not None}
    return {selector(f"DCGM_FI_DEV_FB_{field}", **kept): value if isinstance(value, list) else constant(value, minutes)}
