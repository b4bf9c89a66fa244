"""What a case is checked for beside specs."""

from __future__ import annotations

from datetime import timedelta

from dashgen.testing.scenario.against import check_case, unknown_specs

HALF_MINUTE = timedelta(seconds=30)


def test_specs_that_no_name_or_pattern_matches(cases):
    loaded = cases(
        "name: x\nalerts: {}\nspecs: [chat, engine-*, chta]\ncases: {a: {}, b: {specs: ['web-*', fleet]}, c: {}}\n"
    )
    found = unknown_specs(loaded, ["chat", "engine-a", "fleet"])
    assert [(problem.where.line, problem.found, problem.action) for problem in found] == [
        (3, 'unknown spec "chta"', "did you mean `chat`?"),
        (4, 'no spec matches "web-*"', "remove it, or name a spec of these"),
    ]
    assert found[0].expected == "one of chat, engine-a, fleet"


def test_times_between_two_evaluations(cases):
    text = """\
name: x
alerts:
  A:
    - {pending: 5m10s..6m, firing: [7m..7m45s, 9m..]}
    - {labels: {a: b}, firing: 10m1s.., within: 1m}
panels: {at: 100s, shows: {a: 1}}
queries: {at: 2m, expr: up, shows: 1}
"""
    (case,) = cases(text)
    found = check_case(case, HALF_MINUTE)
    assert [(p.where.line, p.where.column, p.found, p.action) for p in found] == [
        (4, 17, "no rule is evaluated at 5m10s", "write 5m or 5m30s"),
        (4, 37, "no rule is evaluated at 7m45s", "write 7m30s or 8m"),
        (6, 14, "no rule is evaluated at 1m40s", "write 1m30s or 2m"),
    ]
    assert len(check_case(case, timedelta(seconds=5))) == 0
    (case,) = cases(text + "every: 5s\n")
    assert check_case(case, HALF_MINUTE) == ()


def test_more_evaluations_than_anybody_waits_for(cases):
    (case,) = cases("name: x\nalerts: {}\nlength: 52w\n")
    (problem,) = check_case(case, HALF_MINUTE)
    assert problem.found == "1048320 evaluations, one every 30s for 364d"
    assert check_case(case, timedelta(minutes=5)) == ()
