"""Every way of holding dashboards and rules is recognised, and places in it lead to the text."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
import yaml

from dashgen.lint.positions import locate
from dashgen.lint.readers.read import read
from dashgen.lint.subject import Subjects

EXPR = 'sum(rate(vllm:request_success_total{job="a"}[5m]))'
TARGET = {"refId": "A", "expr": EXPR}
PANEL = {"id": 1, "type": "timeseries", "title": "Requests", "targets": [TARGET]}
BOARD = {"title": "LLM", "uid": "llm", "schemaVersion": 41, "panels": [PANEL]}
GROUPS = [{"name": "g", "rules": [{"alert": "A", "expr": EXPR, "for": "5m"}]}]
META = {"apiVersion": "v1", "metadata": {"name": "m"}}
PROMETHEUS_RULE = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "spec": {"groups": GROUPS}}
V2_QUERY = {"kind": "DataQuery", "group": "prometheus", "datasource": {"name": "prom"}, "spec": {"expr": EXPR}}
V2_PANEL = {
    "id": 7,
    "title": "Requests",
    "data": {
        "kind": "QueryGroup",
        "spec": {"queries": [{"kind": "PanelQuery", "spec": {"refId": "A", "query": V2_QUERY}}]},
    },
    "vizConfig": {"kind": "VizConfig", "group": "stat", "spec": {"fieldConfig": {"defaults": {"unit": "s"}}}},
}
V2 = {
    "title": "LLM",
    "elements": {"panel-7": {"kind": "Panel", "spec": V2_PANEL}},
    "variables": [
        {"kind": "DatasourceVariable", "spec": {"name": "ds", "pluginId": "prometheus"}},
        {
            "kind": "QueryVariable",
            "spec": {
                "name": "model",
                "query": {"kind": "DataQuery", "group": "prometheus", "spec": {"query": f"query_result({EXPR})"}},
            },
        },
    ],
    "annotations": [{"kind": "AnnotationQuery", "spec": {"name": "n", "query": V2_QUERY}}],
    "layout": {"kind": "GridLayout", "spec": {"items": []}},
}


def packed(value: Any) -> str:
    return base64.b64encode(gzip.compress(json.dumps(value).encode(), mtime=0)).decode()


def resource(version: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "from-name"}, **more}


HOLDERS = {
    "classic": BOARD,
    "no uid": {"panels": [PANEL], "title": "x"},
    "rows": {"title": "old", "schemaVersion": 12, "rows": [{"title": "row", "panels": [PANEL]}]},
    "row": {**BOARD, "panels": [{"type": "row", "title": "row", "collapsed": True, "panels": [PANEL]}]},
    "api": {"meta": {"slug": "x"}, "dashboard": BOARD},
    "import": {"dashboard": BOARD, "overwrite": True},
    "library panel": {**BOARD, "panels": [], "__elements": {"u": {"name": "n", "kind": 1, "model": PANEL}}},
    "v0alpha1": resource("dashboard.grafana.app/v0alpha1", "Dashboard", spec=BOARD),
    "v1beta1": resource("dashboard.grafana.app/v1beta1", "Dashboard", spec={"panels": [PANEL]}),
    "v1": resource("dashboard.grafana.app/v1", "Dashboard", spec=BOARD),
    "manifest": resource(
        "grafana.integreatly.org/v1beta1",
        "GrafanaManifest",
        spec={"template": resource("dashboard.grafana.app/v1", "Dashboard", spec=BOARD)},
    ),
    "config map": resource("v1", "ConfigMap", data={"llm.json": json.dumps(BOARD), "README.md": "# no: yaml: here"}),
    "config map, any key": resource("v1", "ConfigMap", data={"dashboard": json.dumps(BOARD, indent=1)}),
    "config map, yaml": resource("v1", "ConfigMap", data={"rules.yaml": yaml.safe_dump({"groups": GROUPS})}),
    "config map, stream": resource(
        "v1", "ConfigMap", data={"rules": "a: 1\n---\n" + yaml.safe_dump({"groups": GROUPS})}
    ),
    "config map, packed": resource("v1", "ConfigMap", binaryData={"llm.json.gz": packed(BOARD)}),
    "config map, binary": resource(
        "v1", "ConfigMap", binaryData={"llm.json": base64.b64encode(json.dumps(BOARD).encode()).decode()}
    ),
    "operator": resource("grafana.integreatly.org/v1beta1", "GrafanaDashboard", spec={"json": json.dumps(BOARD)}),
    "operator, packed": resource(
        "grafana.integreatly.org/v1beta1", "GrafanaDashboard", spec={"gzipJson": packed(BOARD)}
    ),
    "rules": {"groups": GROUPS},
    "mimirtool": {"namespace": "llm", "groups": GROUPS},
    "ruler api": {"llm": GROUPS, "other": GROUPS[:1]},
    "PrometheusRule": PROMETHEUS_RULE,
    "VMRule": {**PROMETHEUS_RULE, "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMRule"},
    "PrometheusRuleList": resource("monitoring.coreos.com/v1", "PrometheusRuleList", items=[PROMETHEUS_RULE]),
    "List": resource("v1", "List", items=[resource("v1", "Service"), PROMETHEUS_RULE]),
    "v2": resource("dashboard.grafana.app/v2beta1", "Dashboard", spec=V2),
    "promtool": {"rule_files": ["x.yaml"], "tests": [{"promql_expr_test": [{"expr": EXPR, "eval_time": "5m"}]}]},
    "vmalert-tool": {"tests": [{"name": "t", "metricsql_expr_test": [{"expr": EXPR}]}]},
}


def of(text: str, file: str = "example") -> list[Subjects]:
    return list(read(file, text))


@pytest.mark.parametrize("name", HOLDERS)
@pytest.mark.parametrize("syntax", ["json", "yaml"])
def test_what_holds_expressions(name: str, syntax: str) -> None:
    data = HOLDERS[name]
    text = json.dumps(data, indent=2) if syntax == "json" else yaml.safe_dump(data, width=10_000)
    (found,) = of(text)
    assert not found.unreadable
    expressions = list(found.expressions)
    assert {each.text for each in expressions} == {EXPR}
    for each in expressions:
        spot = locate(each.place.within(each.shift, each.shift + 8))
        assert not spot.exact if "packed" in name or name == "config map, binary" else spot.source and spot.exact
        if spot.exact:
            assert text[spot.start : spot.end] == "sum(rate"


def test_names_of_dashboards() -> None:
    uids = {name: of(json.dumps(HOLDERS[name]))[0].dashboards[0].uid for name in ("classic", "no uid", "v1beta1", "v2")}
    assert uids == {"classic": "llm", "no uid": "", "v1beta1": "from-name", "v2": "from-name"}


def test_v2_has_the_shape_of_a_classic_dashboard() -> None:
    (board,) = of(json.dumps(HOLDERS["v2"]))[0].dashboards
    (panel,) = board.panels
    assert (panel.title, panel.type, panel.unit, panel.queries[0].ref) == ("Requests", "stat", "s", "A")
    assert [(each.name, each.type) for each in board.variables] == [("ds", "datasource"), ("model", "query")]
    assert [each.kind for each in of(json.dumps(HOLDERS["v2"]))[0].expressions] == ["variable", "annotation", "panel"]


def test_a_stream_of_documents() -> None:
    found = of(yaml.safe_dump_all([PROMETHEUS_RULE, None, {"groups": GROUPS}, BOARD]))
    assert [(each.resource, len(each.groups), len(each.dashboards)) for each in found] == [
        ("PrometheusRule", 1, 0),
        ("", 0, 0),
        ("", 1, 0),
        ("", 0, 1),
    ]


def test_names_of_alerts_in_a_test_file() -> None:
    test = {"tests": [{"alert_rule_test": [{"alertname": "LLMDown", "exp_alerts": []}, {"eval_time": "5m"}]}]}
    (found,) = of(yaml.safe_dump(test))
    ((name, place),) = found.tested
    assert name == "LLMDown" and place.document.get(*place.path) == "LLMDown"


@pytest.mark.parametrize(
    ("source", "inputs", "promql"),
    [
        (None, [], True),
        ("Prometheus", [], True),
        ("Loki", [], False),
        ({"uid": "abc"}, [], True),
        ({"type": "prometheus", "uid": "loki"}, [], True),
        ({"type": "loki", "uid": "abc"}, [], False),
        ({"type": "grafana-amazonprometheus-datasource"}, [], True),
        ({"type": "victoriametrics-metrics-datasource"}, [], True),
        ({"type": "victoriametrics-logs-datasource"}, [], False),
        ({"type": "datasource", "uid": "-- Mixed --"}, [], True),
        ("${DS_LOGS}", [{"name": "DS_LOGS", "pluginId": "loki"}], False),
        ({"uid": "$DS_LOGS"}, [{"name": "DS_LOGS", "pluginId": "prometheus"}], True),
        ({"type": "__expr__", "uid": "__expr__"}, [], False),
    ],
)
def test_queries_of_other_languages_are_left_alone(source: Any, inputs: list[Any], promql: bool) -> None:
    board = {**BOARD, "__inputs": inputs, "panels": [{**PANEL, "datasource": source}]}
    assert [each.text for each in of(json.dumps(board))[0].expressions] == [EXPR] * promql


def test_the_data_source_of_a_variable() -> None:
    variable = {"name": "logs", "type": "datasource", "query": "loki"}
    board = {**BOARD, "templating": {"list": [variable]}, "panels": [{**PANEL, "datasource": {"uid": "${logs}"}}]}
    assert not list(of(json.dumps(board))[0].expressions)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "just words", "- 1\n- 2", "{}", "[]", "null", "a: 1", "kind: Service\napiVersion: v1"]
)
def test_what_holds_nothing(text: str) -> None:
    assert not any(list(each.expressions) or each.unreadable for each in of(text))


def test_odd_parts_are_passed_over() -> None:
    odd = {**BOARD, "panels": [3, [], {"targets": {"a": 1}}, {"targets": [1, {"expr": 3}, {"expr": None}]}, PANEL]}
    odd |= {"templating": [], "annotations": {"list": 4}, "rows": {"a": 1}, "__elements": [1]}
    assert [each.text for each in of(json.dumps(odd))[0].expressions] == [EXPR]


def test_the_row_a_panel_is_in() -> None:
    rows = [
        {"type": "row", "title": title, "panels": inner} for title, inner in (("a", []), ("b", [PANEL]), (None, []))
    ]
    panels = [PANEL, rows[0], PANEL, PANEL, rows[1], rows[2], PANEL]
    (board,) = of(json.dumps({**BOARD, "panels": panels}))[0].dashboards
    assert [each.row for each in board.panels] == ["", "", "a", "a", "", "b", "", ""]
