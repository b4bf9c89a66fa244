"""What vmalert-tool's answers do to the verdict on a case: a difference is listed, a contradiction fails."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dashgen.testing.engines.reasons import ALERTS, EDGES, HISTOGRAMS, NAN
from dashgen.testing.engines.verdict import verdict
from dashgen.testing.prepare import Prepared
from dashgen.testing.promtool.ask import ask
from dashgen.testing.promtool.find import find
from dashgen.testing.promtool.play import EvaluationError, RefusedError, Sample
from tests.testing.scenes import prepared

TEXT = """\
name: slow
length: 20m
series:
  - signal: ttft
    values:
      - {for: 5m, per_minute: 60, observe: {0.3: 1}}
      - {per_minute: 60, observe: {0.3: 0.5, 4.5: 0.5}}
  - {metric: 'm{a="1"}', values: "0+15x100"}
alerts:
  LLMTimeToFirstTokenHigh: {firing: 11m.., annotations: {summary: "…"}}
  LLMCostBaselineMissing: {firing: []}
queries:
  - {at: 12m, expr: 'count(ALERTS{alertname="LLMTimeToFirstTokenHigh", alertstate="firing"})', shows: 1}
  - {at: 20m, expr: "rate(m[5m])", shows: 1.0101 +- 1 %}
  - {at: 20m, expr: "vector(0/0)", shows: .nan}
  - {at: 20m, expr: "nothing", shows: empty}
"""
FIRING, RATE, NUMBER, NOTHING = -4, -3, -2, -1


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Prepared:
    (found,) = prepared(tmp_path_factory.mktemp("case"), TEXT)
    return found


@pytest.fixture(scope="module")
def answers(case):
    return ask(find(), case.play)


def answered(answers, number, *samples):
    """The same answers, but for one query."""
    found = list(answers.samples)
    found[number] = samples[0] if samples and isinstance(samples[0], str) else samples
    return replace(answers, samples=tuple(found))


def shifted(answers, by):
    """The same answers, but what alerts do comes so many evaluations later."""
    states = len(answers.samples) - 4
    late = ((),) * by + answers.samples[: states - by]
    return replace(answers, samples=late + answers.samples[states:], firing=((),) * len(answers.firing))


def test_the_case_holds_and_the_same_answers_differ_in_nothing(case, answers):
    result = verdict(case, answers, answers)
    assert (result.failures, result.differences) == ((), ())
    assert any(case.seen(answers))


def test_labels_decide_and_names_and_rounding_do_not(case, answers):
    (sample,) = answers.samples[RATE]
    named = Sample({"__name__": "x"} | sample.labels, sample.value * (1 + 1e-9))
    assert verdict(case, answers, answered(answers, RATE, named)).differences == ()
    (found,) = verdict(case, answers, answered(answers, RATE, Sample({"a": "2"}, sample.value))).differences
    assert found.promtool == f'{{a="1"}}: {sample.value:.10g}\n{{a="2"}}: nothing'
    assert found.vmalert == f'{{a="1"}}: nothing\n{{a="2"}}: {sample.value:.10g}'
    assert (found.reason, found.contradicts) == ("", False)


def test_a_contradiction_that_a_range_explains_is_no_failure(case, answers):
    result = verdict(case, answers, answered(answers, RATE, Sample({"a": "1"}, 0.9)))
    (difference,) = result.differences
    assert (difference.reason, difference.contradicts) == (EDGES.format("5m"), True)
    assert result.failures == ()


def test_one_that_it_does_not_explain_is_a_failure_of_vmalert_alone(case, answers):
    result = verdict(case, answers, answered(answers, RATE, Sample({"a": "1"}, 0.5)))
    (difference,) = result.differences
    assert (difference.reason, difference.contradicts) == ("", True)
    (failure,) = result.failures
    assert failure.subject == "query at 20m, says vmalert-tool"
    assert failure.actual == "0.5" and failure.where.line == 14
    assert [each.series for each in failure.fed] == ['m{a="1"}']


def test_each_query_is_excused_by_its_own_differences_only(case, answers):
    both = answered(answered(answers, RATE, Sample({"a": "1"}, 0.9)), NOTHING, Sample({}, 1))
    result = verdict(case, answers, both)
    assert [(each.reason != "", each.contradicts) for each in result.differences] == [(True, True), (False, True)]
    (failure,) = result.failures
    assert failure.expr == "nothing"


def test_what_is_not_a_number_is_left_out_for_a_known_reason(case, answers):
    result = verdict(case, answers, answered(answers, NUMBER))
    (difference,) = result.differences
    assert (difference.promtool, difference.vmalert, difference.reason) == ("{}: nan", "{}: nothing", NAN)
    assert difference.contradicts and result.failures == ()


def test_an_error_of_one_of_them_is_a_difference_and_of_both_is_none(case, answers):
    broken = answered(answers, NOTHING, "no such function")
    result = verdict(case, answers, broken)
    (difference,) = result.differences
    assert (difference.promtool, difference.vmalert) == ("an answer", "no such function")
    assert difference.contradicts and len(result.failures) == 1
    assert verdict(case, broken, answered(answers, NOTHING, "said otherwise")).differences == ()


def test_what_promtool_contradicts_as_well_is_its_failure_once(case, answers):
    wrong = answered(answers, NOTHING, Sample({}, 1))
    result = verdict(case, wrong, wrong)
    assert [failure.subject for failure in result.failures] == ["query at 20m"]
    assert result.differences == ()


@pytest.mark.parametrize(("evaluations", "excused"), [(1, True), (10, True), (11, False)])
def test_an_alert_may_be_late_by_its_range(case, answers, evaluations, excused):
    result = verdict(case, answers, shifted(answers, evaluations))
    (difference,) = (each for each in result.differences if each.subject.startswith("LLMTimeToFirstTokenHigh{"))
    assert difference.contradicts and bool(difference.reason) == excused
    assert "firing 11m..20m" in difference.promtool
    failed = [each.subject for each in result.failures if each.subject.startswith("LLMTimeToFirstTokenHigh{")]
    assert bool(failed) != excused


@pytest.mark.parametrize(("evaluations", "reason"), [(1, ALERTS), (11, "")])
def test_what_counts_alerts_differs_as_they_do(case, answers, evaluations, reason):
    result = verdict(case, answers, answered(shifted(answers, evaluations), FIRING))
    (difference,) = (each for each in result.differences if each.subject == "query at 12m")
    assert (difference.reason, difference.contradicts) == (reason, True)


def test_texts_of_alerts_that_fire_on_both_are_compared_once(case, answers):
    def told(firing):
        return replace(firing, annotations=firing.annotations | {"summary": "something else"})

    other = replace(answers, firing=tuple(tuple(map(told, each)) for each in answers.firing))
    (difference,) = verdict(case, answers, other).differences
    assert difference.subject.endswith(": annotation summary at 11m")
    assert difference.vmalert == "something else"
    assert (difference.reason, difference.contradicts) == ("", False)


def test_a_case_that_vmalert_cannot_play_has_failed(case, answers):
    refused = RefusedError("the rules", "no such function", "vmalert-tool")
    result = verdict(case, answers, refused)
    (difference,) = result.differences
    assert difference.contradicts and "vmalert-tool refuses the rules" in difference.vmalert
    (failure,) = result.failures
    assert failure.kind == "play" and failure.subject.endswith(", says vmalert-tool")


def test_native_histograms_are_no_failure(tmp_path):
    text = 'name: native\nlength: 1m\nseries: {metric: h, values: "{{schema:0 sum:1 count:1 buckets:[1]}}x9"}\n'
    (case,) = prepared(tmp_path, f"{text}queries: {{at: 1m, expr: h, shows: empty}}\n")
    # promtool 2 reads none either.
    seen = ask(find(), replace(case.play, series={}))
    result = verdict(case, seen, RefusedError("what is played", "no", "vmalert-tool"))
    assert [each.reason for each in result.differences] == [HISTOGRAMS]
    assert not any(failure.kind == "play" for failure in result.failures)


def test_what_promtool_cannot_play_is_not_compared(case, answers):
    result = verdict(case, EvaluationError("r", "0s", "no"), answers)
    assert [failure.kind for failure in result.failures] == ["play"]
    assert result.differences == ()
    assert not math.isnan(result.seconds)
