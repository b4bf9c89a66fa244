"""LLMTimeToFirstTokenHigh: users wait too long before anything appears."""

from __future__ import annotations

import pytest

from dashgen.alerts import missing_alerts
from tests.alerts.deployments import APP, CLAUDE, DCGM, GPT, QWEN, VLLM, engine, spec, ttft
from tests.promtool import play
from tests.series import RESET, histogram

NAME = "LLMTimeToFirstTokenHigh"
P95 = "llm:ttft_client_seconds:p95_5m"
FAST = {300: 1.0}
SLOW = {300: 0.9, 2200: 0.1}


def latency(chosen, *series, until=30):
    return play(chosen, *series, groups=("latency",), until=until)


def test_a_p95_above_two_seconds_for_five_minutes_fires_and_says_so():
    played = latency(spec(), ttft((60, 15, FAST), (60, 15, SLOW)))
    first = played.firing(NAME)[0]
    times = [m / 2 for m in range(30, 61)]
    p95 = played.queries([(P95, m) for m in times])
    assert first.minute == next(m for m, answer in zip(times, p95, strict=True) if answer.value() > 2) + 5
    assert first.labels["severity"] == "page"
    assert (first.labels["model"], first.labels["route"], first.labels["team"]) == ("gpt", "cloud", "assist")
    assert "2.2" in first.annotations["description"] and "gpt (cloud)" in first.annotations["summary"]
    assert first.annotations["dashboard_url"].endswith("&var-model=gpt&var-route=cloud")


@pytest.mark.parametrize("minutes", [0.25, 0.5])
def test_a_hiccup_is_forgiven(minutes):
    played = latency(spec(), ttft((600, 10, FAST), (600, minutes, {5000: 1.0}), (600, 20, FAST)))
    assert not played.minutes(NAME)


@pytest.mark.parametrize("minutes", [1, 2, 3])
def test_slowness_that_is_over_before_five_minutes_does_not_page(minutes):
    played = latency(spec(), ttft((600, 10, FAST), (600, minutes, {5000: 1.0}), (600, 20, FAST)))
    assert not played.minutes(NAME)


@pytest.mark.parametrize(("above", "fires"), [(0.05, False), (0.06, True)])
def test_exactly_two_seconds_is_not_too_slow(above, fires):
    played = latency(spec(), ttft((600, 30, {300: 0.5, 1900: 0.5 - above, 2200: above})))
    p95 = played.query(P95).value()
    assert (p95 == pytest.approx(2.0)) is not fires
    assert bool(played.minutes(NAME)) is fires


@pytest.mark.parametrize(("in_five_minutes", "fires"), [(19, False), (20, True), (21, True)])
def test_a_p95_of_few_requests_is_not_worth_waking_for(in_five_minutes, fires):
    played = latency(spec(), ttft((in_five_minutes / 5, 30, {5000: 1.0})))
    assert bool(played.minutes(NAME)) is fires


def test_requests_that_hang_until_their_timeout_count():
    fast, hung = ttft((60, 30, FAST)), ttft((6, 30, {60000: 1.0}), outcome="error")
    played = latency(spec(), fast, hung)
    assert played.minutes(NAME)
    assert played.query(P95).value() > 30


def test_a_restarting_pod_is_no_latency():
    fast = ttft((60, 10, FAST), RESET, (60, 20, FAST))
    slow_before_and_long_gone = ttft((60, 10, FAST), RESET, (60, 20, FAST), pod="app-1")
    assert not latency(spec(), fast, slow_before_and_long_gone).minutes(NAME)


def test_a_restart_in_the_middle_of_slowness_does_not_hide_it():
    played = latency(spec(), ttft((60, 10, SLOW), RESET, (60, 20, SLOW)))
    assert played.minutes(NAME)[-1] == 30 and len(played.minutes(NAME)) > 45


def test_no_traffic_is_no_latency():
    played = latency(spec(), ttft((0, 30, SLOW)))
    assert played.query(P95).value() != played.query(P95).value()
    assert not played.minutes(NAME)


def test_two_pods_are_one_model_whose_users_are_slow_or_not():
    half_as_bad = latency(spec(), ttft((60, 30, FAST)), ttft((60, 30, SLOW), pod="app-1"))
    assert half_as_bad.query(P95).value() == pytest.approx(0.3)
    assert latency(spec(), ttft((60, 30, FAST)), ttft((60, 30, {3000: 1.0}), pod="app-1")).minutes(NAME)


def test_only_the_slow_model_of_two_pages():
    chosen = spec((GPT, CLAUDE))
    played = latency(chosen, ttft((60, 30, FAST)), ttft((60, 30, SLOW), model="claude"))
    assert played.models(NAME) == {"claude"}


def test_the_same_model_is_judged_on_each_route_by_itself():
    played = latency(spec(), ttft((600, 30, FAST)), ttft((60, 30, SLOW), route="local"))
    assert {f.labels["route"] for f in played.firing(NAME)} == {"local"}


@pytest.mark.parametrize(("profile", "fires"), [("chat", False), ("autocomplete", True), ({"ttft_p95": "700ms"}, True)])
def test_the_profile_sets_the_limit(profile, fires):
    played = latency(spec(profile=profile), ttft((60, 30, {300: 0.5, 740: 0.5})))
    assert bool(played.minutes(NAME)) is fires


@pytest.mark.parametrize(("bound", "fires"), [(500, False), (750, True)])
def test_autocomplete_is_slow_above_half_a_second(bound, fires):
    played = latency(spec(profile="autocomplete"), ttft((60, 30, {bound: 1.0})))
    assert bool(played.minutes(NAME)) is fires


@pytest.mark.parametrize(
    ("variant", "metric"),
    [
        ("with-suffixes", "llm_time_to_first_token_milliseconds"),
        ("js-pull", "llm_time_to_first_token"),
        ("without-suffixes", "llm_time_to_first_token"),
    ],
)
def test_every_way_to_prometheus_is_read(variant, metric):
    played = latency(spec(sources=[APP | {"variant": variant}]), ttft((60, 30, SLOW), metric=metric))
    assert played.minutes(NAME) and played.query(P95).value() == pytest.approx(2.25)


def test_the_engine_answers_where_no_application_reports():
    chosen = spec((QWEN,), (VLLM,))
    own = {"job": "vllm", "namespace": "llm", "pod": "p", "model_name": "qwen", "engine": "0"}
    slow = histogram("vllm:time_to_first_token_seconds", [0.5, 1, 2.5, 5], (60, 30, {0.4: 0.9, 4: 0.1}), **own)
    played = latency(chosen, slow)
    assert played.models(NAME) == {"qwen"}
    assert "the engine sees" in played.firing(NAME)[0].annotations["description"]
    assert engine("x").startswith("x{")


def test_a_quantile_in_the_top_bucket_still_fires():
    played = latency(spec(), ttft((60, 30, {300: 0.9, 500000: 0.1})))
    assert played.query(P95).value() == 120
    assert played.minutes(NAME)


def test_without_a_histogram_the_page_is_named_as_missing():
    assert NAME in {missing.name for missing in missing_alerts(spec((QWEN,), (DCGM,)))}


def engine_ttft(*phases):
    """TTFT of one vLLM pod of qwen in seconds."""
    own = {"job": "vllm", "namespace": "llm", "pod": "vllm-qwen-0", "model_name": "qwen", "engine": "0"}
    return histogram("vllm:time_to_first_token_seconds", [0.5, 1, 2.5, 5], *phases, **own)


def test_the_engine_speaks_for_models_the_application_does_not_report():
    """One application reports its cloud model and streams nothing of the local one: the page is not blind for it."""
    both = spec((GPT, QWEN), (APP, VLLM))
    slow = engine_ttft((60, 31, {4: 1.0}))
    played = latency(both, ttft((60, 31, FAST)), slow)
    assert played.models(NAME) == {"qwen"}
    assert "the engine, where nobody nearer reports" in played.firing(NAME)[0].annotations["description"]
    felt = ttft((60, 31, FAST), model="qwen", route="local")
    assert not latency(both, ttft((60, 31, FAST)), felt, slow).minutes(NAME)


def test_the_engine_does_not_speak_while_the_application_has_no_traffic():
    both = spec((GPT, QWEN), (APP, VLLM))
    idle = ttft((60, 5, FAST), (0, 26, FAST), model="qwen", route="local")
    assert not latency(both, idle, engine_ttft((60, 31, {4: 1.0}))).minutes(NAME)
