"""Whatever a file holds: cases, or problems at places inside the file, and nothing else."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashgen.errors import InputError
from dashgen.spec.types import duration_text
from dashgen.testing.scenario.against import check_case
from dashgen.testing.scenario.checks.notation import problem
from dashgen.testing.scenario.load import load_scenarios
from dashgen.testing.scenario.model import Scenario
from dashgen.testing.scenario.types import parse_moment, time_text

ROOT = Scenario.model_json_schema()
KEYS = sorted(
    {key for section in (ROOT, *ROOT["$defs"].values()) for key in section["properties"]}
    | {"[key]", "<<", "scalar", "list", "mapping", "LLMRequestsQueued", "a/b/c", "0.5", "for_"}
)
WORDS = ["silent", "empty", "not empty", "5m", "12m..17m", "12m..", "0.95 +- 1%", "1x5", "0+15x40 _x10 stale", "all"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([*WORDS, "9" * 300, "{{le}}", "$x", "healthy"]),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), inner, max_size=5),
    ),
    max_leaves=25,
)
NEAR = {
    "name": "near",
    "series": [
        {"signal": "ttft", "pods": 2, "values": [{"per_minute": 60, "observe": {"1": 1}, "for": "5m"}, {"gap": "1m"}]},
        {"metric": "up", "labels": {"a": "b"}, "values": "1x5"},
        {"away": ["1m..2m", "4m.."], "source": "app", "pods": ["a"], "reset": True},
    ],
    "alerts": {"A": [{"labels": {"a": "b"}, "pending": "1m..2m", "firing": ["3m..4m", "6m.."]}], "B": "silent"},
    "panels": [{"at": "5m", "variables": {"model": "a"}, "shows": {"a/b/c": {"x": 1, "y": [1, 2]}, "a/b/d": "empty"}}],
    "queries": {"at": "0s", "expr": "up", "shows": "1 +- 2%"},
    "notifications": [{"severity": "page", "alert": "A"}],
    "cases": {"one": {"length": "1h", "series": {"signal": "x", "values": {"ramp": [0, 1]}}}, "two": {}},
}
QUIET = settings(suppress_health_check=list(HealthCheck))


def check(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_bytes(content)
        try:
            cases = load_scenarios([path])
        except InputError as error:
            problems = error.problems
        else:
            assert cases
            problems = tuple(found for case in cases for found in check_case(case, parse_moment("30s")))
            if not problems:
                return
    lines = re.split("\r\n|\r|\n", content.decode("utf-8-sig", "surrogateescape"))
    for found in problems:
        assert found.where.file == str(path)
        assert found.found
        assert found.expected
        assert str(found).count("\n") <= 2
        assert "matching ^" not in str(found)
        if found.where.line:
            assert found.where.line <= len(lines)
            assert 1 <= found.where.column <= len(lines[found.where.line - 1]) + 1


@QUIET
@given(st.binary(max_size=200))
def test_any_bytes(content):
    check(content)


@QUIET
@given(st.text(alphabet=st.sampled_from("ab: -[]{}&*!'\"#\n\t|>,?<~\\\r\ufeffé%@`0.1xm"), max_size=60))
def test_any_text(text):
    check(text.encode())
    check(("name: x\nalerts: {}\n" + text).encode())


@QUIET
@given(DATA)
def test_any_data(data):
    check(json.dumps(data).encode())


def _paths(data, path=()):
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


@settings(QUIET, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(list(_paths(NEAR))), DATA), max_size=3), st.data())
def test_a_scenario_with_parts_replaced(changes, draw):
    data = json.loads(json.dumps(NEAR))
    for path, value in changes:
        inside = data
        try:
            for step in path[:-1]:
                inside = inside[step]
            inside[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue
    if draw.draw(st.booleans()):
        data |= draw.draw(st.dictionaries(st.sampled_from(sorted(ROOT["properties"])), DATA, max_size=3))
    check(json.dumps(data).encode())


SIGNS = st.sampled_from("\"'\\$`{}[]()|.*+?^\n\t #:%…é漢😀")
AWKWARD = st.text(
    st.one_of(SIGNS, st.characters(codec="utf-8", exclude_characters="\0")),
    min_size=1,
    max_size=12,
)


@QUIET
@given(AWKWARD, AWKWARD, AWKWARD, AWKWARD, AWKWARD)
def test_what_people_name_things_survives(name, case, alert, text, legend):
    data = {
        "name": name,
        "why": text,
        "alerts": {alert: {"labels": {"model": text}, "firing": "1m..", "annotations": {"summary": text}}},
        "panels": [{"at": "1m", "variables": {alert: text}, "shows": {alert: {legend: 1}}}],
        "queries": {"at": "1m", "expr": text, "legend": legend, "shows": 1},
        "cases": {case: {"series": {"metric": text, "labels": {"a": legend}, "values": "1x5"}}},
    }
    for written in (yaml.safe_dump(data, allow_unicode=True), yaml.safe_dump(data)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.yaml"
            path.write_text(written, encoding="utf-8")
            (loaded,) = load_scenarios([path])
        scenario = loaded.scenario
        assert (scenario.name, loaded.case, scenario.why) == (name, case, text)
        assert list(scenario.alerts) == [alert]
        assert scenario.alerts[alert][0].labels == {"model": text}
        assert scenario.alerts[alert][0].annotations == {"summary": text}
        assert scenario.panels[0].shows == {alert: {legend: 1}}
        assert scenario.panels[0].variables == {alert: (text,)}
        assert scenario.queries[0].expr == text
        assert scenario.series[0].metric == text
        assert loaded.where("alerts", alert, 0, "firing").line > 0


@given(st.timedeltas(min_value=parse_moment("0s"), max_value=parse_moment("20w")))
def test_times_are_read_back(moment):
    moment = parse_moment(duration_text(moment))
    assert parse_moment(time_text(moment)) == moment


@given(st.text(alphabet="0123456789.eE+-x_ stalNIfin{}:[]", max_size=30))
def test_any_notation(text):
    assert problem(text) is None or problem(text)
