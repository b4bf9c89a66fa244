"""Specs that cover what a deployment can look like: hybrid, cloud only, local only, upgrades, other dialects."""

from pathlib import Path

from dashgen.spec import Spec
from dashgen.spec.load import find_specs, load_specs

CHAT = Path(__file__).parents[1] / "specs" / "chat.yaml"

CLOUD = {"name": "claude-sonnet-4-6", "route": "cloud", "prices": {"input": 3, "output": 15, "cache_read": 0.3}}
LOCAL = {
    "name": "qwen2.5-coder-32b",
    "aliases": ["Qwen/Qwen2.5-Coder-32B-Instruct"],
    "route": "local",
    "serving": {"gpus": 2, "usd_per_gpu_hour": 2.1, "reference_throughput": {"input": 9000, "output": 1400}},
    "workload": {"namespace": "llm", "pods": "vllm-.*"},
}
APP = {"kind": "app", "selector": {"job": "chat-api"}}
VLLM = {"kind": "vllm", "selector": {"job": "vllm"}, "version": "0.33"}
DCGM = {"kind": "dcgm-exporter", "selector": {"job": "dcgm-exporter"}, "version": "4.5.3"}


def spec(**fields: object) -> Spec:
    """A spec with the fields given and the least of everything else."""
    return Spec.model_validate({"name": "t", "models": [CLOUD], "sources": [APP], **fields})


def chat() -> Spec:
    """The spec this repository ships."""
    return load_specs([CHAT])[0].spec


def shipped() -> dict[str, Spec]:
    """Every spec this repository ships, by name."""
    return {loaded.spec.name: loaded.spec for loaded in load_specs(find_specs([CHAT.parent]))}


def engine(kind: str, **source: object) -> Spec:
    """One local model on an engine of that kind, nothing else scraped but its GPUs."""
    model = {**LOCAL, "engine": kind}
    return spec(models=[model], sources=[{"kind": kind, "selector": {"job": kind}, **source}, DCGM])


def variety() -> dict[str, Spec]:
    """Specs by what is special about them."""
    both = [CLOUD, LOCAL]
    dated = {**CLOUD, "prices": [{"input": 3, "output": 15}, {"from": "2026-09-01", "input": 4, "output": 20}]}
    return {
        **shipped(),
        **{
            f"engine-{kind}": engine(kind)
            for kind in ("sglang", "tgi", "tensorrt-llm", "nim", "llamacpp", "triton", "ollama")
        },
        "sglang-colon": engine("sglang", variant="colon"),
        "sglang-underscore": engine("sglang", variant="underscore"),
        "app-and-llamacpp": spec(
            models=[{**LOCAL, "engine": "llamacpp"}],
            sources=[APP, {"kind": "llamacpp", "selector": {"job": "llamacpp"}}, DCGM],
        ),
        "litellm-old": spec(
            sources=[{"kind": "litellm", "selector": {"job": "litellm"}, "version": ">=1.60, <=1.109"}]
        ),
        "litellm-hybrid": spec(models=both, sources=[{"kind": "litellm", "selector": {"job": "litellm"}}, VLLM]),
        "app-and-litellm": spec(sources=[APP, {"kind": "litellm", "selector": {"job": "litellm"}}]),
        "envoy-hybrid": spec(
            models=both, sources=[{"kind": "envoy-ai-gateway", "selector": {"job": "gw"}}, VLLM, DCGM]
        ),
        "otel-genai": spec(sources=[{"kind": "otel-genai", "selector": {"job": "api"}}]),
        "otel-genai-plain": spec(
            sources=[{"kind": "otel-genai", "selector": {"job": "api"}, "variant": "without-suffixes"}]
        ),
        "native": spec(
            models=both,
            sources=[{**APP, "histograms": "native"}, {**VLLM, "histograms": "native"}],
            prometheus={"version": "3.5"},
        ),
        "smallest": spec(),
        "local-only": spec(models=[LOCAL], sources=[VLLM, DCGM]),
        "vllm-only": spec(models=[{"name": "m", "route": "local"}], sources=[VLLM]),
        "version-range": spec(models=both, sources=[APP, {**VLLM, "version": ">=0.9, <=0.33"}, DCGM]),
        "old": spec(models=both, sources=[APP, {**VLLM, "version": "0.8.2"}, {**DCGM, "version": "3.3.5"}]),
        "js-pull": spec(models=both, sources=[{**APP, "variant": "js-pull"}, VLLM]),
        "without-suffixes": spec(sources=[{**APP, "variant": "without-suffixes"}]),
        "chart": spec(models=both, sources=[APP, VLLM, {**DCGM, "variant": "helm-chart", "honor_labels": True}]),
        "dated-prices": spec(models=[dated, LOCAL], sources=[APP, VLLM], tempo={}, revenue_usd_per_request=0.05),
        "global": spec(
            models=both,
            sources=[APP, VLLM, DCGM],
            prometheus={
                "flavour": "mimir",
                "rules": "global",
                "external_labels": {"cluster": "eu", "prometheus_replica": "a"},
                "replica_label": "prometheus_replica",
            },
        ),
        "local-cluster": spec(models=both, sources=[APP, VLLM], prometheus={"external_labels": {"cluster": "eu"}}),
        "slow-scrape": spec(models=both, sources=[APP, VLLM], prometheus={"scrape_interval": "1m"}),
        "short-retention": spec(models=both, sources=[APP, VLLM], prometheus={"retention": "3d"}),
        "two-engines": spec(
            models=both,
            sources=[
                APP,
                {**VLLM, "name": "old", "selector": {"job": "vllm-old"}, "version": "0.10.2"},
                {**VLLM, "name": "new", "selector": {"job": "vllm-new"}},
            ],
        ),
    }
