"""A run with a failure of every kind, the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from dashgen.errors import Location
from dashgen.testing.results import Covered, Difference, Engine, Failure, Fed, Legend, Result, Run, Stretch, Timeline

MINUTE = 60_000
FILE = "rules/kv-saturation.yaml"
QUEUE = (
    'max by (cluster, namespace, model) (max_over_time(vllm:num_requests_waiting{job="vllm",namespace="llm"}[5m])) > 8 '
    'and on (model) sum by (model) (rate(vllm:request_success_total{job="vllm"}[5m])) > 0'
)


def stretch(first, last):
    return Stretch(round(first * MINUTE), round(last * MINUTE))


LATE = Failure(
    "alert",
    Location(FILE, 12, 5),
    'LLMRequestsQueued{model="qwen", route="local"}',
    "pending 5m..9m30s, firing 10m..15m",
    "pending 5m..11m30s, firing 12m..15m",
    QUEUE,
    (
        Timeline((stretch(5, 9.5),), (stretch(10, 15),)),
        Timeline((stretch(5, 11.5),), (stretch(12, 15),)),
    ),
    20 * MINUTE,
    tuple(
        Fed(f'vllm:num_requests_waiting{{job="vllm",namespace="llm",pod="qwen-{pod}"}}', "0x20 10x40")
        for pod in range(8)
    ),
    MINUTE // 2,
)
BRIEF = Failure(
    "alert",
    Location(FILE, 10, 3),
    "LLMTelemetryMissing{}",
    "silent",
    "firing 2d6h..2d6h1m",
    "absent(up)",
    (Timeline(), Timeline((stretch(3239, 3239.5),), (stretch(3240, 3241),))),
    7 * 24 * 60 * MINUTE,
    (Fed('up{job="app"}', " ".join(f"1x{number}" for number in range(90))),),
    MINUTE // 2,
)
PANEL = Failure(
    "panel",
    Location(FILE, 20, 9),
    "overview/ttft/p95 at 10m",
    "gpt: 0.5\nqwen: 1 to 3",
    "gpt: 0.5000001\nllama: 4\nqwen: 7",
    "sum(a) / sum(b)",
    fed=(Fed("a", "0+1x40"), Fed("b_total", "0+2x40")),
    legends=(
        Legend("gpt", "0.5", "0.5000001", holds=True),
        Legend("llama", "", "4", holds=False),
        Legend("qwen", "1 to 3", "7", holds=False),
    ),
)
QUERY = Failure("query", Location(FILE, 31, 7), "query at 5m", "3", "an error: parse error:\nunexpected )", "sum(a))")
TOLD = Failure(
    "notification",
    Location(FILE, 40, 1),
    "notifications",
    "10m30s page LLMRequestsQueued of qwen",
    "10m30s page LLMRequestsQueued of qwen\n11m page LLMTimeToFirstTokenHigh of qwen",
    legends=(
        Legend("", "10m30s page LLMRequestsQueued of qwen", "10m30s page LLMRequestsQueued of qwen", holds=True),
        Legend("", "", "11m page LLMTimeToFirstTokenHigh of qwen", holds=False),
    ),
)
TEXT = Failure(
    "alert", Location(FILE), 'LLMErrorRateHigh{model="gpt"}: annotation summary', "…5 %…", "50 %, no more, no less"
)

FAILED = Run(
    "/usr/bin/promtool",
    "2.42.0",
    (
        Result("kv saturation", "ramp", "chat", Location(FILE, 8, 3), 9, 0.25, (LATE, BRIEF, PANEL)),
        Result("kv saturation", "flat", "chat", Location(FILE, 9, 3), 4, 0.5),
        Result("told", "", "rag", Location(FILE, 1, 1), 6, 0.125, (QUERY, TOLD, TEXT)),
    ),
    1.5,
    ("promtool is 2.42.0, the spec's Prometheus is 3.5",),
    (
        Covered(
            "chat",
            {
                "alerts fired": (16, 16),
                "alerts silent": (15, 16),
                "panel queries": (119, 120),
                "recording rules": (0, 0),
            },
            ("alerts silent: LLMErrorRateHigh", "panel queries: overview/ttft/p95"),
        ),
        Covered("rag", {"alerts fired": (3, 3)}),
    ),
    datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
)
GOOD = Run("promtool", "3.5.0", FAILED.results[1:2], 0.75, started=FAILED.started)
NOTHING = Run("promtool", "3.5.0", (), 0.0, started=FAILED.started)
COMPARED = replace(
    GOOD,
    results=(
        replace(
            GOOD.results[0],
            failures=(replace(QUERY, subject="query at 5m, says vmalert-tool"),),
            differences=(
                Difference('Slow{model="gpt"}', "firing 2m..9m", "firing 1m..9m", "slow > 1", "a range of 5m"),
                Difference(
                    "query at 5m", '{a="1"}: 3\n{a="2"}: nothing', '{a="1"}: 4\n{a="2"}: 1', "a", contradicts=True
                ),
            ),
        ),
        replace(GOOD.results[0], case="steady"),
    ),
    vmalert=Engine("/usr/bin/vmalert-tool", "1.151.0"),
)
