"""Scenarios read: what cases add, where things are written, and several files at once."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from dashgen.errors import InputError
from dashgen.testing.scenario.load import load_scenarios
from dashgen.testing.scenario.model import Close

WITH_CASES = """\
name: queue
length: 20m
series:
  signal: requests_waiting
  values: {constant: 4}
alerts:
  LLMRequestsQueued: {firing: 7m..}
cases:
  alone: {}
  with traffic:
    length: 10m
    series:
      - metric: up{job="app"}
        values: 1x40
    alerts:
      LLMRequestsQueued:
        - labels: {model: a}
          firing: [5m..6m, 8m..]
    panels: []
"""


def test_cases_add_series_and_replace_the_rest(cases):
    alone, busy = cases(WITH_CASES)
    assert (alone.case, busy.case) == ("alone", "with traffic")
    assert (alone.title, busy.name("chat")) == ("queue / alone", "queue / with traffic [chat]")
    assert [part.signal or part.metric for part in busy.scenario.series] == ["requests_waiting", 'up{job="app"}']
    assert len(alone.scenario.series) == 1
    assert (alone.scenario.length, busy.scenario.length) == (timedelta(minutes=20), timedelta(minutes=10))
    assert alone.scenario.alerts["LLMRequestsQueued"][0].labels == {}
    assert busy.scenario.alerts["LLMRequestsQueued"][0].labels == {"model": "a"}
    assert alone.scenario.cases == busy.scenario.cases == {}
    assert pickle.loads(pickle.dumps(busy)) == busy


@pytest.mark.parametrize(
    ("path", "alone", "busy"),
    [
        ((), (9, 3), (10, 3)),
        (("length",), (2, 9), (11, 13)),
        (("series", 0, "values", 0), (5, 11), (5, 11)),
        (("series", 1, "values"), (9, 10), (14, 17)),
        (("alerts", "LLMRequestsQueued", 0, "firing", 0), (7, 31), (18, 20)),
        (("alerts", "LLMRequestsQueued", 0, "firing", 1), (7, 31), (18, 28)),
        (("alerts", "LLMRequestsQueued"), (7, 22), (17, 9)),
        (("queries", 0, "at"), (1, 1), (1, 1)),
    ],
)
def test_where_something_of_a_case_is_written(cases, path, alone, busy):
    places = [(case.where(*path).line, case.where(*path).column) for case in cases(WITH_CASES)]
    assert places == [alone, busy]


def test_a_file_without_cases_is_one_case(cases, tmp_path):
    (case,) = cases("name: quiet\nalerts: {}\n")
    assert (case.case, case.title, case.name("chat")) == ("", "quiet", "quiet [chat]")
    assert case.folder == tmp_path.name
    assert (case.where().line, case.where("alerts").column) == (1, 9)
    scenario = case.scenario
    assert (scenario.length, scenario.background, scenario.alerts) == (timedelta(minutes=30), "healthy", {})


def test_what_is_shown_in_every_form(cases):
    (case,) = cases(
        """\
name: forms
panels:
  - at: 0
    shows:
      a/b/nothing: empty
      a/b/some: not empty
      a/b/one: 3
      a/b/close: 0.95 +- 1%
      a/b/also: 2e3±0.5%
      a/b/between: [0, .inf]
      a/b/lines: {gpt-4o: 1, "0.5": [1, 2], 7: .nan}
  - at: 90s
    variables: {model: [a, b], route: cloud}
    shows: {a/b/one: -.inf}
"""
    )
    first, second = case.scenario.panels
    assert first.at == timedelta(0)
    shows = dict(first.shows)
    lines = shows.pop("a/b/lines")
    assert shows == {
        "a/b/nothing": "empty",
        "a/b/some": "not empty",
        "a/b/one": 3,
        "a/b/close": Close(value=0.95, tolerance=0.01),
        "a/b/also": Close(value=2000, tolerance=0.005),
        "a/b/between": (0, float("inf")),
    }
    assert lines["gpt-4o"] == 1
    assert lines["0.5"] == (1, 2)
    assert lines["7"] != lines["7"]
    assert second.variables == {"model": ("a", "b"), "route": ("cloud",)}
    assert second.shows == {"a/b/one": float("-inf")}


def test_single_values_stand_for_lists(cases):
    (case,) = cases(
        """\
name: single
specs: chat
series: {signal: ttft, model: a, source: b, values: {per_minute: 60, observe: {0.3: 0.25, 4: 0.75}}}
alerts: {A: {pending: 1m..2m, firing: 3m..}, B: silent}
queries: {at: 10m, expr: up, shows: empty}
notifications: {severity: page, alert: A, models: a}
"""
    )
    scenario = case.scenario
    assert scenario.specs == ("chat",)
    (part,) = scenario.series
    assert (part.model, part.source) == (("a",), ("b",))
    assert part.values[0].observe == {0.3: 0.25, 4.0: 0.75}
    assert scenario.alerts["A"][0].firing == ((timedelta(minutes=3), None),)
    assert scenario.alerts["B"] == "silent"
    assert scenario.notifications[0].models == ("a",)


def test_every_mistake_of_every_file_at_once(write):
    first = write("name: a\nlength: 5\nalerts: {}\nbackgrond: none\n", "a.yaml")
    second = write("name: b\nseries: {values: {constant: 1}}\n", "b.yaml")
    missing = first.with_name("c.yaml")
    with pytest.raises(InputError) as caught:
        load_scenarios([first, second, missing])
    assert [(Path(p.where.file).name, p.where.line, p.found) for p in caught.value.problems] == [
        ("a.yaml", 2, "`length` is 5"),
        ("a.yaml", 4, "unknown key `backgrond`"),
        ("b.yaml", 1, "a scenario that asserts nothing"),
        ("b.yaml", 2, "this part does not say which series it is"),
        ("c.yaml", 0, "no such file"),
    ]
    assert caught.value.problems[1].action == "rename it to `background`"
    assert caught.value.problems[4].expected == "a scenario file, or a folder of them"


def test_names_are_taken_once_in_a_folder_of_rules(write):
    text = "name: same\nalerts: {}\n"
    mine, other = write(text, "mine/rules/A/a.yaml"), write(text, "mine/rules/B/b.yaml")
    theirs = write(text, "theirs/rules/A/a.yaml")
    assert len(load_scenarios([mine, theirs])) == 2
    with pytest.raises(InputError) as caught:
        load_scenarios([mine, theirs, other])
    (problem,) = caught.value.problems
    assert problem.found == f'the name "same" is already taken by {mine}:1:7'
    assert problem.where.file == str(other)


def test_what_a_file_without_a_mapping_should_begin_with(problems):
    (problem,) = problems("- name: x\n")
    assert problem.expected == "a mapping with the keys name and alerts"
    assert problem.action == "start with `name:` and `alerts:`; `dashgen schema --scenario` lists every key"
    (problem,) = problems("name: a\nalerts: {}\n---\nname: b\n")
    assert problem.expected == "one scenario per file"
