"""Money over days, weeks and months: known spend sums exactly, with gaps and at every edge of the calendar."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import APP, app
from tests.dashboards.board import look
from tests.dashboards.hybrid import GPT, GPUS, hybrid
from tests.promtool import play
from tests.series import GAP, constant, counter, gap, histogram, merge, selector

DAY, HOUR, WEEK = 24 * 60, 60, 7 * 24 * 60
CLOUD = "gpt.4 (cloud)"
PER_HOUR = 3
OUTAGE = 35 * DAY + 10 * HOUR
"""February 5th, 10:00 UTC: three hours without telemetry in which the money goes on."""


def at(day, hour=0, minute=0):
    """Minutes since 1970 of a day counted from 0."""
    return day * DAY + hour * HOUR + minute


STATS = {
    "spend-today/today": "today",
    "spend-month/month": "month to date",
    "spend-projected/projected": "projected",
    "data-since/since": "data since",
}
FIRST_HOUR = 3600 * 1000
CALENDAR = {
    # moment: today, this month, projected month, first hour in milliseconds
    "in the first hour ever": (at(0, 0, 30), 0, 0, None, None),
    "January 21st, 14:00": (at(20, 14), 42, 20 * 72 + 42, 31 * 72, FIRST_HOUR),
    "January 21st, 14:30": (at(20, 14, 30), 42, 20 * 72 + 42, 31 * 72, FIRST_HOUR),
    "the last half hour of January": (at(30, 23, 30), 69, 30 * 72 + 69, 31 * 72, FIRST_HOUR),
    "half past midnight on February 1st": (at(31, 0, 30), 0, 0, 28 * 72, FIRST_HOUR),
    "the first full hour of February": (at(31, 1), 3, 3, 28 * 72, 2 * FIRST_HOUR),
    "after the outage": (at(35, 23, 30), 69 - 9, 4 * 72 + 69 - 9, 28 * 72 - 9, (at(4, 23, 30) + 30) * 60000),
}
DAILY = {
    "cost-trend/day": (CLOUD, 72),
    "tokens-served/input": (CLOUD + " in", 600 * DAY),
    "tokens-served/output": (CLOUD + " out", 60 * DAY),
}


@pytest.fixture(scope="module")
def months():
    spec = hybrid(models=[GPT], sources=[APP])

    def steady(per_minute):
        before, after = (per_minute, OUTAGE), (per_minute, at(37) - OUTAGE - 3 * HOUR)
        return counter(before, (GAP, 3 * HOUR, per_minute), after, step=300)

    rates = {"llm_cost_usd_total": 0.05, "llm_tokens_input_total": 600, "llm_tokens_output_total": 60}
    series = {app(name, model="gpt.4"): steady(rate) for name, rate in rates.items()}
    return spec, play(spec, series, groups=("cost", "tokens"), until=at(37), every=1800, interval=300)


def test_today_this_month_and_its_end(months):
    spec, played = months
    asked = [(f"cost/{where}", moment[0], {}) for moment in CALENDAR.values() for where in STATS]
    found = iter(look(played, spec, *asked))
    for name, (_, *expected) in CALENDAR.items():
        for where, value in zip(STATS, expected, strict=True):
            lines = {} if value is None else {STATS[where]: value}
            assert next(found) == pytest.approx(lines, rel=1e-9), f"{where}, {name}"


def test_a_bar_is_one_day_of_24_hours_in_every_time_zone(months):
    spec, played = months
    hours = {at(10): 24, at(10, 5, 30): 24, at(10, 18, 30): 24, at(36): 21, at(36, 12): 23}
    found = iter(look(played, spec, *((f"cost/{where}", moment, {}) for where in DAILY for moment in hours)))
    for where, (line, whole) in DAILY.items():
        for moment, counted in hours.items():
            assert next(found) == pytest.approx({line: whole * counted / 24}, rel=1e-9), (where, moment)


def _weekly(name, bounds, then, now):
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt.4", "route": "cloud"}
    first = histogram(name, bounds, (20, 6 * HOUR, {then: 1}), step=60, **own)
    second = histogram(name, bounds, (20, 6 * HOUR, {now: 1}), step=60, **own)
    return {key: line + gap(WEEK - len(line), 60) + second[key] for key, line in first.items()}


def _counted(name, then, now, **labels):
    first, second = (counter((rate, 6 * HOUR), step=60) for rate in (then, now))
    return {app(name, model="gpt.4", **labels): first + gap(WEEK - len(first), 60) + second}


WEEKS = {
    "cost/cost-week-over-week/model_route_now": ({f"{CLOUD} web now": 0.0398}, {f"{CLOUD} web now": 0.0199}),
    "cost/cost-week-over-week/model_route_week_ago": ({f"{CLOUD} web a week ago": 0.0199}, {}),
    "cost/cost-week-over-week/model_route_limit": ({f"{CLOUD} web page above": 0.0398}, {}),
    "cost/cost-week-over-week/service_now": ({"service now": 0.0398}, {"service now": 0.0199}),
    "cost/cost-week-over-week/service_week_ago": ({"service a week ago": 0.0199}, {}),
    "cost/cost-week-over-week/service_limit": ({"service page above": 0.0398}, {}),
    "behavior/output-length/p50": ({CLOUD + " p50": 150}, {CLOUD + " p50": 50}),
    "behavior/output-length/p95": ({CLOUD + " p95": 195}, {CLOUD + " p95": 95}),
    "behavior/output-length/p50_week_ago": ({CLOUD + " p50 a week ago": 50}, {}),
    "behavior/output-length/p95_week_ago": ({CLOUD + " p95 a week ago": 95}, {}),
    "behavior/template-cost-per-request/now": ({"chat": 0.2}, {"chat": 0.1}),
    "behavior/template-cost-per-request/week_ago": ({"chat a week ago": 0.1}, {}),
}


def test_now_against_a_week_ago_and_the_first_week():
    spec = hybrid(models=[GPT], sources=[APP])
    series = merge(
        _weekly("llm_cost_per_request_usd", [0.01, 0.02, 0.04], 0.015, 0.03),
        _weekly("llm_output_tokens_per_request", [100, 200], 50, 150),
        _counted("llm_cost_usd_total", 2, 4, prompt_template="chat"),
        _counted("llm_requests_total", 20, 20, prompt_template="chat", outcome="success"),
    )
    played = play(spec, series, groups=None, until=WEEK + 5 * HOUR, every=1800, interval=60)
    asked = [(where, minute, {}) for where in WEEKS for minute in (WEEK + 3 * HOUR, 3 * HOUR)]
    found = iter(look(played, spec, *asked))
    for where, (now, first_week) in WEEKS.items():
        assert next(found) == pytest.approx(now, rel=1e-6), where
        assert next(found) == pytest.approx(first_week, rel=1e-6), f"{where} in the first week"


AMORTISED = "cost/usd-per-mtok/amortised"


def _local(name):
    serving = {"gpus": 2, "usd_per_gpu_hour": 2.1}
    return {"name": name, "route": "local", "serving": serving, "workload": {"namespace": "llm", "pods": f"{name}-.*"}}


def _pod(name, loading, unseen):
    """A pod with two GPUs that loads for some hours, and whose GPUs go unseen for the last hours."""
    own = {"job": "vllm", "namespace": "llm", "pod": f"{name}-0", "model_name": name}
    late, served = gap(loading * HOUR, 60), (30 - loading) * HOUR
    series = {
        selector("vllm:num_requests_running", **own): late + constant(1, served, 60),
        selector("vllm:num_requests_waiting_by_reason", reason="capacity", **own): late + constant(0, served, 60),
        selector("vllm:prompt_tokens_total", **own): late + counter((9000, served), step=60),
        selector("vllm:generation_tokens_total", **own): late + counter((1000, served), step=60),
    }
    for number in "01":
        labels = {"job": "dcgm", "gpu": number, "UUID": f"GPU-{name}-{number}", "Hostname": name}
        labels |= {"exported_pod": f"{name}-0", "exported_namespace": "llm"}
        held = constant(70000, (30 - unseen) * HOUR, 60)
        series |= {selector(f"DCGM_FI_DEV_FB_{field}", **labels): held for field in ("USED", "FREE")}
    return series


def test_amortised_cost_of_a_day():
    names = ("steady", "loading", "unseen")
    spec = hybrid(
        models=[_local(name) for name in names], sources=[APP, {"kind": "vllm", "selector": {"job": "vllm"}}, GPUS]
    )
    series = merge(_pod("steady", 0, 0), _pod("loading", 18, 0), _pod("unseen", 0, 12))
    groups = ("facts", "capacity", "gpu", "tokens", "gpu-cost")
    played = play(
        spec,
        series,
        groups=groups,
        until=30 * HOUR,
        every=300,
        interval=60,
    )
    steady = 2 * 2.1 * 24 / (10000 * DAY / 1e6)
    lines, chosen = look(played, spec, (AMORTISED, 30 * HOUR, {}), (AMORTISED, 30 * HOUR, {"model": "steady"}))
    assert lines == pytest.approx(
        {
            "steady local amortised": steady,
            "loading local amortised": 2 * steady,  # half of the day was paid for and served nothing
            "unseen local amortised": steady,  # what went unseen is left out on both sides
        },
        rel=0.01,
    )
    assert list(chosen) == ["steady local amortised"]
