"""Hand-made models: every kind of panel, a rule group, a spec."""

from __future__ import annotations

from datetime import timedelta

from dashgen.model import (
    Alert,
    Annotation,
    Bundle,
    Dashboard,
    DashboardLink,
    Missing,
    MissingAlert,
    Override,
    Panel,
    PanelLink,
    PanelRef,
    Query,
    RecordingRule,
    Row,
    RuleGroup,
    Threshold,
    Variable,
)
from dashgen.spec import Spec

RATE = 'sum by (model) (rate(llm_requests_total{model=~"$model"}[$__rate_interval]))'

PANELS = (
    Panel(
        "lines",
        "TTFT",
        "What it shows.",
        unit="s",
        vantage="client",
        queries=(Query("A", RATE, "{{model}} p95", exemplar=True), Query("B", RATE, "{{model}} p99", exemplar=True)),
        thresholds=(Threshold(1.0, "orange"), Threshold(2.0)),
        min=0,
        max=0.5,
        decimals=2,
        min_step=30,
        time_from="24h",
        no_value="no data",
        links=(
            PanelLink("Runbook", "https://r.example/$model"),
            PanelLink("Langfuse", "${langfuse_url}/traces?m=${__field.labels.model:percentencode}", on_series=True),
        ),
        overrides=(Override(" p99$", colour="blue", dashed=True, unit="ms"),),
    ),
    Panel("log", "Log", "d", queries=(Query("A", "x"),), log_scale=True),
    Panel("bars", "Bars", "d", queries=(Query("A", "x"),), bars=True, stacked="normal", min_step=86400),
    Panel("share", "Share", "d", queries=(Query("A", "x"),), stacked="percent", width=8),
    Panel("stat", "Stat", "d", "stat", queries=(Query("A", "x", instant=True),), thresholds=(Threshold(1),), width=6),
    Panel("plain", "Plain", "d", "stat", queries=(Query("A", "x"),), width=6),
    Panel(
        "gauge", "Gauge", "d", "gauge", "percentunit", (Query("A", "x"),), min=0, max=1, thresholds=(Threshold(0.9),)
    ),
    Panel("free", "Free gauge", "d", "gauge", queries=(Query("A", "x"),)),
    Panel(
        "bargauge", "Bar gauge", "d", "bargauge", queries=(Query("A", "x", instant=True),), thresholds=(Threshold(2),)
    ),
    Panel("heat", "Heat", "d", "heatmap", "s", (Query("A", "sum by (le) (x)", format="heatmap"),)),
    Panel("pie", "Pie", "d", "piechart", queries=(Query("A", "x", instant=True),)),
    Panel(
        "one",
        "Table of one",
        "d",
        "table",
        queries=(Query("A", "x", format="table", instant=True),),
        columns=(("model", "Model"), ("route", "Route"), ("A", "Requests")),
    ),
    Panel(
        "joined",
        "Joined",
        "d",
        "table",
        queries=tuple(Query(key, "x", format="table", instant=True) for key in "AB"),
        columns=(("model", "Model"), ("A", "Cost"), ("B", "Tokens")),
        overrides=(Override("^Cost$", unit="currencyUSD"),),
    ),
    Panel(
        "merged",
        "Merged",
        "d",
        "table",
        queries=tuple(Query(key, "x", format="table", instant=True) for key in "AB"),
        columns=(("model", "Model"), ("route", "Route"), ("A", "Cost"), ("B", "Tokens")),
    ),
    Panel(
        "users",
        "Users",
        "d",
        "table",
        queries=(Query("A", "{} | sum_over_time(span.cost) by (span.user.id)", source="tempo", instant=True),),
        columns=(("span.user.id", "User"), ("A", "USD")),
    ),
    Panel("search", "Search", "d", "table", queries=(Query("A", '{ span.user.id = "$user_id" }', source="tempo"),)),
    Panel("spans", "Spans", "d", queries=(Query("A", "{} | rate()", source="tempo"),), min_step=60),
    Panel("mixed", "Mixed", "d", queries=(Query("A", "x"), Query("B", "{} | rate()", source="tempo"))),
    Panel("text", "Text", "d", "text", content="[Langfuse](${langfuse_url})"),
    Panel("gone", "Gone", "Would be nice.", missing=Missing("queue_depth", "no engine source", "add `kind: vllm`")),
)

VARIABLES = (
    Variable("datasource", "Data source", "datasource", "prometheus"),
    Variable("model", "Model", "query", "label_values(llm_requests_total, model)", multi=True, include_all=True),
    Variable("route", "Route", "query", 'label_values(llm_requests_total{model=~"$model"}, route)', include_all=True),
    Variable("pod", "Pod", "query", "label_values(up, pod)"),
    Variable("user_id", "User", "text"),
    Variable("langfuse_url", "Langfuse", "constant", "https://langfuse.example.com"),
)


def board(*panels: Panel, key: str = "service-health", **changes: object) -> Dashboard:
    """A dashboard of these panels (all of ``PANELS`` by default) in an open and a collapsed row."""
    chosen = panels or PANELS
    rows = (
        Row("now", "Now", chosen[:-2] or chosen),
        *([Row("more", "More", chosen[-2:], True)] if chosen[:-2] else []),
    )
    fields: dict[str, object] = {
        "key": key,
        "uid": f"llm-chat-{key}",
        "title": "LLM / Service health",
        "description": "Is it healthy?",
        "rows": rows,
        "variables": VARIABLES,
        "annotations": (
            Annotation(
                "firing", "Firing", 'ALERTS{alertstate="firing"}', "{{alertname}}", "{{severity}}", "red", ("a",)
            ),
        ),
        "links": (DashboardLink("LLM", tags=("llm",)), DashboardLink("Docs", "https://d.example", keep=False)),
        "tags": ("llm",),
        "data_sources": {"tempo": "tempo"},
    }
    return Dashboard(**(fields | changes))  # type: ignore[arg-type]


def alert(name: str = "LLMRequestsQueued", **changes: object) -> Alert:
    """One page."""
    fields: dict[str, object] = {
        "name": name,
        "expr": "sum by (model) (llm:queue) > 0",
        "severity": "page",
        "summary": "Requests wait for {{ $labels.model }}",
        "description": "{{ $value | humanize }} requests wait",
        "panel": PanelRef("service-health", "lines"),
        "wait": timedelta(minutes=2),
        "keep_firing_for": timedelta(minutes=3),
        "labels": {"team": "ml"},
        "annotations": {"runbook_url": "https://r.example/LLMRequestsQueued"},
    }
    return Alert(**(fields | changes))  # type: ignore[arg-type]


GROUP = RuleGroup(
    "llm-chat-queue",
    (
        RecordingRule("llm:queue", "sum by (model) (vllm:num_requests_waiting)", {"llm_service": "chat"}),
        alert(),
        alert("LLMTicket", severity="ticket", wait=timedelta(0), keep_firing_for=timedelta(0), labels={}),
    ),
    timedelta(seconds=30),
)


def bundle(name: str = "chat", **changes: object) -> Bundle:
    """Two dashboards, one group, one page that lacks its signal."""
    fields: dict[str, object] = {
        "spec_name": name,
        "dashboards": (board(uid=f"llm-{name}-a"), board(key="cost", uid=f"llm-{name}-b")),
        "groups": (GROUP,),
        "missing_alerts": (
            MissingAlert("LLMGPUMemoryHigh", Missing("gpu_memory", "no gpu source", "add a dcgm-exporter source")),
        ),
    }
    return Bundle(**(fields | changes))  # type: ignore[arg-type]


def spec(name: str = "chat", **changes: object) -> Spec:
    """A spec of which only the fields targets read matter."""
    return Spec.model_construct(**({"name": name} | changes))
