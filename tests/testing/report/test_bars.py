"""Bars: aligned, in scale, and nothing that differs goes unmarked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.testing.report.bars import WIDTH, bars
from dashgen.testing.results import Stretch, Timeline
from tests.testing.report.sample import BRIEF, LATE, MINUTE

EVERY = MINUTE // 2


def drawn(failure):
    """The ruler, the two bars and the marks, from the first column of the bars on."""
    ruler, expected, actual, marks, _ = (line.text[10:] for line in bars(failure))
    return ruler, expected.partition(" ")[0], actual.partition(" ")[0], marks


def of(expected, actual, until, every=EVERY):
    return replace(LATE, timelines=(expected, actual), until=until, every=every)


@st.composite
def timelines(draw):
    """States that follow each other, as pending and firing stretches over the ticks of a scenario."""
    ticks = draw(st.integers(1, 400))
    states = [draw(st.lists(st.sampled_from(".-#"), min_size=ticks, max_size=ticks)) for _ in range(2)]
    return ticks, states


def timeline(states):
    return Timeline(*(tuple(_stretches(states, state)) for state in "-#"))


def _stretches(states, state):
    start = None
    for number, found in enumerate([*states, ""]):
        if found == state and start is None:
            start = number
        if found != state and start is not None:
            yield Stretch(start * EVERY, (number - 1) * EVERY)
            start = None


@given(timelines())
def test_what_is_drawn_is_what_happened(drawing):
    ticks, (wanted, seen) = drawing
    _, expected, actual, marks = drawn(of(timeline(wanted), timeline(seen), (ticks - 1) * EVERY))
    size = -(-ticks // WIDTH)
    for bar, states in ((expected, wanted), (actual, seen)):
        columns = ["".join(states[at : at + size]) for at in range(0, ticks, size)]
        assert bar == "".join(next(state for state in "#-." if state in column) for column in columns)
    differs = [wanted[at : at + size] != seen[at : at + size] for at in range(0, ticks, size)]
    assert marks == "".join("^" if each else " " for each in differs).rstrip()


@given(timelines())
def test_pending_that_is_not_asked_for_makes_no_difference(drawing):
    ticks, (wanted, seen) = drawing
    open_ = replace(timeline(wanted), pending=None)
    *_, marks = drawn(of(open_, timeline(seen), (ticks - 1) * EVERY))
    size = -(-ticks // WIDTH)
    firing = [[state == "#" for state in states] for states in (wanted, seen)]
    differs = [firing[0][at : at + size] != firing[1][at : at + size] for at in range(0, ticks, size)]
    assert marks == "".join("^" if each else " " for each in differs).rstrip()


UNITS = {"s": 1000, "m": MINUTE, "h": 60 * MINUTE, "d": 1440 * MINUTE, "w": 7 * 1440 * MINUTE}


@pytest.mark.parametrize("every", [1000, 15_000, 30_000, 60_000, 300_000])
@pytest.mark.parametrize("until", [0, 1, 9, 10, 59, 60, 61, 119, 240, 1000, 2880, 20160])
def test_the_ruler_says_the_time_of_the_column_it_stands_above(until, every):
    ruler, expected, *_ = drawn(of(Timeline(), Timeline(()), until * every, every))
    column = -(-(until + 1) // WIDTH) * every
    labels = ruler.split()
    assert labels[0] == "0s"
    assert len(labels) > 1 or len(expected) <= 10
    for label in labels[1:]:
        parts = dict.fromkeys(UNITS, 0)
        number = ""
        for char in label:
            if char.isdigit():
                number += char
            else:
                parts[char] += int(number)
                number = ""
        at = sum(UNITS[unit] * count for unit, count in parts.items())
        assert ruler.index(f" {label}") + 1 == at // column


def test_a_week_fits_and_the_minute_in_it_is_seen():
    _, expected, actual, marks = drawn(BRIEF)
    assert len(expected) == len(actual) <= WIDTH
    assert (actual.count("#"), marks.strip()) == (1, "^")
