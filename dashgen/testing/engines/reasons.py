"""Known reasons why VictoriaMetrics answers something else than Prometheus, and how far each of them reaches.

A reason excuses only what it can cause: a difference that is larger, or of another kind, has none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from dashgen.model import Alert
from dashgen.testing.clock import Clock
from dashgen.testing.engines.ranges import Ranges
from dashgen.testing.judge.timeline import MILLISECOND
from dashgen.testing.results import Stretch, Timeline, moment
from dashgen.testing.subject import Subject

NAN = "VictoriaMetrics leaves out what is not a number"
HISTOGRAMS = "vmalert-tool plays no native histograms"
ALERTS = "it reads ALERTS, and alerts differ for known reasons"
CLOCK = "the time of day: tests of vmalert-tool begin in 2000 (before 1.148 in 1970), those of promtool in 1970"
EDGES = "a range of {}: MetricsQL does not extrapolate, and takes other samples at its edges"
YOUNG = "a range of {} that is not full yet: MetricsQL divides by the time there is"
SPARSE = "a range of {} with samples {} apart: PromQL needs two in a range, MetricsQL takes the one before it"
SHARE = 0.25
"""How much a number over a range may differ: by one sample of the four that the shortest range in use has."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
Values = Mapping[tuple[tuple[str, str], ...], float]


class Reasons:
    """Reasons for differences in what one spec shows and alerts on."""

    def __init__(self, subject: Subject, clock: Clock) -> None:
        self._ranges, self._clock = Ranges(subject), clock

    def of_values(self, expr: str, at: int, first: Values, second: Values) -> str:
        """Why an expression has other values at a time; both have a value for labels, except the name."""
        numbers = {labels: value for labels, value in first.items() if not math.isnan(value)}
        if numbers.keys() != second.keys():
            return self._anything(expr)
        pairs = [(value, second[labels]) for labels, value in numbers.items()]
        if all(math.isclose(*pair, rel_tol=1e-6) for pair in pairs):
            return NAN
        if all(math.isclose(*pair, rel_tol=SHARE) for pair in pairs) and (reason := self._edges(expr)):
            return reason
        together = self._ranges.together(expr)
        if 0 < at < together and all(_grown(*pair, together / at) for pair in pairs):
            return YOUNG.format(moment(together))
        return self._anything(expr)

    def of_text(self, expr: str, first: str, second: str) -> str:
        """Why a text that shows the value of an expression is another one."""
        if _NUMBER.split(first) != _NUMBER.split(second):
            return self._anything(expr)
        pairs = zip(_NUMBER.findall(first), _NUMBER.findall(second), strict=True)
        near = all(math.isclose(float(one), float(other), rel_tol=SHARE) for one, other in pairs)
        return (self._edges(expr) if near else "") or self._anything(expr)

    def of_timelines(self, alert: Alert, first: Timeline, second: Timeline) -> str:
        """Why an alert is pending or fires at other times: changes are seen earlier or later in a range.

        Where it is not pending for a moment, it fires later by as long as it has to be pending.
        """
        reach = self._ranges.together(alert.expr)
        held = sum((each // MILLISECOND for each in (alert.wait, alert.keep_firing_for) if each), start=0)
        active = [(*(each.pending or ()), *each.firing) for each in (first, second)]
        near = self._apart(*active) <= reach and self._apart(first.firing, second.firing) <= reach + held
        return (self._edges(alert.expr) if near else "") or self._anything(alert.expr)

    def of_refusal(self, series: Iterable[str]) -> str:
        """Why a case cannot be played; ``series`` are the values it plays."""
        return HISTOGRAMS if any("{{" in values for values in series) else ""

    def _anything(self, expr: str) -> str:
        """A reason for which answers cannot be compared at all."""
        if self._ranges.tells_time(expr):
            return CLOCK
        shortest = self._ranges.shortest(expr)
        if 0 < shortest < 2 * self._clock.scrape:
            return SPARSE.format(moment(shortest), moment(self._clock.scrape))
        return ""

    def _edges(self, expr: str) -> str:
        together = self._ranges.together(expr)
        return EDGES.format(moment(together)) if together else ""

    def _apart(self, first: Iterable[Stretch], second: Iterable[Stretch]) -> int:
        """How long one of them alone is in a state at a stretch, at most."""
        one, other = (
            {at for stretch in each for at in range(stretch.first, stretch.last + 1, self._clock.every)}
            for each in (first, second)
        )
        return max(self._run(one - other), self._run(other - one))

    def _run(self, ticks: set[int]) -> int:
        longest = length = 0
        for at in self._clock.ticks():
            length = length + self._clock.every if at in ticks else 0
            longest = max(longest, length)
        return longest


def _grown(first: float, second: float, most: float) -> bool:
    """Whether a number is larger, by as much as a range is longer than the time there is."""
    return first == second or (first != 0 and 1 / (1 + SHARE) <= second / first <= most * (1 + SHARE))
