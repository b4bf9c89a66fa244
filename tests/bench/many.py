"""Many different specs, the same ones every time: what a platform team with a thousand services would keep."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

_CLOUD = [
    ("claude-sonnet-4-6", "anthropic", 1_000_000, {"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75}),
    ("gpt-4o", "openai", 128_000, {"input": 2.5, "output": 10, "cache_read": 1.25}),
    ("gpt-4o-mini", "openai", 128_000, {"input": 0.15, "output": 0.6}),
    ("gemini-2.5-pro", "google", 1_048_576, {"input": 1.25, "output": 10}),
]
_LOCAL = [
    ("qwen2.5-coder-32b", "Qwen/Qwen2.5-Coder-32B-Instruct", 32_768),
    ("llama-3.3-70b", "meta-llama/Llama-3.3-70B-Instruct", 131_072),
    ("mistral-small-24b", "mistralai/Mistral-Small-24B-Instruct-2501", 32_768),
]
_WORDS = ("chat", "search", "code", "mail", "voice", "docs", "triage", "translate", "tutor", "claims")
_ENGINE_VERSIONS = ("0.33", "0.20", "0.10.2", "0.8.2", ">=0.9, <=0.33", None)


def document(number: int) -> dict[str, Any]:
    """The data of spec ``number``: its models, sources and Prometheus follow from the number alone."""
    dice = random.Random(number)
    name = f"{dice.choice(_WORDS)}-{number:04}"
    clouds = dice.sample(_CLOUD, dice.randint(0, len(_CLOUD)))
    locals_ = dice.sample(_LOCAL, dice.randint(0 if clouds else 1, 2))
    models = [_cloud(dice, *each) for each in clouds] + [_local(dice, name, *each) for each in locals_]
    variant = dice.choice(("with-suffixes", "js-pull", "without-suffixes"))
    sources: list[dict[str, Any]] = [{"kind": "app", "selector": {"job": f"{name}-api"}, "variant": variant}]
    if locals_:
        sources += _engines(dice, name, len(locals_))
    data: dict[str, Any] = {"name": name, "models": models, "sources": sources, "prometheus": _prometheus(dice)}
    if dice.random() < 0.5:
        data |= {"title": f"{name} “{dice.choice(_WORDS)}” $1 {{{{x}}}}", "team": dice.choice(_WORDS)}
    if dice.random() < 0.5:
        data["tempo"] = {"service_name": name, "sampled": dice.random() < 0.5}
    if dice.random() < 0.3:
        data["revenue_usd_per_request"] = round(dice.uniform(0.01, 0.2), 3)
    if data["prometheus"]["scrape_interval"] == "1m":
        data["alerts"] = {"queue": {"window": "4m"}}
    data["profile"] = dice.choice(["chat", "autocomplete", {"ttft_p95": f"{dice.randint(3, 40)}00ms"}])
    return data


def _cloud(dice: random.Random, name: str, provider: str, limit: int, prices: dict[str, float]) -> dict[str, Any]:
    later = {"from": "2026-09-01"} | {key: value * 2 for key, value in prices.items()}
    dated = [prices, later] if dice.random() < 0.2 else prices
    return {"name": name, "route": "cloud", "provider": provider, "context_limit": limit, "prices": dated}


def _local(dice: random.Random, service: str, name: str, repository: str, limit: int) -> dict[str, Any]:
    throughput = {"input": dice.randint(2, 20) * 500, "output": dice.randint(2, 20) * 100}
    serving = {"gpus": dice.choice((1, 2, 4)), "usd_per_gpu_hour": 2.1, "reference_throughput": throughput}
    workload = {"namespace": f"{service}-llm", "pods": f"vllm-{name.partition('.')[0]}-.*"}
    found: dict[str, Any] = {"name": name, "aliases": [repository], "route": "local", "engine": "vllm"}
    return found | {"context_limit": limit, "serving": serving, "workload": workload}


def _engines(dice: random.Random, name: str, number: int) -> list[dict[str, Any]]:
    version = dice.choice(_ENGINE_VERSIONS)
    vllm: dict[str, Any] = {"kind": "vllm", "selector": {"job": f"{name}-vllm", "namespace": f"{name}-llm"}}
    found = [vllm | ({"version": version} if version else {})]
    if dice.random() < 0.7 or number > 1:
        gpu = {"kind": "dcgm-exporter", "selector": {"job": "dcgm-exporter"}, "version": "4.5.3"}
        found.append(gpu | {"variant": dice.choice(("image", "helm-chart"))})
    return found


def _prometheus(dice: random.Random) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "retention": dice.choice(("15d", "45d", "3d")),
        "scrape_interval": dice.choice(("15s", "30s", "1m")),
        "flavour": dice.choice(("prometheus", "thanos", "mimir")),
    }
    if dice.random() < 0.3:
        facts["external_labels"] = {"cluster": dice.choice(("eu", "us"))}
    return facts


def write_specs(folder: Path, number: int) -> None:
    """Write that many spec files into the folder, which is made."""
    import yaml

    folder.mkdir(parents=True, exist_ok=True)
    for each in range(number):
        data = document(each)
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        (folder / f"{data['name']}.yaml").write_text(text, encoding="utf-8")
