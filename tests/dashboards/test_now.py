"""Every number of the three dashboards at one moment of a hybrid deployment, worked out by hand."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import app
from tests.dashboards.board import look, panels
from tests.dashboards.hybrid import BUSY, END, IDLE, ODD, hybrid
from tests.promtool import play
from tests.series import constant

CLOUD, DECOY, LOCAL = "gpt.4 (cloud)", "gptx4 (cloud)", f"{ODD} (local)"
NEW, OLD = "node-0 gpu 0 vllm-qwen-0", "node-1 gpu 0 vllm-qwen-1"
HEALTH, COST, BEHAVIOR = "service-health", "cost", "behavior"

HEALTH_NOW = {
    "verdict-ttft/p95": {"TTFT p95": 1.5},
    "verdict-errors/ratio": {"errors": 6 / 138},
    "verdict-waiting/waiting": {"waiting": 5},
    "verdict-kv/kv": {"KV cache": 0.97},
    "verdict-alerts/pages": {"pages": 2},
    "verdict-alerts/tickets": {"tickets": 2},
    "ttft-client/p50": {CLOUD + " p50": 0.25 + 0.25 * 5 / 9, DECOY + " p50": 3, LOCAL + " p50": 0.125},
    "ttft-client/p95": {CLOUD + " p95": 1.5, DECOY + " p95": 3.9, LOCAL + " p95": 0.2375},
    "ttft-client/p99": {CLOUD + " p99": 1.9, DECOY + " p99": 3.98, LOCAL + " p99": 0.2475},
    "ttft-engine/p50": {LOCAL + " p50": 0.375},
    "ttft-engine/p95": {LOCAL + " p95": 0.4875},
    "ttft-engine/p99": {LOCAL + " p99": 0.4975},
    # Cumulative, per second and in the milliseconds of the source; Grafana takes the differences.
    "ttft-heatmap/buckets": {
        "250": 2,
        "500": 2.9,
        "1000": 2.9,
        "2000": 3,
        "4000": 3 + 1 / 60,
        "+Inf": 3 + 1 / 60,
    },
    "itl-client/p50": {CLOUD + " p50": 0.015},
    "itl-client/p95": {CLOUD + " p95": 0.0195},
    "itl-client/p99": {CLOUD + " p99": 0.0199},
    "itl-engine/p50": {LOCAL + " p50": 0.015},
    "itl-engine/p95": {LOCAL + " p95": 0.0195},
    "itl-engine/p99": {LOCAL + " p99": 0.0199},
    "duration/p50": {CLOUD + " p50": 1.5},
    "duration/p95": {CLOUD + " p95": 1.95},
    "duration/p99": {CLOUD + " p99": 1.99},
    "token-throughput/input": {CLOUD + " in": 1000, DECOY + " in": 200, LOCAL + " in": 500},
    "token-throughput/output": {CLOUD + " out": 100, DECOY + " out": 20, LOCAL + " out": 150},
    "request-rate/requests": {CLOUD: 2.3, DECOY: 0.5, LOCAL: 2},
    "errors-by-class/errors": {"timeout": 0.1, "client_invalid": 0.2},
    "error-ratio/ratio": {CLOUD + " web": 6 / 138, DECOY + " web": 0, LOCAL + " web": 0},
    "queue/running": {LOCAL + " running": 5},
    "queue/waiting": {LOCAL + " waiting": 5},
    "queue-share/share": {LOCAL + " llm": 1},
    "queue-by-reason/waiting": {ODD + " capacity": 4, ODD + " deferred": 2},
    "queue-time/p95": {LOCAL + " p95": 0.285},
    "kv-cache/kv": {LOCAL: 0.97},
    "preemptions/preemptions": {LOCAL: 0.1},
    "prefix-cache/ratio": {LOCAL: 0.3},
    "rejections/rejected": {ODD + " queue_full": 0.1},
    "kv-cache-by-pod/pods_0": {f"vllm-qwen-0 {ODD}": 0.1, f"vllm-qwen-1 {ODD}": 0.97},
    "queue-by-pod/pods_0": {f"vllm-qwen-0 {ODD}": 4, f"vllm-qwen-1 {ODD}": 1},
    "gpu-sm-active/gpu": {NEW: 0.8, OLD: 0.1},
    "gpu-tensor-active/gpu": {NEW: 0.3, OLD: 0.05},
    "gpu-memory/used": {"node-0 gpu 0": 0.95, "node-1 gpu 0": 0.5},
    "gpu-memory/limit": {"page above": 0.95},
    "gpu-util/gpu": {NEW: 0.95, OLD: 0.2},
    "gpu-power/gpu": {NEW: 600, OLD: 120},
    "gpu-temperature/gpu": {NEW: 70, OLD: 40},
    "gpu-ecc/gpu": {NEW: 0, OLD: 1},
    "gpu-xid/gpu": {NEW: 0, OLD: 79},
    "gpu-row-remap/gpu": {NEW: 0, OLD: 1},
    "telemetry/present": {"app": 1, "dcgm-exporter": 1, f"vllm {ODD}": 1},
}
COST_NOW = {
    "spend-now/spend": {"USD per hour": 129.6},
    "spend-per-hour/spend": {CLOUD: 108, DECOY: 18, LOCAL: 3.6},
    "cost-per-request/p50": {CLOUD + " p50": 0.015},
    "cost-per-request/p95": {CLOUD + " p95": 0.0195},
    "cost-per-request/p99": {CLOUD + " p99": 0.0199},
    "cloud-local-share/share": {"cloud": 1320 / 1970, "local": 650 / 1970},
    "usd-per-mtok/effective": {
        CLOUD + " effective": 1.8 / 66000 * 1e6,
        DECOY + " effective": 0.3 / 13200 * 1e6,
        LOCAL + " effective": 0.06 / 39000 * 1e6,
    },
    "usd-per-mtok/price": {
        "gpt.4 list input": 2.5,
        "gpt.4 list output": 10,
        "gptx4 list input": 1,
        "gptx4 list output": 5,
        # 2 GPUs x 2.1 USD/h / 3600 s / tokens per second
        f"{ODD} standard input": 0.12963,
        f"{ODD} standard output": 0.833333,
    },
    "idle-gpu-cost/all": {f"{ODD} all GPUs": 4.2},
    "margin/margin": {CLOUD: 0.05 - 1.8 / 138, DECOY: 0.05 - 0.3 / 30, LOCAL: 0.05 - 0.06 / 120},
    "cost-quality/unpriced": {"gpt.4 unpriced": 0, "gptx4 unpriced": 0.1, f"{ODD} unpriced": 0},
    "cost-quality/estimated": {
        "gpt.4 usage estimated": 0,
        "gptx4 usage estimated": 0,
        f"{ODD} usage estimated": 0.1,
    },
}
BEHAVIOR_NOW = {
    "output-heatmap/buckets": {"100": 0, "200": 1, "+Inf": 1},
    "output-length/p50": {CLOUD + " p50": 150},
    "output-length/p95": {CLOUD + " p95": 195},
    "input-length/p50": {CLOUD + " p50": 550},
    "input-length/p95": {CLOUD + " p95": 955},
    "input-length/p99": {CLOUD + " p99": 991},
    "input-length/limit": {CLOUD + " context limit": 128000, LOCAL + " context limit": 32768},
    "tokens-per-request/input": {CLOUD + " in": 60000 / 138, DECOY + " in": 400, LOCAL + " in": 250},
    "tokens-per-request/output": {CLOUD + " out": 6000 / 138, DECOY + " out": 40, LOCAL + " out": 75},
    "prompt-cache/ratio": {CLOUD: 0.5},
    # 500 tokens/s read at 2.25 USD less, 100 tokens/s written at 0.625 USD more.
    "prompt-cache-saved/saved": {"gpt.4": (500 * 2.25 - 100 * 0.625) * 3600 / 1e6},
    "prefix-cache/ratio": {LOCAL: 0.3},
    "route-mix/mix": {CLOUD: 138 / 288, DECOY: 30 / 288, LOCAL: 120 / 288},
    "finish-reasons/reasons": {f"{ODD} stop": 0.9, f"{ODD} length": 0.1},
    "top-templates/top": {"chat": 93.6, "agent": 36},
    "template-cost-per-request/now": {"chat": 93.6 / (228 * 60), "agent": 0.01},
}
NOW = {
    f"{board}/{where}": lines
    for board, found in ((HEALTH, HEALTH_NOW), (COST, COST_NOW), (BEHAVIOR, BEHAVIOR_NOW))
    for where, lines in found.items()
}


@pytest.fixture(scope="module")
def seen(deployment):
    spec, played = deployment
    return dict(zip(NOW, look(played, spec, *((where, BUSY, {}) for where in NOW)), strict=True))


@pytest.mark.parametrize("where", NOW)
def test_the_number_is_right(seen, where):
    assert seen[where] == pytest.approx(NOW[where], rel=1e-6, abs=1e-9)


MODELS = {"gpt.4", "gptx4", ODD}
OF_THE_CHOICE = {"behavior/route-mix/mix", "behavior/top-templates/top", "behavior/template-cost-per-request/now"}
"""What these show is a share of, or a sum over, the models chosen."""


@pytest.mark.parametrize("picked", [["gpt.4"], [ODD], ["gptx4", ODD]], ids=["a dot", "odd", "two"])
def test_choosing_models_leaves_exactly_their_lines(deployment, picked):
    spec, played = deployment
    by_model = {
        where: lines
        for where, lines in NOW.items()
        if where not in OF_THE_CHOICE and any(model in line for line in lines for model in MODELS)
    } | {where: lines for where, lines in NOW.items() if "/gpu-" in where and not where.endswith("/limit")}
    by_model.pop("service-health/telemetry/present")
    found = look(played, spec, *((where, BUSY, {"model": picked}) for where in by_model))
    for where, lines in zip(by_model, found, strict=True):
        owners = {line: next((model for model in MODELS if model in line), ODD) for line in by_model[where]}
        expected = {line: value for line, value in by_model[where].items() if owners[line] in picked}
        assert lines == pytest.approx(expected, rel=1e-6, abs=1e-9), where


def test_choosing_narrows_what_has_no_model_in_its_legend(deployment):
    spec, played = deployment
    asked = [
        ("service-health/verdict-ttft/p95", {"model": ODD}, {"TTFT p95": 0.2375}),
        ("service-health/verdict-ttft/p95", {"model": "gptx4"}, {}),
        ("service-health/verdict-errors/ratio", {"model": "gptx4"}, {"errors": 0}),
        ("service-health/verdict-waiting/waiting", {"model": "gpt.4"}, {}),
        ("service-health/verdict-kv/kv", {"route": "cloud"}, {}),
        ("service-health/verdict-alerts/pages", {"model": "gptx4"}, {"pages": 2}),
        ("service-health/errors-by-class/errors", {"model": ODD}, {"none": 0}),
        ("service-health/kv-cache-by-pod/pods_0", {"instance": "vllm-qwen-1:8000"}, {f"vllm-qwen-1 {ODD}": 0.97}),
        ("service-health/kv-cache-by-pod/pods_0", {"namespace": "web"}, {}),
        ("service-health/kv-cache-by-pod/pods_0", {"route": "cloud"}, {}),
        ("service-health/gpu-memory/limit", {"model": "gpt.4"}, {}),
        ("cost/spend-now/spend", {"model": ["gpt.4", ODD]}, {"USD per hour": 111.6}),
        ("cost/usd-per-mtok/price", {"model": "gptx4"}, {"gptx4 list input": 1, "gptx4 list output": 5}),
        ("cost/cloud-local-share/share", {"route": "local"}, {"local": 1}),
        ("behavior/route-mix/mix", {"model": ["gpt.4", "gptx4"]}, {CLOUD: 138 / 168, DECOY: 30 / 168}),
        ("behavior/top-templates/top", {"model": "gpt.4"}, {"chat": 72, "agent": 36}),
        ("behavior/template-cost-per-request/now", {"model": ODD}, {"chat": 0.0005}),
    ]
    found = look(played, spec, *((where, BUSY, picked) for where, picked, _ in asked))
    for (where, picked, expected), lines in zip(asked, found, strict=True):
        assert lines == pytest.approx(expected, rel=1e-6, abs=1e-9), (where, picked)


LATER = {
    "idle": (IDLE - 1, "cost/idle-gpu-cost/idle", {f"{ODD} idle": 4.2}),
    "not loading while idle": (IDLE - 1, "cost/idle-gpu-cost/loading", {}),
    "nobody waits": (IDLE - 1, "service-health/verdict-waiting/waiting", {"waiting": 0}),
    "KV stays full": (IDLE - 1, "service-health/verdict-kv/kv", {"KV cache": 0.97}),
    "engines gone": (END - 2, "service-health/verdict-waiting/waiting", {}),
    "no KV": (END - 2, "service-health/verdict-kv/kv", {}),
    "no pods": (END - 2, "service-health/kv-cache-by-pod/pods_0", {}),
    "GPUs still paid": (END - 2, "cost/idle-gpu-cost/all", {f"{ODD} all GPUs": 4.2}),
    "loading or down": (END - 2, "cost/idle-gpu-cost/loading", {f"{ODD} loading or down": 4.2}),
    "not idle while down": (END - 2, "cost/idle-gpu-cost/idle", {}),
    "silence is seen": (
        END - 2,
        "service-health/telemetry/present",
        {"app": 1, "dcgm-exporter": 1, f"vllm {ODD}": 0},
    ),
    "users do not care": (END - 2, "service-health/request-rate/requests", {CLOUD: 2.3, DECOY: 0.5, LOCAL: 2}),
}


def test_engines_that_idle_and_then_go_away(deployment):
    spec, played = deployment
    found = look(played, spec, *((where, minute, {}) for minute, where, _ in LATER.values()))
    for (name, (_, _, expected)), lines in zip(LATER.items(), found, strict=True):
        assert lines == pytest.approx(expected, rel=1e-6, abs=1e-9), name


def test_nothing_at_all_shows_no_number_that_looks_healthy():
    spec = hybrid()
    played = play(spec, {app("something_else"): constant(1, 30)}, groups=None, until=30, every=60)
    found = dict(zip(NOW, look(played, spec, *((where, 30, {}) for where in NOW)), strict=True))
    facts = {"cost/usd-per-mtok/price", "behavior/input-length/limit"}
    counts = {"service-health/verdict-alerts/pages", "service-health/verdict-alerts/tickets"}
    assert found.pop("service-health/telemetry/present") == {"app": 0, "dcgm-exporter": 0, f"vllm {ODD}": 0}
    assert found["service-health/verdict-alerts/tickets"] == {"tickets": 3}, "telemetry of three exporters"
    assert {where for where, lines in found.items() if lines} == facts | counts
    stats = [panel for _, panel in panels(spec).values() if panel.viz == "stat"]
    assert all("zero" not in panel.no_value and (panel.no_value or panel.key == "verdict-alerts") for panel in stats)
