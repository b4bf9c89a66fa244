"""Numbers as a scenario expects them against numbers as promtool gives them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.testing.judge.values import actual_text, differs, expected_text, legends, lines, number
from dashgen.testing.promtool.play import Sample
from dashgen.testing.scenario.types import Close

ONE = {"a": [1.0]}
TWICE = {"a": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("shows", "seen", "wrong"),
    [
        ("empty", {}, False),
        ("empty", ONE, True),
        ("not empty", ONE, False),
        ("not empty", {}, True),
        ("not empty", TWICE, True),
        (1.0, ONE, False),
        (1.0, {}, True),
        (1.0, {"a": [1.0], "b": [1.0]}, True),
        (1.0, {"a": [1.0000005]}, False),
        (1.0, {"a": [1.00001]}, True),
        (0.0, {"a": [0.0000005]}, False),
        (0.0, {"a": [0.00001]}, True),
        (math.nan, {"a": [math.nan]}, False),
        (1.0, {"a": [math.nan]}, True),
        (math.nan, ONE, True),
        (math.inf, {"a": [math.inf]}, False),
        (math.inf, {"a": [1e300]}, True),
        (-1.0, {"a": [-1.0]}, False),
        ((1.0, 2.0), {"a": [2.0]}, False),
        ((1.0, 2.0), {"a": [2.1]}, True),
        ((1.0, 2.0), {"a": [math.nan]}, True),
        (Close(value=10.0, tolerance=0.1), {"a": [10.9]}, False),
        (Close(value=10.0, tolerance=0.1), {"a": [11.1]}, True),
        ({"a": 1.0}, ONE, False),
        ({"a": 1.0}, {}, True),
        ({"a": 1.0}, TWICE, True),
        ({"a": 1.0}, {"a": [1.0], "b": [2.0]}, True),
        ({"a": 1.0, "b": 2.0}, ONE, True),
        ({"a": 1.0}, {"b": [1.0]}, True),
    ],
)
def test_what_is_shown_is_what_is_expected_or_not(shows, seen, wrong):
    assert differs(shows, seen, 1e-6) is wrong


def test_a_legend_of_two_series_is_one_line_with_two_values():
    samples = [Sample({"model": "m", "pod": "a"}, 1.0), Sample({"model": "m", "pod": "b"}, 2.0)]
    assert lines(samples, "{{model}}  p95") == {"m p95": [1.0, 2.0]}
    assert lines(samples, "{{pod}}") == {"a": [1.0], "b": [2.0]}


def test_both_sides_are_told_in_the_same_words():
    shows = {"a": 1.0, "b": (0.5, 1.0), "c": Close(value=2.0, tolerance=0.01)}
    assert expected_text(shows) == "a: 1\nb: 0.5 to 1\nc: 2 (+- 0.01)"
    assert actual_text({"a": [1.0], "b": [0.25, 3.0]}, shows) == "a: 1\nb: 0.25 and 3"
    assert actual_text({}, shows) == actual_text({}, 1.0) == expected_text("empty") == "nothing"
    assert actual_text({"whatever": [0.1 + 0.2]}, 1.0) == "0.3"


def test_lines_are_compared_one_by_one():
    found = legends({"a": 1.0, "b": 2.0, "gone": 3.0}, {"a": [1.0], "b": [5.0], "new": [7.0]}, 1e-6)
    assert [(each.name, each.expected, each.actual, each.holds) for each in found] == [
        ("a", "1", "1", True),
        ("b", "2", "5", False),
        ("gone", "3", "", False),
        ("new", "", "7", False),
    ]
    assert legends(1.0, {"a": [2.0]}, 1e-6) == ()


@given(st.floats(allow_nan=False, min_value=-1e300, max_value=1e300))
def test_a_number_reads_back_as_about_itself(value):
    assert float(number(value)) == pytest.approx(value, rel=1e-9)
