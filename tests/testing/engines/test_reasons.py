"""What a known difference of the engines excuses, and that it excuses no more."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from dashgen.model import RecordingRule, RuleGroup
from dashgen.testing.clock import Clock
from dashgen.testing.engines.reasons import CLOCK, EDGES, HISTOGRAMS, NAN, Reasons
from dashgen.testing.results import Stretch, Timeline
from dashgen.testing.subject import Subject
from tests.testing.scenes import subject

MINUTE = 60_000
RECORDS = (
    RecordingRule("a:rate5m", "rate(a[5m])"),
    RecordingRule("a:max1h", "max_over_time(a:rate5m[1h])"),
    RecordingRule("a:since", "time() - a:rate5m"),
    RecordingRule("a:again", "a:again offset 1m or a"),
)


@pytest.fixture(scope="module")
def reasons():
    made = subject()
    from dataclasses import replace

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
    assert reasons.of_values(expr, one(4.0), one(3.2)) == expected
    assert reasons.of_values(expr, one(4.0), one(2.9)) == ""
    assert reasons.of_values(expr, one(4.0), {}) == ""
    assert reasons.of_values(expr, {}, one(4.0)) == ""
    assert reasons.of_values(expr, one(4.0), {(("model", "y"),): 4.0}) == ""


def test_what_is_not_a_number_is_left_out_and_nothing_else(reasons):
    both = one(math.nan) | {(("model", "y"),): 3.0}
    assert reasons.of_values("a", both, {(("model", "y"),): 3.0}) == NAN
    assert reasons.of_values("a", both, {(("model", "y"),): 4.0}) == ""
    assert reasons.of_values("a", both, {}) == ""
    assert reasons.of_values("a", {(("model", "y"),): 3.0}, both) == ""


def test_what_asks_for_the_time_is_not_comparable(reasons):
    assert reasons.of_values("a:since", one(1.0), one(946684801.0)) == CLOCK
    assert reasons.of_values("vector(time()) >= 5", {}, one(1.0)) == CLOCK
    assert reasons.of_text("a:since", "1970", "2000") == CLOCK
    assert reasons.of_values("hour()", one(1.0), one(2.0)) == ""
    assert reasons.of_values('a{time="()"}', one(1.0), one(2.0)) == ""


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
    ],
)
def test_states_change_at_most_a_range_earlier_or_later(reasons, first, second, excused):
    expected = EDGES.format("5m") if excused else ""
    assert reasons.of_timelines("rate(a[5m]) > 1", first, second) == expected
    assert reasons.of_timelines("rate(a[5m]) > 1", second, first) == expected
    assert reasons.of_timelines("a > 1", first, second) == ""


def test_texts_may_differ_in_numbers_only(reasons):
    expr = "rate(a[5m])"
    assert reasons.of_text(expr, "88.9% of 2m", "87.5% of 2m") == EDGES.format("5m")
    assert reasons.of_text(expr, "88.9% of 2m", "8.9% of 2m") == ""
    assert reasons.of_text(expr, "88.9% of 2m", "87.5% of 2h") == ""
    assert reasons.of_text("a", "88.9% of 2m", "87.5% of 2m") == ""


def test_native_histograms_are_not_played(reasons):
    assert reasons.of_refusal(["1x9", "{{schema:0 sum:1 count:1 buckets:[1]}}x9"]) == HISTOGRAMS
    assert reasons.of_refusal(["1x9"]) == ""
