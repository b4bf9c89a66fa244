"""``interval-factor``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel, Query, text
from dashgen.promql.nodes import Ranged
from dashgen.promql.tokens import seconds

_DRAWN_OVER_TIME = frozenset({"timeseries", "graph"})
_FEW_POINTS = 100


class IntervalFactor(Check):
    """Points that are further apart than the windows are long leave samples out, and spikes with them.

    ``intervalFactor: 2`` doubles the step of a query but not ``$__rate_interval``, so half of all samples are looked
    at by no point. The same comes of a smallest step that is longer than a fixed window: points every 10m with
    ``[5m]`` see every other five minutes. ``maxDataPoints: 100``, which old generators write, makes a point of a day
    stand for 15 minutes.

    Bad:

        panels:
          - title: Tokens per second
            type: timeseries
            targets:
              - {refId: A, expr: "rate(vllm:generation_tokens_total[$__rate_interval])", intervalFactor: 2}

    Bad:

        panels:
          - title: Tokens per second
            type: timeseries
            interval: 10m
            targets: [{refId: A, expr: "rate(vllm:generation_tokens_total[5m])"}]

    Good:

        panels:
          - title: Tokens per second
            type: timeseries
            targets: [{refId: A, expr: "rate(vllm:generation_tokens_total[$__rate_interval])"}]
    """

    code = "DSH018"
    name = "interval-factor"
    severity = Severity.WARNING
    example = "dashboard"

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at how far the points of a panel are apart."""
        if panel.type not in _DRAWN_OVER_TIME:
            return
        drawn = [query for query in panel.queries if query.expression is not None and _over_time(query)]
        for query in drawn:
            yield from self._factor(query)
            yield from self._step(query)
        points = _number(panel.data.get("maxDataPoints"))
        if drawn and 0 < points <= _FEW_POINTS:
            yield self.finding(
                panel.place.child("maxDataPoints"),
                panel.about,
                f"`maxDataPoints` is {points:g}: over a day each point stands for {86_400 / points / 60:.0f} minutes",
                "no limit, so that there is a point for each pixel or two",
                "take it out",
            )

    def _factor(self, query: Query) -> Iterable[Finding]:
        factor = _number(query.data.get("intervalFactor"))
        if factor > 1 and query.expression is not None:
            place = query.place.child("intervalFactor")
            missed = "leaves the windows as they are" if query.expression.analysis.ranges else "passes over the rest"
            yield self.finding(
                place,
                query.expression.about,
                f"`intervalFactor` {factor:g} puts the points {factor:g} times as far apart and {missed}",
                "1, so that every sample is looked at",
                "set it to 1",
                [Edit(place, "1")],
            )

    def _step(self, query: Query) -> Iterable[Finding]:
        own = text(query.data.get("interval"))
        written = own or text(query.panel.data.get("interval"))
        step = seconds(written.removeprefix(">=").removeprefix(">").strip())
        expression = query.expression
        if not step or expression is None:
            return
        windows = [
            (length, each.range.text)
            for each, above in expression.analysis.ranges
            if not each.colon and not any(isinstance(other, Ranged) for other in above)
            if (length := seconds(each.range.text))
        ]
        shortest, window = min(windows, default=(step, ""))
        if shortest < step:
            yield self.finding(
                (query.place if own else query.panel.place).child("interval"),
                expression.about,
                f"points at least {written} apart and windows of `[{window}]`: "
                f"{1 - shortest / step:.0%} of the samples are never looked at",
                "a window as long as the points are apart",
                "write `[$__rate_interval]`",
            )


def _over_time(query: Query) -> bool:
    return not (query.data.get("instant") is True and query.data.get("range") is not True)


def _number(value: object) -> float:
    """A number, also when it is written as text; 0 for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 9:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e9 < value < 1e9:
        return 0.0
    return float(value)
