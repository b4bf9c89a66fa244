"""What a known difference of the engines excuses, and that it excuses no more."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from dashgen.model import RecordingRule, RuleGroup
from dashgen.testing.clock import Clock
from dashgen.testing.engines.reasons import CLOCK, EDGES, HISTOGRAMS, NAN, SPARSE, YOUNG, Reasons
from dashgen.testing.results import Stretch, Timeline
from dashgen.testing.subject import Subject
from tests.testing.promtool.plays import alert
from tests.testing.scenes import subject

MINUTE = 60_000
LATER = 120 * MINUTE
RECORDS = (
    RecordingRule("a:rate5m", "rate(a[5m])"),
    RecordingRule("a:max1h", "max_over_time(a:rate5m[1h])"),
    RecordingRule("a:since", "time() - a:rate5m"),
    RecordingRule("a:again", "a:again offset 1m or a"),
)


@pytest.fixture(scope="module")
def reasons():
    made = subject()
    bundle = replace(made.bundle, groups=(RuleGroup("one", RECORDS),))
    clock = Clock.of(timedelta(seconds=15), timedelta(seconds=30), timedelta(hours=1))
    return Reasons(Subject(made.spec, bundle), clock)


def one(value):
    return {(("model", "x"),): value}


@pytest.mark.parametrize(
    ("expr", "window"),
    [
        ("a", ""),
        ("a:again", ""),
        ("rate(a[5m])", "5m"),
        ("a:rate5m * 2", "5m"),
        ("max_over_time(a:rate5m[10m])", "15m"),
        ("a:max1h > 1", "1h5m"),
        ("avg_over_time((a > bool 0)[2m:15s])", "2m"),
        ("rate(a[5m] offset 1w) / a", "5m"),
    ],
)
def test_numbers_over_a_range_may_differ_a_little(reasons, expr, window):
    expected = EDGES.format(window) if window else ""
    assert reasons.of_values(expr, LATER, one(4.0), one(3.2)) == expected
    assert reasons.of_values(expr, LATER, one(4.0), one(2.9)) == ""
    assert reasons.of_values(expr, LATER, one(4.0), {}) == ""
    assert reasons.of_values(expr, LATER, {}, one(4.0)) == ""
    assert reasons.of_values(expr, LATER, one(4.0), {(("model", "y"),): 4.0}) == ""


def test_what_is_not_a_number_is_left_out_and_nothing_else(reasons):
    both = one(math.nan) | {(("model", "y"),): 3.0}
    assert reasons.of_values("a", LATER, both, {(("model", "y"),): 3.0}) == NAN
    assert reasons.of_values("a", LATER, both, {(("model", "y"),): 4.0}) == ""
    assert reasons.of_values("a", LATER, both, {}) == ""
    assert reasons.of_values("a", LATER, {(("model", "y"),): 3.0}, both) == ""


def test_what_asks_for_the_time_is_not_comparable(reasons):
    assert reasons.of_values("a:since", LATER, one(1.0), one(946684801.0)) == CLOCK
    assert reasons.of_values("vector(time()) >= 5", LATER, {}, one(1.0)) == CLOCK
    assert reasons.of_text("a:since", "since 1 s", "since 946684801 s") == CLOCK
    assert reasons.of_values("hour()", LATER, one(1.0), one(2.0)) == ""
    assert reasons.of_values('a{time="()"}', LATER, one(1.0), one(2.0)) == ""


def fires(first, last):
    return Timeline((), (Stretch(round(first * MINUTE), round(last * MINUTE)),))


@pytest.mark.parametrize(
    ("first", "second", "excused"),
    [
        (fires(10, 20), fires(5, 20), True),
        (fires(10, 20), fires(4.5, 20), False),
        (fires(10, 20), fires(10, 25), True),
        (fires(10, 20), fires(10, 25.5), False),
        (fires(10, 20), fires(5, 25), True),
        (fires(10, 14.5), Timeline((), ()), True),
        (fires(10, 15), Timeline((), ()), False),
        (Timeline((), ()), fires(10, 20), False),
        (Timeline((Stretch(0, 10 * MINUTE),)), Timeline(()), False),
        (Timeline((Stretch(0, 9 * MINUTE),), fires(9.5, 20).firing), fires(0, 20), False),
        (Timeline((Stretch(0, 4 * MINUTE),), fires(4.5, 20).firing), fires(0, 20), True),
        (fires(10, 14), fires(15, 19), True),
    ],
)
def test_states_change_at_most_a_range_earlier_or_later(reasons, first, second, excused):
    expected = EDGES.format("5m") if excused else ""
    assert reasons.of_timelines(alert("A", "rate(a[5m]) > 1"), first, second) == expected
    assert reasons.of_timelines(alert("A", "rate(a[5m]) > 1"), second, first) == expected
    assert reasons.of_timelines(alert("A", "a > 1"), first, second) == ""


def test_what_is_not_pending_for_a_moment_fires_later_by_as_long_as_it_has_to_be(reasons):
    steady = Timeline((), (Stretch(0, 60 * MINUTE),))
    broken = Timeline(
        (Stretch(21 * MINUTE, 30 * MINUTE),), (Stretch(0, 18 * MINUTE), Stretch(31 * MINUTE, 60 * MINUTE))
    )
    waits = alert("A", "rate(a[5m]) > 1", wait=timedelta(minutes=10))
    assert reasons.of_timelines(waits, steady, broken) == EDGES.format("5m")
    assert reasons.of_timelines(replace(waits, wait=timedelta(minutes=6)), steady, broken) == ""
    assert reasons.of_timelines(replace(waits, expr="rate(a[2m]) > 1"), steady, broken) == ""


def test_a_range_that_is_not_full_yet_is_divided_by_the_time_there_is(reasons):
    full = YOUNG.format("1h")
    assert reasons.of_values("rate(a[1h])", 30 * MINUTE, one(4.0), one(8.0)) == full
    assert reasons.of_values("rate(a[1h])", 30 * MINUTE, one(4.0), one(11.0)) == ""
    assert reasons.of_values("rate(a[1h])", 30 * MINUTE, one(8.0), one(4.0)) == ""
    assert reasons.of_values("rate(a[1h])", 60 * MINUTE, one(4.0), one(8.0)) == ""


def test_ranges_with_less_than_two_samples_are_not_comparable(reasons):
    scraped = Reasons(subject(), Clock.of(timedelta(minutes=3), timedelta(minutes=3), timedelta(hours=1)))
    expected = SPARSE.format("5m", "2m58s200ms")
    assert scraped.of_values("rate(a[5m])", LATER, {}, one(1.0)) == expected
    assert scraped.of_timelines(alert("A", "rate(a[5m]) > 0"), Timeline((), ()), fires(0, 60)) == expected
    assert scraped.of_values("rate(a[6m])", LATER, {}, one(1.0)) == ""
    assert scraped.of_values("a", LATER, {}, one(1.0)) == ""


def test_texts_may_differ_in_numbers_only(reasons):
    expr = "rate(a[5m])"
    assert reasons.of_text(expr, "88.9% of 2m", "87.5% of 2m") == EDGES.format("5m")
    assert reasons.of_text(expr, "88.9% of 2m", "8.9% of 2m") == ""
    assert reasons.of_text(expr, "88.9% of 2m", "87.5% of 2h") == ""
    assert reasons.of_text("a", "88.9% of 2m", "87.5% of 2m") == ""


def test_native_histograms_are_not_played(reasons):
    assert reasons.of_refusal(["1x9", "{{schema:0 sum:1 count:1 buckets:[1]}}x9"]) == HISTOGRAMS
    assert reasons.of_refusal(["1x9"]) == ""
