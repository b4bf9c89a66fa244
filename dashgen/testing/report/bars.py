"""An alert's states over a scenario, expected above actual, with a ruler above and marks below where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dashgen.report.line import ASIDE, RIGHT, WRONG, Line
from dashgen.testing.results import Failure, Stretch, Timeline, moment

WIDTH = 60
"""Columns of a bar, at most."""
SILENT, PENDING, FIRING, DIFFERENT = ".-#^"
_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000
_STEPS = (
    *(number * _SECOND for number in (10, 30)),
    *(number * _MINUTE for number in (1, 2, 5, 10, 15, 30)),
    *(number * _HOUR for number in (1, 2, 3, 6, 12)),
    *(number * _DAY for number in (1, 2, 7, 30)),
)


def bars(failure: Failure) -> Iterator[Line]:
    """The bars of a failure that has timelines; one column is one evaluation, or several where time is long."""
    if failure.timelines is None:
        return
    expected, actual = failure.timelines
    evaluations = failure.until // failure.every + 1
    column = -(-evaluations // WIDTH) * failure.every
    width = failure.until // column + 1
    yield Line(f"          {_ruler(width, column)}".rstrip(), ASIDE)
    yield Line(f"expected  {_bar(expected, width, column)}  {failure.expected}", RIGHT)
    yield Line(f"actual    {_bar(actual, width, column)}  {failure.actual}", WRONG)
    marks = _fill([SILENT] * width, _different(expected, actual, failure.every), column, DIFFERENT)
    yield Line(f"          {''.join(marks).replace(SILENT, ' ')}".rstrip(), WRONG)
    pending = "; pending is not asked for" if expected.pending is None else ""
    states = f"{SILENT} silent  {PENDING} pending  {FIRING} firing"
    yield Line(f"          {states}  {DIFFERENT} differs; a column is {moment(column)}{pending}", ASIDE)


def _ruler(width: int, column: int) -> str:
    """Times written from the column they belong to, as close as they can be read."""
    until = (width - 1) * column
    room = {step: max(len(moment(at)) for at in range(0, until + 1, step)) + 2 for step in _STEPS if step >= column}
    step = next((step for step, needed in room.items() if step // column >= needed), until + 1)
    text = ""
    for at in range(0, until + 1, step):
        text = text.ljust(at // column) + moment(at)
    return text


def _bar(timeline: Timeline, width: int, column: int) -> str:
    cells = _fill([SILENT] * width, timeline.pending or (), column, PENDING)
    return "".join(_fill(cells, timeline.firing, column, FIRING))


def _fill(cells: list[str], stretches: Sequence[Stretch], column: int, mark: str) -> list[str]:
    for stretch in stretches:
        first, last = stretch.first // column, min(stretch.last // column, len(cells) - 1)
        cells[first : last + 1] = mark * (last + 1 - first)
    return cells


def _different(expected: Timeline, actual: Timeline, every: int) -> list[Stretch]:
    """Evaluations at which the two are not in the same state, as far as the expectation says anything."""
    asked = expected.pending is not None
    sides = (expected, actual) if asked else (Timeline((), expected.firing), Timeline((), actual.firing))
    edges = sorted({edge for side in sides for each in _stretches(side) for edge in (each.first, each.last + every)})
    return [
        Stretch(start, end - every)
        for start, end in pairwise(edges)
        if _state(sides[0], start) != _state(sides[1], start)
    ]


def _stretches(timeline: Timeline) -> tuple[Stretch, ...]:
    return (*(timeline.pending or ()), *timeline.firing)


def _state(timeline: Timeline, at: int) -> str:
    for state, found in ((FIRING, timeline.firing), (PENDING, timeline.pending or ())):
        if any(stretch.first <= at <= stretch.last for stretch in found):
            return state
    return SILENT
