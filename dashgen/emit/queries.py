"""Queries and table transformations in Grafana's words: plain dicts, no grafanalib."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dashgen.errors import OutputError
from dashgen.model import Panel, Query

Json = dict[str, Any]

PROMETHEUS: Json = {"type": "prometheus", "uid": "${datasource}"}
MIXED: Json = {"type": "datasource", "uid": "-- Mixed --"}
_TRACEQL_METRICS = re.compile(
    r"\|\s*(rate|count_over_time|sum_over_time|avg_over_time|min_over_time|max_over_time"
    r"|quantile_over_time|histogram_over_time|compare)\s*\("
)


def panel_source(panel: Panel, sources: Mapping[str, str]) -> Json:
    """Data source of a panel: the one all its queries share, else Grafana's mixed one."""
    kinds = {query.source for query in panel.queries}
    if len(kinds) > 1:
        return MIXED
    return data_source("tempo" if kinds == {"tempo"} else "prometheus", sources)


def data_source(kind: str, sources: Mapping[str, str]) -> Json:
    """Reference to a data source: Prometheus is a variable, the others come from the dashboard.

    Raises:
        OutputError: when the dashboard names no data source of that kind.
    """
    if kind == "prometheus":
        return PROMETHEUS
    if kind not in sources:
        raise OutputError([f"a query reads {kind}, but the dashboard has no {kind} data source"])
    return {"type": kind, "uid": sources[kind]}


def targets(panel: Panel, sources: Mapping[str, str]) -> list[Json]:
    """The queries of a panel; exemplars only on the first, Grafana drops them on the others."""
    return [_target(query, sources, first=query is panel.queries[0], panel=panel) for query in panel.queries]


def _target(query: Query, sources: Mapping[str, str], *, first: bool, panel: Panel) -> Json:
    common = {"refId": query.key, "datasource": data_source(query.source, sources)}
    if query.source == "tempo":
        return common | _tempo(query, panel)
    automatic = "{{le}}" if query.format == "heatmap" else "__auto"
    return common | {
        "editorMode": "code",
        "exemplar": query.exemplar and first,
        "expr": query.expr,
        "format": query.format,
        "instant": query.instant,
        "legendFormat": query.legend or automatic,
        "range": not query.instant,
    }


def is_traceql_metric(query: Query) -> bool:
    """Whether a TraceQL query counts spans instead of listing them."""
    return query.source == "tempo" and bool(_TRACEQL_METRICS.search(query.expr))


def _tempo(query: Query, panel: Panel) -> Json:
    shape: Json = {
        "filters": [],
        "limit": 20,
        "query": query.expr,
        "queryType": "traceql",
        "tableType": "traces",
    }
    if not is_traceql_metric(query):
        return shape
    step = {"step": f"{panel.min_step}s"} if panel.min_step else {}
    return shape | {"metricsQueryType": "instant" if query.instant else "range"} | step


def transformations(panel: Panel) -> list[Json]:
    """What turns query results into the columns of a table, in the order of ``panel.columns``."""
    if panel.viz != "table" or not panel.columns:
        return []
    traces = [query for query in panel.queries if query.source == "tempo"]
    if any(is_traceql_metric(query) for query in traces):
        return [_rows_from_series(), _keep(panel, "Last *"), _organize(panel, "Last *")]
    if traces:
        return [_organize(panel, "Value")]
    return [*_joined(panel), _keep(panel, "Value"), _organize(panel, "Value")]


def _rows_from_series() -> Json:
    return {"id": "reduce", "options": {"labelsToFields": True, "reducers": ["lastNotNull"]}}


def _joined(panel: Panel) -> list[Json]:
    if len(panel.queries) < 2:
        return []
    keys = {query.key for query in panel.queries}
    labels = [name for name, _ in panel.columns if name not in keys]
    # joinByField knows one field only; merge joins on all the fields the results share.
    if len(labels) == 1:
        return [{"id": "joinByField", "options": {"byField": labels[0], "mode": "outer"}}]
    return [{"id": "merge", "options": {}}]


def _fields(panel: Panel, value: str) -> list[tuple[str, str]]:
    keys = {query.key for query in panel.queries}
    pairs: list[tuple[str, str]] = []
    for name, title in panel.columns:
        if name not in keys:
            pairs.append((name, title))
            continue
        # Prometheus names the value column after the query only when several queries return.
        if value != "Value" or len(keys) == 1:
            pairs.append((value, title))
        if value == "Value":
            pairs.append((f"Value #{name}", title))
    return pairs


def _keep(panel: Panel, value: str) -> Json:
    names = [name for name, _ in _fields(panel, value)]
    return {"id": "filterFieldsByName", "options": {"include": {"names": names}}}


def _organize(panel: Panel, value: str) -> Json:
    fields = _fields(panel, value)
    return {
        "id": "organize",
        "options": {
            "excludeByName": {},
            "indexByName": {name: position for position, (name, _) in enumerate(fields)},
            "renameByName": dict(fields),
        },
    }
