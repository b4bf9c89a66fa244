"""LLMCostPerRequestDoubled: prompt regression, runaway agent, accidental model swap.

Data exists only in the hours the rules read: five of last week and five of this one, and nothing between.
Bounds are powers of two, so that twice the cost is twice the quantile to the last bit.
"""

from __future__ import annotations

import pytest

from dashgen.alerts import alerts, missing_alerts
from tests.alerts.deployments import CLAUDE, GPT, app, spec
from tests.promtool import play
from tests.series import counter, gap, histogram, merge

NAME = "LLMCostPerRequestDoubled"
BASELINE = "LLMCostBaselineMissing"
PRICE = "LLMCostRaisedByPriceChange"
SPEND = "LLMSpendRateDoubled"
WEEK = 7 * 24 * 60
HOURS = 5
BOUNDS = [2.0**n for n in range(-10, 5)]
P99 = "llm:cost_per_request_client_usd:p99_1h"
CHEAP, NORMAL, DEAR = {0.003: 1.0}, {0.1: 1.0}, {0.9: 1.0}
BUSY = 1200 / 60


def costs(then, now, bounds=BOUNDS, now_bounds=None, **labels):
    """Cost per request: phases of last week and of this week."""
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud"} | labels
    name = "llm_cost_per_request_usd"
    assert sum(phase[1] for phase in then) <= HOURS * 60
    series = {}
    for part, part_bounds in ((then, bounds), (now, now_bounds or bounds)):
        for key, line in histogram(name, part_bounds, *part, step=60, **own).items():
            before = series.get(key, [])
            lead = [] if part is then else gap(WEEK - len(before), 60)
            series[key] = before + lead + line
    return series


def times(factor):
    """Costs whose p99 is that many times the p99 of NORMAL."""
    wanted = factor * 0.0625 * 1.99
    low = next(bound for bound in BOUNDS if bound < wanted <= 2 * bound)
    inside = (wanted - low) / low
    if abs(inside - 0.99) < 1e-9:
        return {low * 1.5: 1.0}
    above = 0.01 / (1 - inside)
    return {low * 0.75: 1 - above, low * 1.5: above}


def steady(shares, per_minute=BUSY, hours=HOURS):
    return [(per_minute, hours * 60, shares)]


def spend(then, now):
    """USD counter: (per minute last week, per minute this week)."""
    first = counter((then, HOURS * 60), step=60)
    return {app("llm_cost_usd_total"): first + gap(WEEK - len(first), 60) + counter((now, HOURS * 60), step=60)}


def week(*series, chosen=None, every=1800, hours=HOURS):
    return play(
        chosen or spec(alerts={"cost": {"min_requests_p99": 1000}}),
        merge(*series),
        groups=("cost",),
        until=WEEK + hours * 60,
        since=WEEK + 60,
        every=every,
        interval=60,
    )


def levels(played, name=NAME):
    return {f.labels["level"] for f in played.firing(name)}


def hours_in(played, name=NAME):
    return [(m - WEEK) / 60 for m in played.minutes(name)]


def test_a_doubled_p99_pages_at_both_levels():
    played = week(costs(steady(NORMAL), steady(DEAR)))
    assert levels(played) == {"model_route", "service"}
    firing = {f.labels["level"]: f for f in played.firing(NAME)}
    assert firing["model_route"].labels["model"] == "gpt"
    assert firing["model_route"].annotations["summary"].endswith("at the level of gpt")
    assert firing["service"].annotations["summary"].endswith("at the level of the whole service")
    assert "$0.99" in firing["service"].annotations["description"]
    assert not played.minutes(BASELINE)


def test_thirty_minutes_have_to_pass():
    played = week(costs(steady(NORMAL), [(BUSY, 120, NORMAL), (BUSY, 180, DEAR)]), every=600)
    times = [WEEK + m for m in range(60, 301, 10)]
    p99 = played.queries([(f"{P99}{{level='service'}} > 0.25", m) for m in times])
    above = [m for m, answer in zip(times, p99, strict=True) if answer]
    assert played.minutes(NAME)[0] == above[0] + 30


def test_twenty_dear_minutes_page_for_the_hour_they_stay_in_the_window():
    played = week(costs(steady(NORMAL), [(BUSY, 120, NORMAL), (BUSY, 20, DEAR), (BUSY, 160, NORMAL)]), every=600)
    assert min(hours_in(played)) >= 2.5 and max(hours_in(played)) <= 3.5


@pytest.mark.parametrize(("factor", "fires"), [(1.9, False), (2.0, False), (2.1, True)])
def test_up_to_twice_is_tolerated(factor, fires):
    played = week(costs(steady(NORMAL), steady(times(factor))))
    ratio = played.query(f"{P99}{{level='service'}} / ({P99}{{level='service'}} offset 1w)").value()
    assert ratio == pytest.approx(factor)
    assert bool(played.minutes(NAME)) is fires


def test_a_model_swap_is_seen_by_the_service_alone():
    chosen = spec((GPT, CLAUDE))
    cheap = costs(steady(CHEAP, 100), steady(CHEAP, 20))
    dear = costs(steady(DEAR, 0.5), steady(DEAR, 80), model="claude")
    played = week(cheap, dear, chosen=chosen)
    assert levels(played) == {"service"}
    assert "model" not in played.firing(NAME)[0].labels


def test_a_flipped_route_is_seen_by_the_service_alone():
    chosen = spec((GPT | {"route": "local"},))
    local = costs(steady(CHEAP, 100), steady(CHEAP, 1), route="local")
    cloud = costs(steady(DEAR, 0.5), steady(DEAR, 99))
    assert levels(week(local, cloud, chosen=chosen)) == {"service"}


def test_one_model_gets_dearer_and_the_other_does_not():
    chosen = spec((GPT, CLAUDE))
    same = costs(steady(DEAR), steady(DEAR))
    dearer = costs(steady(CHEAP), steady(NORMAL), model="claude")
    played = week(same, dearer, chosen=chosen)
    assert played.models(NAME) == {"claude"}
    assert levels(played) == {"model_route"}


@pytest.mark.parametrize(("per_hour", "fires"), [(150, False), (300, True), (1200, True)])
def test_traffic_decides_between_nothing_p95_and_p99(per_hour, fires):
    assert bool(week(costs(steady(NORMAL, per_hour / 60), steady(DEAR, per_hour / 60))).minutes(NAME)) is fires


@pytest.mark.parametrize(("per_hour", "fires"), [(300, False), (1200, True)])
def test_a_tail_of_three_percent_is_in_p99_and_not_in_p95(per_hour, fires):
    tail = {0.1: 0.97, 0.9: 0.03}
    assert bool(week(costs(steady(NORMAL, per_hour / 60), steady(tail, per_hour / 60))).minutes(NAME)) is fires


def test_traffic_that_was_thin_last_week_has_no_p99_to_compare_with():
    assert not week(costs(steady(NORMAL, 150 / 60), steady(DEAR, 20))).minutes(NAME)


def test_small_change_is_below_the_floor():
    played = week(costs(steady({0.0015: 1.0}), steady({0.007: 1.0})))
    assert played.query(f"{P99}{{level='service'}}").value() < 0.01
    assert not played.minutes(NAME)


def test_without_history_nothing_pages_and_a_ticket_says_so_after_an_hour():
    played = week(fresh())
    assert not played.minutes(NAME)
    assert levels(played, BASELINE) == {"model_route", "service"}
    assert 1 < min(hours_in(played, BASELINE)) <= 2


def fresh(**labels):
    """A service whose first request came this week."""
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud"} | labels
    return histogram("llm_cost_per_request_usd", BOUNDS, *steady(DEAR), step=60, start_after=WEEK, **own)


def test_a_new_model_gets_its_ticket_while_the_service_keeps_its_baseline():
    chosen = spec((GPT, CLAUDE))
    played = week(costs(steady(DEAR), steady(DEAR)), fresh(model="claude"), chosen=chosen)
    assert played.models(BASELINE) == {"claude"}
    assert not played.minutes(NAME)


def test_one_cheap_hour_last_week_does_not_page():
    then = [(BUSY, 120, NORMAL), (BUSY, 60, CHEAP), (BUSY, 120, NORMAL)]
    assert not week(costs(then, steady(NORMAL))).minutes(NAME)


def test_one_dear_hour_last_week_does_not_silence():
    then = [(BUSY, 120, NORMAL), (BUSY, 60, {9.0: 1.0}), (BUSY, 120, NORMAL)]
    assert 3 in {round(h) for h in hours_in(week(costs(then, steady(DEAR)), every=3600))}


def test_a_dear_hour_last_week_does_not_silence_whenever_it_was():
    then = [(BUSY, 135, NORMAL), (BUSY, 60, {9.0: 1.0}), (BUSY, 105, NORMAL)]
    assert 3 in hours_in(week(costs(then, steady(DEAR))))


def test_an_hour_without_traffic_last_week_is_left_out_of_the_median():
    then = [(BUSY, 120, NORMAL), (0, 60, NORMAL), (BUSY, 120, NORMAL)]
    played = week(costs(then, steady(NORMAL)))
    assert not played.minutes(NAME)
    assert not played.minutes(BASELINE)


def test_other_bucket_bounds_can_not_be_compared():
    coarse = [0.125, 1.0, 8.0]
    played = week(costs(steady(NORMAL), steady(DEAR), now_bounds=coarse))
    assert not played.minutes(NAME)
    assert levels(played, BASELINE) == {"model_route", "service"}


def test_a_model_nobody_calls_any_more_is_no_ticket():
    gone = costs(steady(NORMAL), [(0, HOURS * 60, NORMAL)], model="retired", pod="app-1")
    gone = {series: line[: HOURS * 60] for series, line in gone.items()}
    played = week(costs(steady(NORMAL), steady(NORMAL)), gone)
    assert not played.minutes(BASELINE)
    assert not played.minutes(NAME)


def test_ten_times_the_traffic_is_a_matter_of_spend_alone():
    played = week(costs(steady(NORMAL), steady(NORMAL, BUSY * 10)), spend(0.5, 5))
    assert not played.minutes(NAME)
    first = played.firing(SPEND)[0]
    assert first.labels["severity"] == "ticket"
    assert "$300.00 an hour" in first.annotations["description"]


@pytest.mark.parametrize(("then", "now", "fires"), [(0.5, 1, False), (0.5, 1.02, True), (0.001, 0.01, False)])
def test_spend_is_compared_with_last_week_and_a_floor(then, now, fires):
    assert bool(week(spend(then, now)).minutes(SPEND)) is fires


def priced(day="1970-01-07", old=10, new=15):
    prices = [{"input": old, "output": old}, {"from": day, "input": new, "output": new}]
    return spec((GPT | {"prices": prices},))


@pytest.mark.parametrize(
    ("factor", "pages", "ticket"),
    [(1.9, False, False), (2.5, False, True), (2.99, False, True), (3.5, True, False)],
)
def test_a_price_step_moves_the_limit_and_leaves_a_ticket(factor, pages, ticket):
    played = week(costs(steady(NORMAL), steady(times(factor))), chosen=priced())
    assert bool(played.minutes(NAME)) is pages
    assert bool(played.minutes(PRICE)) is ticket


def test_a_price_change_of_last_month_explains_nothing():
    chosen = spec((GPT | {"prices": [{"input": 10, "output": 10}, {"from": "1969-12-25", "input": 15, "output": 15}]},))
    assert week(costs(steady(NORMAL), steady(times(2.5))), chosen=chosen).minutes(NAME)


def test_a_price_step_of_one_model_does_not_excuse_another():
    prices = [{"input": 10, "output": 10}, {"from": "1970-01-07", "input": 15, "output": 15}]
    chosen = spec((GPT | {"prices": prices}, CLAUDE))
    worse = costs(steady(NORMAL), steady(times(2.5)), model="claude")
    played = week(costs(steady(NORMAL), steady(NORMAL)), worse, chosen=chosen)
    assert "claude" in played.models(NAME)


def test_a_week_that_is_not_kept_makes_the_page_impossible_and_build_says_so():
    chosen = spec(prometheus={"retention": "7d"})
    assert NAME not in {alert.name for alert in alerts(chosen)}
    assert {m.name: m.missing.reason for m in missing_alerts(chosen)}[NAME] == "Prometheus keeps 1w"
