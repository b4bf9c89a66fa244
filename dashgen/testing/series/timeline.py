"""A series over time, in runs: a week of nothing costs as little as a minute of it.

Time is continuous: a counter grows between two scrapes as well, and each sample is what it shows when it is scraped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby, pairwise
from math import isfinite, isnan

from dashgen.errors import Location
from dashgen.promql.selector import number
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import Step
from dashgen.testing.series.fault import fault

GAUGE_KINDS = ("constant", "ramp", "step", "pattern")
COUNTER_KINDS = ("per_minute",)
SILENT_KINDS = ("gap", "stale", "reset")
"""What is not shown, whatever the series is."""
_MINUTE = 60_000
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """``count`` samples: ``first``, then ``slope`` more with each; not scraped when ``first`` is None."""

    count: int
    first: float | None = None
    slope: float = 0.0
    stale: bool = False

    def text(self) -> str:
        """The run in promtool's notation."""
        if self.stale:
            return " ".join(["stale"] * self.count)
        if self.first is None:
            return "_" if self.count == 1 else f"_x{self.count}"
        shown = _number(self.first)
        if self.count == 1:
            return shown
        if not isfinite(self.first):
            # promtool repeats finite numbers only.
            return " ".join([shown] * self.count)
        if self.slope == 0:
            return f"{shown}x{self.count - 1}"
        sign = "+" if self.slope > 0 else "-"
        return f"{shown}{sign}{_number(abs(self.slope))}x{self.count - 1}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """All samples of one series, from the first scrape on."""

    runs: tuple[Run, ...]

    def text(self) -> str:
        """The samples in promtool's notation; floats are read back as the same floats."""
        return " ".join(run.text() for run in _joined(self.runs))


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step laid out: from ``begin`` to before ``end`` in milliseconds, which are samples ``first`` to ``last``.

    ``last`` is the one after the stretch.
    """

    step: Step
    begin: int
    end: int
    first: int
    last: int


def kinds_of(step: Step) -> tuple[str, ...]:
    """What a step says: the kinds it names."""
    named = [kind for kind in (*GAUGE_KINDS, *COUNTER_KINDS, "gap") if getattr(step, kind) is not None]
    return (*named, *(kind for kind in ("stale", "reset") if getattr(step, kind)))


def lay_out(steps: Sequence[Step], clock: Clock, starts: timedelta | None, where: Location) -> tuple[Stretch, ...]:
    """The steps one after the other, the last up to the end of the clock.

    Raises:
        InputError: for a step of no kind or of several, and one in the middle that does not say how long it is.
    """
    if not steps:
        raise fault(where, "a series without values", "at least one step", "write steps such as `- {constant: 1}`")
    begin = _milliseconds(starts) if starts else 0
    stretches = []
    for place, step in enumerate(steps, 1):
        last = place == len(steps)
        length = _length(step, place, last, clock, where)
        end = clock.until + 1 if length is None else begin + length
        stretches.append(Stretch(step, begin, end, _sample(begin, clock), _sample(end, clock)))
        begin = max(begin, end)
    final = stretches[-1]
    return (*stretches[:-1], replace(final, last=max(final.last, clock.samples())))


def _length(step: Step, place: int, last: bool, clock: Clock, where: Location) -> int | None:
    """How long a step is, in milliseconds; None up to the end."""
    kinds = kinds_of(step)
    if len(kinds) != 1:
        found = f"step {place} is {' and '.join(kinds)}" if kinds else f"step {place} says nothing"
        every = ", ".join((*GAUGE_KINDS, *COUNTER_KINDS, *SILENT_KINDS))
        raise fault(where, found, f"exactly one of {every}", "make two steps of it" if kinds else "say what it shows")
    if step.gap is not None:
        return _milliseconds(step.gap)
    if step.for_ is not None:
        return _milliseconds(step.for_)
    if step.reset and last:
        raise fault(where, f"step {place} resets, and nothing follows", "a step after it", "add `- {per_minute: 60}`")
    if step.reset:
        return 0
    if last:
        return None
    if step.stale:
        return clock.scrape
    raise fault(where, f"step {place} does not say how long it is", "`for` on every step but the last", "add `for: 5m`")


def gauge(stretches: Sequence[Stretch], convert: Callable[[float], float], clock: Clock) -> Timeline:
    """A gauge, each value of the steps converted."""
    return Timeline(tuple(_runs((stretch, tuple(_gauge(stretch, convert, clock))) for stretch in stretches)))


def _gauge(stretch: Stretch, convert: Callable[[float], float], clock: Clock) -> Iterator[Run]:
    step, count = stretch.step, stretch.last - stretch.first
    end = min(stretch.end, clock.until + 1)
    if step.constant is not None:
        yield Run(count, convert(step.constant))
    elif step.ramp is not None:
        start, goal = map(convert, step.ramp)
        slope = (goal - start) / max(end - stretch.begin, 1)
        yield Run(count, start + slope * (stretch.first * clock.scrape - stretch.begin), slope * clock.scrape)
    elif step.step is not None:
        length, parts = end - stretch.begin, len(step.step)
        edges = (*(_sample(stretch.begin + length * n // parts, clock) for n in range(parts)), stretch.last)
        for value, (first, after) in zip(step.step, pairwise(edges), strict=True):
            yield Run(after - first, convert(value))
    elif step.pattern is not None:
        values = [convert(value) for value in step.pattern]
        for value, same in groupby(values[(n + step.phase) % len(values)] for n in range(count)):
            yield Run(sum(1 for _ in same), value)


def counter(stretches: Sequence[Stretch], paces: Sequence[float], clock: Clock) -> Timeline:
    """A counter from 0 on, with how much it grows per minute in each stretch that says so.

    It goes on unseen through gaps, at the pace it had.
    """
    total, pace = 0.0, 0.0
    shown: list[tuple[Stretch, tuple[Run, ...]]] = []
    for stretch, said in zip(stretches, paces, strict=True):
        if stretch.step.reset:
            total = 0.0
        if stretch.step.per_minute is not None:
            pace = said
        first = total + pace * (stretch.first * clock.scrape - stretch.begin) / _MINUTE
        shown.append((stretch, (Run(stretch.last - stretch.first, first, pace * clock.scrape / _MINUTE),)))
        if not stretch.step.stale:
            total += pace * (stretch.end - stretch.begin) / _MINUTE
    return Timeline(tuple(_runs(shown)))


def _runs(shown: Iterable[tuple[Stretch, tuple[Run, ...]]]) -> Iterator[Run]:
    """What is scraped of each stretch, what a target says on leaving, and nothing in between."""
    position = 0
    for stretch, runs in shown:
        yield Run(stretch.first - position)
        count = stretch.last - stretch.first
        if stretch.step.stale:
            yield Run(min(count, 1), stale=True)
            yield Run(count - min(count, 1))
        elif stretch.step.gap is not None:
            yield Run(count)
        elif count:
            yield from runs
        position = stretch.last


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    """The runs without empty ones, silence in one piece and none at the end."""
    silent = 0
    for run in runs:
        if run.first is None and not run.stale:
            silent += run.count
        elif run.count:
            if silent:
                yield Run(silent)
            silent = 0
            yield run


def _sample(at: int, clock: Clock) -> int:
    """The first sample at or after a time; the one after the last when there is none."""
    return min(-(-at // clock.scrape), clock.samples())


def _milliseconds(value: timedelta) -> int:
    return round(value / _MILLISECOND)


def _number(value: float) -> str:
    """A number that promtool reads as the same float."""
    if isnan(value):
        return "NaN"
    if not isfinite(value):
        return "Inf" if value > 0 else "-Inf"
    return number(value)
