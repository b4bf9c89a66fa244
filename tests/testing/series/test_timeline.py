"""Values over time: what promtool reads is what the steps say, however long they are."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.errors import InputError
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import Step
from dashgen.testing.series.timeline import counter, gauge, lay_out
from tests.testing.series.plays import WHERE, clock, look

MINUTES = st.integers(1, 400).map(lambda seconds: f"{seconds}s")
NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)


def steps(*each):
    return [Step.model_validate(fields) for fields in each]


def laid(*each, on=None, starts=None):
    return lay_out(steps(*each), on or clock(), starts, WHERE)


def level(*each, on=None, starts=None):
    return gauge(laid(*each, on=on, starts=starts), lambda value: value, on or clock()).text()


def count(*each, on=None, starts=None):
    stretches = laid(*each, on=on, starts=starts)
    return counter(stretches, [each.step.per_minute or 0 for each in stretches], on or clock()).text()


def expanded(text):
    """Every sample of promtool's notation; None where there is none."""
    found = []
    for piece in text.split():
        repeated = re.fullmatch(r"(_|[^x]+?)x(\d+)", piece)
        head, times = (repeated[1], int(repeated[2])) if repeated else (piece, 0)
        if head == "_":
            found += [None] * (times or 1)
            continue
        if head == "stale":
            found.append("stale")
            continue
        parts = re.fullmatch(r"(-?[\d.]+(?:e[+-]\d+)?|-?Inf|NaN)([+-][\d.]+(?:e[+-]\d+)?)?", head)
        first, slope = float(parts[1].replace("Inf", "inf")), float(parts[2] or 0)
        for _ in range(times + 1):
            found.append(first)
            first += slope
    return found


def test_a_step_lasts_from_its_first_scrape_to_before_the_next_step():
    # Scrapes are 14.85 s apart: five of them in the first minute, the next at 74.25 s.
    assert expanded(level({"constant": 1, "for": "1m"}, {"constant": 2})) == [1] * 5 + [2] * 44


def test_a_counter_is_continuous_in_time_whatever_is_scraped():
    shown = expanded(count({"per_minute": 60, "for": "90s"}, {"per_minute": 600}))
    for number, value in enumerate(shown):
        at = number * 14.85
        assert value == pytest.approx(at if at < 90 else 90 + 10 * (at - 90), rel=1e-12)


def test_a_counter_goes_on_unseen_and_begins_anew_with_its_pod():
    shown = expanded(
        count(
            {"per_minute": 60, "for": "2m"},
            {"gap": "1m"},
            {"per_minute": 60, "for": "1m"},
            {"reset": True},
            {"per_minute": 30},
        )
    )
    assert shown[:9] == pytest.approx([number * 14.85 for number in range(9)])
    assert shown[9:13] == [None] * 4
    assert shown[13] == pytest.approx(13 * 14.85)
    assert shown[17] == pytest.approx((17 * 14.85 - 240) / 2)


def test_a_pod_that_is_down_for_a_while_begins_at_zero_afterwards():
    shown = expanded(count({"per_minute": 60, "for": "1m"}, {"reset": True}, {"gap": "1m"}, {"per_minute": 60}))
    assert shown[5:9] == [None] * 4
    assert shown[9] == pytest.approx(9 * 14.85 - 60)


def test_a_target_that_says_goodbye_shows_nothing_more():
    assert expanded(level({"constant": 1, "for": "1m"}, {"stale": True})) == [1] * 5 + ["stale"]
    again = expanded(level({"constant": 1, "for": "1m"}, {"stale": True, "for": "1m"}, {"constant": 2}))
    assert again[:10] == [1] * 5 + ["stale"] + [None] * 3 + [2]


def test_a_ramp_moves_evenly_from_the_first_value_to_the_last():
    shown = expanded(level({"ramp": [0, 120], "for": "2m"}, {"constant": 7}))
    assert shown[:9] == pytest.approx([number * 14.85 for number in range(9)])
    assert shown[9] == 7


def test_steps_of_one_step_are_equally_long_and_a_pattern_has_a_phase():
    assert expanded(level({"step": [1, 2, 3], "for": "3m"}, {"constant": 9}))[:13] == [1] * 5 + [2] * 4 + [3] * 4
    assert expanded(level({"pattern": [1, 0, 0], "phase": 2}))[:5] == [0, 1, 0, 0, 1]


def test_a_series_that_starts_late_is_not_there_before():
    assert expanded(count({"per_minute": 60}, starts=timedelta(minutes=1)))[:6] == [None] * 5 + [pytest.approx(14.25)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "a series without values"),
        ([{"for": "1m"}], "step 1 says nothing"),
        ([{"constant": 1, "per_minute": 2}], "step 1 is constant and per_minute"),
        ([{"constant": 1}, {"constant": 2}], "step 1 does not say how long it is"),
        ([{"per_minute": 1, "for": "1m"}, {"reset": True}], "step 2 resets, and nothing follows"),
    ],
)
def test_what_cannot_be_laid_out_says_which_step(wrong, message):
    with pytest.raises(InputError, match=message):
        laid(*wrong)


def test_a_week_is_as_short_as_a_minute():
    week = Clock.of(timedelta(seconds=15), timedelta(hours=1), timedelta(weeks=1))
    assert count({"per_minute": 60}, on=week) == "0+14.85x40727"
    assert level({"constant": 1, "for": "1h"}, {"gap": "166h"}, {"constant": 2}, on=week) == "1x242 _x40242 2x242"


def test_a_counter_does_not_drift_in_a_week():
    week = Clock.of(timedelta(seconds=15), timedelta(hours=24), timedelta(weeks=1))
    series = {name: count({"per_minute": rate}, on=week) for name, rate in RATES.items()}
    asked = [(f"{name}", f"rate({name}[5m]) * 60") for name in RATES]
    answers = look(series, *(expr for pair in asked for expr in pair), on=week)
    last = (week.samples() - 1) * week.scrape / 60_000
    for (name, rate), total, pace in zip(RATES.items(), answers[::2], answers[1::2], strict=True):
        assert total[0][1] == pytest.approx(rate * last, rel=1e-11), name
        assert pace[0][1] == pytest.approx(rate, rel=1e-9), name


RATES = {"even": 60, "thirds": 20 / 3, "tenths": 0.1, "many": 1234567.891, "few": 1 / 7}


def test_promtool_reads_the_same_floats():
    values = [0.1, 1 / 3, 1e-5, 5e-324, 1.7976931348623157e308, -2.5, 1e15, 123456789012345680, math.pi * 1e-9, -0.0]
    values += [math.inf, -math.inf, math.nan]
    series = {f"m{n}": level({"constant": value}) for n, value in enumerate(values)}
    answers = [answer[0][1] for answer in look(series, *series)]
    for value, read in zip(values, answers, strict=True):
        assert read == value or (math.isnan(value) and math.isnan(read))


def one_step():
    return st.one_of(
        st.fixed_dictionaries({"constant": NUMBERS, "for": MINUTES}),
        st.fixed_dictionaries({"ramp": st.tuples(NUMBERS, NUMBERS), "for": MINUTES}),
        st.fixed_dictionaries({"step": st.lists(NUMBERS, min_size=1, max_size=4), "for": MINUTES}),
        st.fixed_dictionaries(
            {"pattern": st.lists(NUMBERS, min_size=1, max_size=4), "phase": st.integers(0, 9), "for": MINUTES}
        ),
        st.fixed_dictionaries({"gap": MINUTES}),
        st.fixed_dictionaries({"stale": st.just(True), "for": MINUTES}),
    )


@given(st.lists(one_step(), min_size=1, max_size=6), st.integers(1, 120))
def test_the_notation_has_one_sample_for_each_scrape_of_the_clock(each, scrape):
    on = clock(minutes=15, scrape=scrape)
    shown = expanded(level(*each, on=on))
    assert len(shown) <= on.samples()
    if "constant" in each[0]:
        assert shown[0] == each[0]["constant"]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 400), st.booleans()), min_size=1, max_size=6))
def test_a_counter_never_falls_and_ends_where_its_steps_lead(phases):
    on = clock(minutes=45)
    each, total, at = [], 0.0, 0
    for rate, seconds, seen in phases:
        each.append({"per_minute": rate, "for": f"{seconds}s"})
        each += [] if seen else [{"gap": "30s"}]
        total += rate * (seconds + (0 if seen else 30)) / 60
        at += seconds + (0 if seen else 30)
    shown = [value for value in expanded(count(*each, {"per_minute": 0}, on=on)) if value is not None]
    assert all(later >= earlier - abs(earlier) * 1e-12 for earlier, later in pairwise(shown))
    assert shown[-1] == pytest.approx(total, rel=1e-9, abs=1e-9)
