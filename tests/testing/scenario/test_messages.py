"""Each kind of mistake in a scenario: where it is said to be, what was found, and what to do."""

from __future__ import annotations

import pytest

from tests.spec.conftest import marked

HEAD = "name: x\nalerts: {}\nseries:\n"
VALUES = "name: x\nalerts: {}\nseries: {signal: s, values: "


@pytest.mark.parametrize(
    ("text", "found", "action"),
    [
        # one series
        (HEAD + "  - @@{values: {constant: 1}}", "this part does not say which series", "add for example `signal"),
        (HEAD + "  - @@{signal: a, metric: b, values: 1x5}", "this part has signal and metric", "make a part of each"),
        (HEAD + "  - @@{signal: a}", "this part has no values", "add for example `values: {constant: 1}`"),
        (HEAD + "  - {metric: a, @@pods: 3, values: 1x5}", "`pods` beside `metric`", "remove it"),
        (HEAD + "  - {metric: a, @@as: b, values: 1x5}", "`as` beside `metric`", "remove it"),
        (HEAD + "  - {recording: a.series, @@values: 1x5}", "`values` beside `recording`", "remove it"),
        (HEAD + "  - {signal: a, @@reset: true, values: 1x5}", "`reset` beside `signal`", "write `{reset: true}`"),
        (HEAD + "  - @@{away: 5m..6m, signal: a}", "this part has signal and away", "make a part of each"),
        (HEAD + "  - {away: 5m..6m, @@values: 1x5}", "`values` beside `away`", "remove it, or make two parts"),
        (HEAD + "  - {away: 5m..6m, @@starts: 5m}", "`starts` beside `away`", "remove it"),
        (HEAD + "  - {away: @@5m..40m}", "`away[0]` is 5m..40m, but the scenario is over at 30m", "lengthen"),
        (HEAD + "  - {away: [5m..6m, @@5m..]}", "`away[1]` begins before 5m..6m is over", "make one span"),
        (HEAD + "  - {away: @@5m}", '`series[0].away` is "5m"', ""),
        (HEAD + "  - {signal: a, starts: @@30m, values: 1x5}", "`starts` begins at 30m, when the scenario", "lengthen"),
        (HEAD + "  - {signal: a, pods: @@0, values: 1x5}", "`series[0].pods` is 0", ""),
        (HEAD + "  - {signal: a, pods: [a, @@''], values: 1x5}", '`series[0].pods[1]` is ""', ""),
        (HEAD + "  - {signal: a, pods: @@{a: 1}, values: 1x5}", "`series[0].pods` is a mapping", ""),
        (HEAD + "  - {signal: a, labels: {@@a-b: c}, values: 1x5}", 'the key "a-b"', "rename it to `a_b`"),
        (HEAD + "  - {signal: a, @@modle: c, values: 1x5}", "unknown key `modle`", "rename it to `model`"),
        # steps
        (VALUES + "[@@{constant: 1, gap: 5m}]}", "`values[0]` is constant and gap", "make a step of each"),
        (VALUES + "[@@{for: 5m}]}", "`values[0]` does not say what it shows", "add for example `constant: 1`"),
        (VALUES + "@@{stale: false}}", "`values[0]` does not say what it shows", "add for example"),
        (VALUES + "@@{observe: {1: 1}}}", "`values[0]` says what is observed, but not how", "add for example `per"),
        (VALUES + "{constant: 1, @@observe: {1: 1}}}", "`observe` beside `constant`", "remove it"),
        (VALUES + "{constant: 1, @@phase: 1}}", "`phase` without `pattern`", "remove it"),
        (
            VALUES + "[@@{constant: 1}, {constant: 2}]}",
            "`values[0]` does not say how long",
            "add for example `for: 5m`",
        ),
        (VALUES + "[{constant: 1, for: 1m}, {stale: true, @@for: 1m}]}", "`for` beside `stale`", "remove it; what"),
        (VALUES + "[{constant: 1, for: 1m}, {gap: 5m, @@for: 1m}]}", "`for` beside `gap`", "remove it"),
        (VALUES + "[{constant: 1, for: 30m}, @@{constant: 2}]}", "`values[1]` begins at 30m, when", "lengthen"),
        (
            VALUES + "{per_minute: 1, observe: @@{1: 0.5, 2: 0.4}}}",
            "shares of `values[0].observe` add up to 0.9",
            "w",
        ),
        (VALUES + "{per_minute: 1, observe: @@{1: 1.5, 2: -0.5}}}", "`values[0].observe` has the share -0.5", "write"),
        (VALUES + "{per_minute: 1, observe: {@@fast: 1}}}", 'the key "fast"', "rename it"),
        (VALUES + "{per_minute: 1, observe: @@{}}}", "`series.values.observe` is an empty mapping", ""),
        (VALUES + "{per_minute: @@-1}}", "`series.values.per_minute` is -1", ""),
        (VALUES + "@@[{constant: 1, for: 1m}, {per_minute: 2}]}", "`values` has constant, which is of a gauge", "make"),
        (VALUES + "@@[{gap: 5m}, {stale: true}]}", "`values` never shows anything", "add one"),
        (
            VALUES + "@@[{per_minute: 2, for: 1m}, {per_minute: 2, observe: {1: 1}}]}",
            "`values` says in some steps what is observed",
            "add `observe`",
        ),
        (VALUES + "{ramp: @@[1, 2, 3]}}", "`series.values.ramp` is a list of 3", ""),
        (VALUES + "{ramp: [1, @@x]}}", '`series.values.ramp[1]` is "x"', ""),
        (VALUES + "[{step: [1, @@true]}]}", "`series.values[0].step[1]` is true", ""),
        (VALUES + "@@1 2 3x}", '"3x" in the values', "write for example `0+15x40`"),
        (VALUES + "@@1x999999999}", "values with 1000000000 samples", "write for example"),
        # alerts
        ("name: x\nalerts: {A: @@quiet}", '`alerts.A` is "quiet"', "write"),
        ("name: x\nalerts: {A: {firing: @@12m}}", '`alerts.A.firing` is "12m"', ""),
        ("name: x\nalerts: {A: {firing: @@90}}", "`alerts.A.firing` is 90", ""),
        ("name: x\nalerts: {A: {firing: @@7m..5m}}", '`alerts.A.firing` is "7m..5m"', ""),
        ("name: x\nalerts: {A: {firing: [1m..2m, @@5..6m]}}", '`alerts.A.firing[1]` is "5..6m"', ""),
        ("name: x\nalerts: {A: {firing: [5m..6m, @@1m..2m]}}", "`firing[1]` begins before 5m..6m is over", "make one"),
        ("name: x\nalerts: {A: {firing: @@10m..40m}}", "`firing[0]` is 10m..40m, but the scenario is over", "length"),
        ("name: x\nalerts: {A: {firing: @@31m..}}", "`firing[0]` is 31m.., but the scenario is over at 30m", "length"),
        ("name: x\nalerts: {A: {pending: 5m..7m, firing: @@7m..}}", "firing 7m.. and pending 5m..7m have", "end the"),
        ("name: x\nalerts: {A: @@{labels: {a: b}}}", "`firing` is missing in `alerts.A`", "add for example `firing"),
        ("name: x\nalerts: {A: [@@{labels: {a: b}}]}", "`firing` is missing in `alerts.A[0]`", "add for example"),
        ("name: x\nalerts: {A: @@[]}", "`alerts.A` is an empty list", "write for example `A: silent`"),
        # moments
        ("name: x\npanels: @@{at: 1m}", "`shows` is missing in `panels`", "add for example `shows:"),
        ("name: x\npanels: {at: 1m, shows: @@{}}", "`panels.shows` is an empty mapping", "write for"),
        ("name: x\npanels: {at: @@31m, shows: {a: 1}}", "`at` is 31m, but the scenario is over at 30m", "lengthen"),
        ("name: x\npanels: {at: @@90, shows: {a: 1}}", "`panels.at` is 90", "add the unit, for example `90s`"),
        ("name: x\npanels: {at: 1m, shows: {a: @@some}}", '`panels.shows.a` is "some"', ""),
        ("name: x\npanels: {at: 1m, shows: {a: @@[2, 1]}}", "`panels.shows.a` is a list of 2", ""),
        ("name: x\npanels: {at: 1m, shows: {a: {b: @@empty}}}", '`panels.shows.a.b` is "empty"', ""),
        ("name: x\npanels: {at: 1m, shows: {a: @@0 +- 1%}}", '`panels.shows.a` is "0 +- 1%"', ""),
        ("name: x\nqueries: [@@{at: 1m, shows: 1}]", "`expr` is missing in `queries[0]`", "add for example `expr:"),
        (
            "name: x\nnotifications:\n  - {severity: page, alert: A, at: 9m}\n  - {severity: page, alert: B, at: @@8m}",
            "`at` is 8m, before the one above it at 9m",
            "put them in order",
        ),
        # the file
        ("@@name: x", "a scenario that asserts nothing", "add what must be true; `alerts: {}`"),
        ("name: x\ncases: {a: {alerts: {}}, @@b: {series: []}}", "a scenario that asserts nothing", "add what"),
        ("name: x\nalerts: {}\ncases: @@{}", "`cases` is an empty mapping", "add an item"),
        ("name: x\nalerts: {}\ncases: {a: {@@why: b}}", "unknown key `why` in `cases.a`", "move it to the top level"),
        ("name: x\nalerts: {}\nevery: @@1ms", '`every` is "1ms"', ""),
        ("name: x\nalerts: {}\nscrape: @@2h", '`scrape` is "2h"', ""),
        ("name: x\nalerts: {}\nbackground: @@helthy", '`background` is "helthy"', "write `healthy`"),
        ("name: x\nalerts: {}\nspecs: @@[]", "`specs` is an empty list", "add an item"),
    ],
)
def test_one_mistake(problems, text, found, action):
    text, place = marked(text)
    reported = problems(text + "\n")
    assert [(problem.where.line, problem.where.column) for problem in reported] == [place], reported
    assert found in reported[0].found
    assert reported[0].action.startswith(action)
    assert reported[0].expected
    assert "matching ^" not in str(reported[0])
    assert "valid value" not in str(reported[0])


@pytest.mark.parametrize(
    "text",
    [
        VALUES + "[{constant: 1, for: 1m}, {stale: true}, {gap: 5m}, {reset: true}, {constant: 2}]}",
        VALUES + "[{per_minute: 0, for: 1m}, {per_minute: 2, observe: {1: 1}}]}",
        VALUES + "[{constant: 1, for: 5m}]}",
        VALUES + "{pattern: [0, 4], phase: 1}}",
        HEAD + "  - {signal: a, starts: 5m, values: 1x5}",
        HEAD + "  - {recording: a.series, beside: true}",
        HEAD + "  - {away: [0s..5m, 10m..], source: a, model: local, vantage: engine, pods: [a], reset: true}",
        "name: x\nalerts: {A: {pending: 5m..7m, firing: 7m.., within: 1m}}",
        "name: x\nalerts: {A: {firing: []}}",
        "name: x\nnotifications: []",
        "name: x\ncases: {a: {alerts: {}}, b: {panels: {at: 0s, shows: {a: 1}}}}",
    ],
)
def test_what_is_no_mistake(problems, text):
    assert problems(text + "\n") == []


def test_a_case_too_short_for_what_the_file_plays_says_so_at_the_file(problems):
    text = VALUES + "[{constant: 1, for: 10m}, {constant: 2}]}\ncases:\n  a: {}\n  b: {length: 5m}\n  c: {length: 5m}\n"
    (problem,) = problems(text)
    assert (problem.where.line, problem.found) == (3, "`values[1]` begins at 10m, when the scenario is over")


def test_nothing_is_concluded_from_what_could_not_be_read(problems):
    assert [problem.found for problem in problems("name: x\nalrts: {}\n")] == ["unknown key `alrts`"]
    text = "name: x\nlength: 5\nalerts: {A: {firing: 40m..}}\n"
    assert [problem.found for problem in problems(text)] == ["`length` is 5"]
    text = VALUES + "{constant: x}}\n"
    assert [problem.found for problem in problems(text)] == ['`series.values.constant` is "x"']
