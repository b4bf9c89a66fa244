"""``dashgen lint``: expressions a second over a thousand dashboards, and how long one file takes."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.clock import cpu_seconds

BOARDS = 1000
PANELS = 20
PER_SECOND = 2000
ONE_FILE = 0.6
ROUNDS = 5
_RATES = (
    "vllm:prompt_tokens_total",
    "vllm:generation_tokens_total",
    "vllm:request_success_total",
    "litellm_proxy_total_requests_metric_total",
    "http_requests_total",
)
_GAUGES = (
    "vllm:num_requests_waiting",
    "vllm:num_requests_running",
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_FB_USED",
    "node_load1",
)
_HISTOGRAMS = ("vllm:e2e_request_latency_seconds", "vllm:time_to_first_token_seconds", "http_request_duration_seconds")


def expression(dice: random.Random, number: int) -> tuple[str, str]:
    """One that nobody else has, as each names a job of its own, and its legend; one in ten has a fixed window."""
    where = f'{{job="job-{number}", namespace=~"$namespace"}}'
    window = "5m" if number % 10 == 0 else "$__rate_interval"
    shape = number % 6
    if shape == 0:
        return f"sum by (model_name) (rate({dice.choice(_RATES)}{where}[{window}]))", "{{model_name}}"
    if shape == 1:
        return f"max by (pod) ({dice.choice(_GAUGES)}{where})", "{{pod}}"
    if shape == 2:
        buckets = f"{dice.choice(_HISTOGRAMS)}_bucket{where}"
        return f"histogram_quantile(0.{dice.choice((5, 9, 95, 99))}, sum by (le) (rate({buckets}[{window}])))", "p"
    if shape == 3:
        name = dice.choice(_HISTOGRAMS)
        return f"sum(rate({name}_sum{where}[{window}])) / sum(rate({name}_count{where}[{window}]))", "mean"
    if shape == 4:
        renamed = f'label_replace(up{where}, "x", "$1", "job", "(.*)")'
        return f"topk(5, avg_over_time({dice.choice(_GAUGES)}{where}[1h])) or {renamed}", "{{pod}}"
    total = dice.choice(_RATES)
    failed = f'sum(increase({total}{{job="job-{number}", code=~"5.."}}[{window}]))'
    return f"100 * {failed} / sum(increase({total}{where}[{window}]))", "failed"


def board(number: int) -> dict[str, Any]:
    """One of the dashboards, the same every time."""
    dice = random.Random(number)
    panels = [
        {
            "id": index + 1,
            "type": "timeseries",
            "title": f"Panel {index}",
            "description": "What it shows.",
            "gridPos": {"h": 8, "w": 12, "x": index % 2 * 12, "y": index // 2 * 8},
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "fieldConfig": {"defaults": {"unit": "short"}},
            "targets": [{"refId": "A", "expr": expr, "legendFormat": legend}],
        }
        for index in range(PANELS)
        for expr, legend in [expression(dice, number * PANELS + index)]
    ]
    variables = [
        {"name": "datasource", "type": "datasource", "query": "prometheus"},
        {"name": "namespace", "type": "query", "query": "label_values(up, namespace)", "multi": True},
    ]
    return {
        "title": f"Board {number}",
        "uid": f"board-{number}",
        "schemaVersion": 41,
        "templating": {"list": variables},
        "panels": panels,
    }


def write(folder: Path, number: int) -> None:
    """The dashboards, as Grafana exports them."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in range(number):
        (folder / f"board-{each:04}.json").write_text(json.dumps(board(each), indent=2), encoding="utf-8")


def lint(folder: Path, env: dict[str, str]) -> Iterator[tuple[str, float, float]]:
    """(what, measured, limit), after printing it all; limits are what it takes at most."""
    write(folder / "boards", BOARDS)
    write(folder / "one", 1)
    env = {**env, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "dashgen", "lint", "--exit-zero", "--quiet"]
    one = min(cpu_seconds([*command, str(folder / "one")], folder, env) for _ in range(ROUNDS))
    whole = cpu_seconds([*command, str(folder / "boards")], folder, env)
    expressions = BOARDS * PANELS
    print(f"{BOARDS} dashboards: {expressions} expressions, {whole:.1f} s CPU, {expressions / whole:.0f} a second")
    yield f"lint of {expressions} expressions, seconds of CPU", whole, expressions / PER_SECOND
    yield "lint of one dashboard, seconds of CPU", one, ONE_FILE


def main() -> None:
    """Measure this alone."""
    import tempfile

    from tests.bench.__main__ import environment

    with tempfile.TemporaryDirectory() as name:
        for label, value, limit in lint(Path(name), environment(Path(name, "cache"))):
            print(f"{label}: {value:.2f} (limit {limit}) {'ok' if value <= limit else 'TOO MUCH'}")


if __name__ == "__main__":
    main()
