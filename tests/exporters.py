"""Series of gateways, engines and Kubernetes as their exporters show them; the application and vLLM have their own."""

from __future__ import annotations

from tests.series import counter, histogram, merge, selector

CLAUDE = {"name": "claude", "route": "cloud", "prices": {"input": 3, "output": 15}}
GPT = {"name": "gpt", "route": "cloud", "prices": {"input": 2.5, "output": 10}}
LOCAL = {
    "name": "llama",
    "aliases": ["meta/llama"],
    "route": "local",
    "workload": {"namespace": "llm", "pods": "llama-.*", "scaled_object": "llama"},
}


def line(name, timeline, **labels):
    """One series."""
    return {selector(name, **labels): timeline}


def count(name, per_minute, minutes, **labels):
    """One counter that rises at an even pace."""
    return line(name, counter((per_minute, minutes)), **labels)


def distribution(name, bounds, per_minute, minutes, shares, **labels):
    """A classic histogram with all it has: buckets, sum and count; ``shares`` of observations by value."""
    mean = sum(value * share for value, share in shares.items())
    return merge(
        histogram(name, bounds, (per_minute, minutes, shares), **labels),
        count(f"{name}_sum", per_minute * mean, minutes, **labels),
        count(f"{name}_count", per_minute, minutes, **labels),
    )


def litellm(name, per_minute, minutes, **labels):
    """A counter of the LiteLLM proxy."""
    return count(name, per_minute, minutes, **{"job": "litellm", "namespace": "gw", "pod": "litellm-0"} | labels)


def asked(per_minute, minutes, status="200", **labels):
    """Requests of the LiteLLM proxy that ended with that status."""
    own = {"requested_model": "claude", "status_code": status, "team_alias": "search"} | labels
    return litellm("litellm_proxy_total_requests_metric_total", per_minute, minutes, **own)


def genai(metric, **labels):
    """Labels and name of one metric of an application with OpenTelemetry's gen_ai metrics."""
    own = {"job": "api", "namespace": "web", "pod": "api-0", "gen_ai_operation_name": "chat"}
    return metric, own | {"gen_ai_request_model": "claude"} | labels


def pods(timeline, phase="Running", pod="llama-0", **labels):
    """What kube-state-metrics says of one pod: 1 in one phase; the other phases are there and 0."""
    own = {"job": "kube-state-metrics", "namespace": "llm", "pod": pod} | labels
    phases = ("Pending", "Running", "Succeeded", "Failed", "Unknown")
    nothing = [0 if isinstance(sample, int | float) else sample for sample in timeline]
    return {
        selector("kube_pod_status_phase", phase=name, **own): timeline if name == phase else nothing for name in phases
    }


def ready(timeline, pod="llama-0", **labels):
    """Whether one pod is ready; each pod has a series for every condition."""
    own = {"job": "kube-state-metrics", "namespace": "llm", "pod": pod} | labels
    turned = [1 - sample if isinstance(sample, int) else sample for sample in timeline]
    return merge(
        line("kube_pod_status_ready", timeline, condition="true", **own),
        line("kube_pod_status_ready", turned, condition="false", **own),
    )


def replicas(what, timeline, **labels):
    """One field of the autoscaler KEDA made, as kube-state-metrics shows it."""
    own = {"job": "kube-state-metrics", "namespace": "llm", "horizontalpodautoscaler": "keda-hpa-llama"}
    return line(f"kube_horizontalpodautoscaler_{what}_replicas", timeline, **own | labels)


def pending(timeline, **labels):
    """Requests that KEDA's trigger counts."""
    own = {
        "job": "keda",
        "namespace": "keda",
        "exported_namespace": "llm",
        "scaledObject": "llama",
        "triggerIndex": "0",
    }
    return line("keda_scaler_metrics_value", timeline, **own | {"metric": "s0-prometheus"} | labels)
