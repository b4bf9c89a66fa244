"""Known reasons why VictoriaMetrics answers something else than Prometheus, and how far each of them reaches.

A reason excuses only what it can cause: a difference that is larger, or of another kind, has none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise

from dashgen.promql.reads import selections
from dashgen.promql.tokens import significant
from dashgen.testing.clock import Clock
from dashgen.testing.judge.timeline import MILLISECOND
from dashgen.testing.results import Stretch, Timeline, moment
from dashgen.testing.subject import Subject

NAN = "VictoriaMetrics leaves out what is not a number"
HISTOGRAMS = "vmalert-tool plays no native histograms"
EDGES = "a range of {}: MetricsQL does not extrapolate, and takes other samples at its edges"
CLOCK = "the time of day: tests of vmalert-tool begin in 2000 (before 1.148 in 1970), those of promtool in 1970"
_TELL_TIME = frozenset({"time", "timestamp", "day_of_week", "year"})
"""Functions that return something else in 2000; hours, days and months begin alike."""
SHARE = 0.25
"""How much a number over a range may differ: by one sample of the four that the shortest range in use has."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
Values = Mapping[tuple[tuple[str, str], ...], float]


class Reasons:
    """Reasons for differences in what one spec shows and alerts on."""

    def __init__(self, subject: Subject, clock: Clock) -> None:
        self._subject, self._clock = subject, clock
        self._windows: dict[str, timedelta] = {}

    def of_values(self, expr: str, first: Values, second: Values) -> str:
        """Why an expression has other values; both have a value for labels, except the name."""
        numbers = {labels: value for labels, value in first.items() if not math.isnan(value)}
        if numbers.keys() != second.keys():
            return CLOCK if self._tells_time(expr) else ""
        if all(math.isclose(value, second[labels], rel_tol=1e-6) for labels, value in numbers.items()):
            return NAN
        if self._tells_time(expr):
            return CLOCK
        near = all(math.isclose(value, second[labels], rel_tol=SHARE) for labels, value in numbers.items())
        return self._edges(expr) if near else ""

    def of_text(self, expr: str, first: str, second: str) -> str:
        """Why a text that shows the value of an expression is another one."""
        if self._tells_time(expr):
            return CLOCK
        if _NUMBER.split(first) != _NUMBER.split(second):
            return ""
        pairs = zip(_NUMBER.findall(first), _NUMBER.findall(second), strict=True)
        near = all(math.isclose(float(one), float(other), rel_tol=SHARE) for one, other in pairs)
        return self._edges(expr) if near else ""

    def of_timelines(self, expr: str, first: Timeline, second: Timeline) -> str:
        """Why an alert is pending or fires at other times: changes are seen earlier or later in a range."""
        if self._tells_time(expr):
            return CLOCK
        reach = self._window(expr) // MILLISECOND
        either = [(*(each.pending or ()), *each.firing) for each in (first, second)]
        shifts = (self._shift(first.firing, second.firing), self._shift(*either))
        return self._edges(expr) if reach and max(shifts) <= reach else ""

    def of_refusal(self, series: Iterable[str]) -> str:
        """Why a case cannot be played; ``series`` are the values it plays."""
        return HISTOGRAMS if any("{{" in values for values in series) else ""

    def _shift(self, first: Iterable[Stretch], second: Iterable[Stretch]) -> int:
        """How long the states differ at a stretch, at most."""
        one, other = (
            {at for stretch in each for at in range(stretch.first, stretch.last + 1, self._clock.every)}
            for each in (first, second)
        )
        longest, began = 0, None
        for at in self._clock.ticks():
            if (at in one) == (at in other):
                began = None
            else:
                began = at if began is None else began
                longest = max(longest, at - began + self._clock.every)
        return longest

    def _edges(self, expr: str) -> str:
        window = self._window(expr)
        return EDGES.format(moment(window // MILLISECOND)) if window else ""

    def _tells_time(self, expr: str) -> bool:
        """Whether an expression, or a record it rests on, asks what time it is."""
        rules = (rule for name in self._subject.feeding(expr) for rule in self._subject.records.get(name, ()))
        return any(_TELL_TIME & called(each) for each in (expr, *(rule.expr for rule in rules)))

    def _window(self, expr: str) -> timedelta:
        """How long the ranges are that an expression rests on, through all records; 0 without any."""
        if expr not in self._windows:
            # A record that rests on itself adds nothing to itself.
            self._windows[expr] = timedelta()
            spans = (found.window + self._window_of(found.name) for found in selections(expr))
            self._windows[expr] = max(spans, default=timedelta())
        return self._windows[expr]

    def _window_of(self, name: str) -> timedelta:
        rules = self._subject.records.get(name, ())
        return max((self._window(rule.expr) for rule in rules), default=timedelta())


def called(expr: str) -> frozenset[str]:
    """The functions and operators of an expression that are called."""
    found = significant(expr)
    return frozenset(each.text for each, after in pairwise(found) if each.kind == "name" and after.text == "(")
