"""LLMErrorRateHigh: a model is broken or a provider is degraded."""

from __future__ import annotations

import random

import pytest

from tests.alerts.deployments import APP, CLAUDE, GPT, app, requests, spec
from tests.promtool import play
from tests.series import RESET, constant, counter, events

NAME = "LLMErrorRateHigh"
RATIO = "llm:error_ratio_client:rate10m"
ERRORS = "llm:errors_client:increase10m"


def traffic(*series, until=40, chosen=None):
    return play(chosen or spec(), *series, groups=("traffic",), until=until)


def failing(good, bad, minutes=40, error_class="provider_5xx", **labels):
    """Requests per minute that succeed and fail; both counters exist from the start."""
    return requests(counter((good, minutes)), **labels) | requests(counter((bad, minutes)), error_class, **labels)


def test_two_percent_of_errors_for_ten_minutes_page():
    played = traffic(failing(588, 12))
    first = played.firing(NAME)[0]
    true_since = next(m / 2 for m in range(81) if played.query(f"{RATIO} > 0.01 and {ERRORS} > 4.5", m / 2))
    assert first.minute == true_since + 10
    assert first.labels["severity"] == "page" and first.labels["model"] == "gpt"
    assert first.annotations["description"].startswith("2% of requests to gpt fail")


def test_nine_bad_minutes_do_not_page():
    bad = requests(counter((0, 15), (60, 9), (0, 16)), "provider_5xx")
    assert not traffic(requests(counter((600, 40))), bad).minutes(NAME)


def test_exactly_one_percent_is_tolerated():
    played = traffic(failing(594, 6))
    assert played.query(RATIO).value() == pytest.approx(0.01)
    assert played.query(ERRORS).value() == pytest.approx(60)
    assert not played.minutes(NAME)


@pytest.mark.parametrize("error_class", ["rate_limited", "overloaded", "timeout", "stream_interrupted", "internal"])
def test_every_page_worthy_class_pages(error_class):
    assert traffic(failing(588, 12, error_class=error_class)).minutes(NAME)


@pytest.mark.parametrize("error_class", ["client_invalid", "context_length", "content_filter", "cancelled"])
def test_what_callers_do_wrong_is_shown_and_never_pages(error_class):
    played = traffic(failing(0, 600, error_class=error_class))
    assert played.query(RATIO).value() == 0
    assert not played.minutes(NAME)


def test_classes_add_up():
    one = requests(counter((4, 40)), "timeout")
    assert not traffic(requests(counter((596, 40))), one).minutes(NAME)
    both = one | requests(counter((4, 40)), "overloaded")
    assert traffic(requests(counter((596, 40))), both).minutes(NAME)


def test_the_spec_decides_what_pages():
    chosen = spec(alerts={"errors": {"classes": ["content_filter"], "threshold": 0.2}})
    assert traffic(failing(70, 30, error_class="content_filter"), chosen=chosen).minutes(NAME)
    assert not traffic(failing(70, 30, error_class="timeout"), chosen=chosen).minutes(NAME)


def test_two_stray_errors_at_low_traffic_do_not_page():
    stray = requests(events([12, 14], 40), "timeout")
    played = traffic(requests(counter((1, 40))), stray)
    assert played.query(RATIO, 16).value() > 0.01
    assert not played.minutes(NAME)


@pytest.mark.parametrize(("in_ten_minutes", "fires"), [(4, False), (5, True), (6, True)])
def test_five_errors_in_the_window_are_the_least_that_counts(in_ten_minutes, fires):
    played = traffic(failing(0.5, in_ten_minutes / 10))
    assert played.query(ERRORS).value() == pytest.approx(in_ten_minutes)
    assert bool(played.minutes(NAME)) is fires


def test_a_dead_model_with_two_requests_a_minute_pages():
    played = traffic(failing(0, 1.8))
    assert played.query(RATIO).value() == 1
    assert played.minutes(NAME)[-1] == 40


@pytest.mark.parametrize(
    "arrivals",
    [
        pytest.param([m * 1.9 for m in range(1, 30)], id="every 1.9 minutes"),
        pytest.param([x for m in range(0, 60, 6) for x in (m + 0.25, m + 0.5, m + 2.75, m + 5.5)], id="bunched"),
        pytest.param([x for m in range(0, 60, 4) for x in (m + 0.25, m + 0.3, m + 0.8, m + 1)], id="3 minutes apart"),
    ],
)
def test_a_dead_model_with_irregular_requests_pages(arrivals):
    dead = requests(events([t for t in arrivals if t <= 40], 40), "provider_5xx")
    played = traffic(requests(constant(100, 40)), dead)
    assert len(played.minutes(NAME)) >= 20


def by_chance(seed, per_minute, failing_share):
    """An hour of requests at even distances that fail by chance."""
    dice = random.Random(seed)
    arrivals = [(n / per_minute, dice.random() < failing_share) for n in range(1, 60 * per_minute)]
    worked, failed = ([at for at, fails in arrivals if fails is wanted] for wanted in (False, True))
    return traffic(requests(events(worked, 60)), requests(events(failed, 60), "timeout"), until=60)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("per_minute", "share"), [(2, 0.5), (6, 0.2)])
def test_a_partial_outage_at_low_traffic_pages_within_half_an_hour(seed, per_minute, share):
    assert by_chance(seed, per_minute, share).minutes(NAME)[0] <= 30


@pytest.mark.parametrize(("seed", "per_minute", "share"), [(3, 2, 0.5), (3, 6, 0.2)])
def test_a_partial_outage_pages_within_half_an_hour_with_some_luck_in_it_too(seed, per_minute, share):
    assert by_chance(seed, per_minute, share).minutes(NAME)[0] <= 30


def test_no_error_yet_is_a_ratio_of_zero_not_nothing():
    played = traffic(requests(counter((600, 40))))
    assert played.query(RATIO).value() == 0
    assert played.query("llm:error_ratio_client:rate2m").value() == 0
    assert not played.minutes(NAME)


def test_no_traffic_has_no_ratio_and_does_not_page():
    played = traffic(failing(0, 0))
    assert not played.query(RATIO)
    assert not played.minutes(NAME)


@pytest.mark.parametrize("burst", [1, 2, 3, 4])
def test_a_burst_of_errors_before_silence_does_not_page(burst):
    bad = requests(counter((0, 10), (60, burst), (0, 30 - burst)), "provider_5xx")
    good = requests(counter((60, 10), (0, 30)))
    assert not traffic(good, bad).minutes(NAME)


def test_recovery_ends_the_page_within_the_short_window():
    good = requests(counter((300, 30), (600, 20)))
    bad = requests(counter((300, 30), (0, 20)), "provider_5xx")
    played = traffic(good, bad, until=50)
    assert 30 <= played.minutes(NAME)[-1] <= 32


def test_silence_ends_the_page_within_five_minutes():
    played = traffic(requests(counter((300, 30), (0, 20)), "provider_5xx"), until=50)
    assert 30 <= played.minutes(NAME)[-1] <= 35


def test_only_the_failing_model_of_two_pages():
    chosen = spec((GPT, CLAUDE))
    played = traffic(failing(600, 0), failing(500, 100, model="claude"), chosen=chosen)
    assert played.models(NAME) == {"claude"}


def test_a_fallback_route_that_works_does_not_hide_the_one_that_fails():
    played = traffic(failing(6000, 0), failing(10, 10, route="local"))
    assert {f.labels["route"] for f in played.firing(NAME)} == {"local"}


def test_restarting_pods_are_no_errors():
    good = requests(counter((600, 20), RESET, (600, 20)))
    bad = requests(counter((3, 20), RESET, (3, 20)), "timeout")
    played = traffic(good, bad)
    assert not played.minutes(NAME)
    assert played.query(RATIO, 22).value() == pytest.approx(0.005, rel=0.1)


def test_a_rollout_in_the_middle_of_an_outage_does_not_end_it():
    phases = ((30, 20), RESET, (30, 20))
    played = traffic(requests(counter(*phases)), requests(counter(*phases), "internal"))
    assert played.minutes(NAME)[-1] == 40
    assert len(played.minutes(NAME)) > 50


def test_templates_and_pods_of_a_model_are_counted_together():
    parts = [
        requests(counter((2, 40)), "timeout", prompt_template=name, pod=pod)
        | requests(counter((98, 40)), prompt_template=name, pod=pod)
        for name in ("summary", "other")
        for pod in ("app-0", "app-1")
    ]
    played = traffic(*parts)
    assert played.query(RATIO).value() == pytest.approx(0.02)
    assert len(played.firing(NAME)) == len(played.minutes(NAME)) > 0


def test_other_jobs_are_not_ours():
    assert not traffic(failing(500, 100, job="other")).minutes(NAME)


def test_names_without_suffixes_are_read_too():
    chosen = spec(sources=[APP | {"variant": "without-suffixes"}])
    bad = {app("llm_requests", outcome="error", error_class="timeout"): counter((60, 40))}
    assert traffic(bad, chosen=chosen).minutes(NAME)
