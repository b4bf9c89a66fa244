from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.emit.dashboards import dashboard_documents, json_text
from dashgen.emit.grafana import dashboard_json
from dashgen.emit.layout import place
from dashgen.emit.verify import dashboard_defects, verify
from dashgen.errors import OutputError
from dashgen.model import Bundle, Panel, Query, Row
from tests.emit.samples import PANELS, RATE, board, bundle
from tests.emit.sdk import lost_in_round_trip


def all_panels(document: dict) -> list[dict]:
    return [p for outer in document["panels"] for p in [outer, *outer.get("panels", [])]]


def rendered(panel: Panel) -> dict:
    document = dashboard_json(board(panel), "notice")
    return next(p for p in document["panels"] if p["type"] != "row")


# The SDK reads targets by the panel's data source, so it cannot read those of a mixed panel.
@pytest.mark.parametrize("panel", [p for p in PANELS if p.key != "mixed"], ids=lambda panel: panel.key)
def test_sdk_round_trip_loses_nothing(panel: Panel):
    assert lost_in_round_trip(dashboard_json(board(panel), "notice")) == []


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)
def test_no_nulls_but_id_and_base_threshold(panel: Panel):
    def nulls(value: object, path: tuple = ()) -> list[tuple]:
        if isinstance(value, dict):
            return [p for k, v in value.items() for p in nulls(v, (*path, k))]
        if isinstance(value, list):
            return [p for i, v in enumerate(value) for p in nulls(v, (*path, i))]
        return [path] if value is None else []

    found = nulls(dashboard_json(board(panel), ""))
    assert all(path == ("id",) or path[-3:] == ("steps", 0, "value") for path in found), found


def test_samples_have_no_defects():
    assert list(dashboard_defects(dashboard_json(board(), "n"))) == []


def test_dashboard_frame():
    document = dashboard_json(board(), "Generated.")
    assert document["schemaVersion"] == 41
    assert document["description"] == "Is it healthy? Generated."
    assert document["tags"] == ["llm", "dashgen"]
    assert (document["editable"], document["graphTooltip"], document["timezone"]) == (False, 1, "browser")
    assert {"version", "gnetId", "__inputs", "rows", "style"}.isdisjoint(document)
    assert document["timepicker"] == {}
    assert "intervalFactor" not in json_text(document)


def test_variables():
    by_name = {v["name"]: v for v in dashboard_json(board(), "")["templating"]["list"]}
    assert by_name["model"]["current"] == {"selected": True, "text": ["All"], "value": ["$__all"]}
    assert by_name["route"]["current"]["value"] == "$__all"
    assert by_name["model"]["query"] == {
        "qryType": 1,
        "query": "label_values(llm_requests_total, model)",
        "refId": "model",
    }
    assert (by_name["model"]["refresh"], by_name["model"]["allValue"]) == (2, ".*")
    assert "allValue" not in by_name["pod"]
    assert by_name["user_id"]["type"] == "textbox"
    assert by_name["langfuse_url"]["hide"] == 2
    assert all("tags" not in v.get("current", {}) for v in by_name.values())


def test_timeseries_panel():
    panel = rendered(PANELS[0])
    assert [t["refId"] for t in panel["targets"]] == ["A", "B"]
    assert [t["exemplar"] for t in panel["targets"]] == [True, False]
    assert all(t["datasource"] == {"type": "prometheus", "uid": "${datasource}"} for t in panel["targets"])
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["thresholds"]["steps"] == [
        {"color": "transparent", "value": None},
        {"color": "orange", "value": 1.0},
        {"color": "red", "value": 2.0},
    ]
    assert defaults["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert defaults["custom"]["scaleDistribution"] == {"type": "linear"}
    assert (panel["interval"], panel["timeFrom"]) == ("30s", "24h")
    assert panel["fieldConfig"]["overrides"][0]["matcher"] == {"id": "byRegexp", "options": "/ p99$/"}
    assert "maxDataPoints" not in panel
    assert panel["description"].endswith("Measured at the application (client).")


def test_gauge_without_limits_has_none_of_grafanalib():
    defaults = rendered(next(p for p in PANELS if p.key == "free"))["fieldConfig"]["defaults"]
    assert {"min", "max", "calcs", "limit"}.isdisjoint(defaults)


def test_missing_panel_says_what_to_do():
    panel = rendered(PANELS[-1])
    assert panel["type"] == "text"
    content = panel["options"]["content"]
    for words in ("Would be nice", "queue\\_depth", "no engine source", "add `kind: vllm`"):
        assert words in content


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("one", {"model": "Model", "route": "Route", "Value": "Requests", "Value #A": "Requests"}),
        ("joined", {"model": "Model", "Value #A": "Cost", "Value #B": "Tokens"}),
        ("users", {"span.user.id": "User", "Last *": "USD"}),
    ],
)
def test_table_columns(key: str, names: dict):
    steps = rendered(next(p for p in PANELS if p.key == key))["transformations"]
    assert steps[-1]["id"] == "organize"
    assert steps[-1]["options"]["renameByName"] == names


def test_join_by_one_label_merge_by_many():
    first = {
        key: rendered(next(p for p in PANELS if p.key == key))["transformations"][0] for key in ("joined", "merged")
    }
    assert first["joined"] == {"id": "joinByField", "options": {"byField": "model", "mode": "outer"}}
    assert first["merged"]["id"] == "merge"


def test_tempo_targets():
    search, spans = (rendered(next(p for p in PANELS if p.key == k))["targets"][0] for k in ("search", "spans"))
    assert "metricsQueryType" not in search
    assert (spans["metricsQueryType"], spans["queryType"], spans["step"]) == ("range", "traceql", "60s")
    with pytest.raises(OutputError, match="tempo"):
        dashboard_json(board(PANELS[-4], data_sources={}), "")


def test_inserting_a_panel_changes_no_other_id():
    def identities(document: dict) -> dict:
        return {p["title"]: (p["id"], [t["refId"] for t in p.get("targets", [])]) for p in all_panels(document)}

    before = identities(dashboard_json(board(*PANELS), ""))
    new = Panel("new", "New", "d", queries=(Query("A", "x"),))
    after = identities(dashboard_json(board(new, *PANELS), ""))
    assert {title: after[title] for title in before} == before


def test_ids_are_pinned():
    # Bookmarks and alert links hold these numbers: a change of the scheme breaks them all.
    document = dashboard_json(board(PANELS[0]), "")
    assert [p["id"] for p in document["panels"]] == [1471740387, 598391076]


def test_one_key_twice_is_an_error():
    twice = (PANELS[0], replace(PANELS[0], title="other"))
    with pytest.raises(OutputError, match="same panel id"):
        dashboard_json(board(*twice), "")


def test_one_dashboard_key_twice_is_an_error():
    with pytest.raises(OutputError, match="one key"):
        dashboard_documents(Bundle("chat", (board(), board(uid="other")), ()))


def test_rows_wrap_and_collapse():
    wide = tuple(
        Panel(str(i), str(i), "", width=w, height=h) for i, (w, h) in enumerate([(12, 8), (8, 4), (6, 3), (24, 2)])
    )
    rows = list(place([Row("a", "A", wide), Row("b", "B", wide[:1], True), Row("c", "C", wide[:1])]))
    assert [(b.x, b.y) for _, b in rows[0].panels] == [(0, 1), (12, 1), (0, 9), (0, 12)]
    assert [row.box.y for row in rows] == [0, 14, 15]


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]):
    dashboard_documents(bundle())
    assert capsys.readouterr().out == ""


VARIABLE = re.compile(r"\$[A-Za-z_]|\$\{|\[\[")
PIECES = [*"a\"'\\$ {}[]`\n\t<&*_#|é\u0085\u2028\x00\x1b", "{{", "${", "$model", "${model}", "[[model]]"]
NASTY = st.lists(st.sampled_from(PIECES)).map("".join)


@given(title=NASTY, description=NASTY, reason=NASTY)
def test_text_of_people_is_never_a_variable(title: str, description: str, reason: str):
    from dashgen.model import Missing

    panels = (
        Panel("a", title, description, queries=(Query("A", RATE, "{{model}}"),)),
        Panel("b", title, description, missing=Missing(title, reason, description)),
    )
    document = dashboard_json(board(*panels, variables=(), title=title, description=description, links=()), "n")
    assert json.loads(json_text(document)) == document
    assert json_text(document).isascii()
    texts = [document["title"], document["description"]]
    for panel in all_panels(document):
        texts += [panel["title"], panel.get("description", ""), panel.get("options", {}).get("content", "")]
    assert [text for text in texts if VARIABLE.search(text)] == []
    assert not any(char in text for text in texts for char in "\x00\x1b")


@given(
    legend=st.text().filter(lambda t: "$" not in t),
    expr=st.text(min_size=1).filter(lambda t: "$" not in t and "[[" not in t),
)
def test_queries_arrive_as_written(legend: str, expr: str):
    target = rendered(Panel("a", "A", "", queries=(Query("A", expr, legend),)))["targets"][0]
    assert (target["expr"], target["legendFormat"]) == (expr, legend or "__auto")


def test_verify_accepts_a_bundle():
    verify(dashboard_documents(bundle()))
