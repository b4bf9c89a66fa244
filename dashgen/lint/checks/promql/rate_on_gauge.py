"""``rate-on-gauge``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.values import ranged, value
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Selector

_FOR_COUNTERS = frozenset({"rate", "irate", "increase", "resets"})
_RECORDED = {
    "level": "a recorded level that goes up and down",
    "rate": "a recorded rate already",
    "increase": "a recorded increase already",
    "quantile": "a recorded quantile",
    "ratio": "a recorded ratio",
}


class RateOnGauge(Check):
    """A gauge goes up and down, so its rate is no number of anything.

    ``rate``, ``irate`` and ``increase`` take every step down for a restart of the process and add the value after it.
    Of a gauge they return a number that looks plausible and grows with its noise. An XID gauge holds the last error:
    the same error twice leaves it unchanged, so its ``increase`` is 0.

    The rate of what a rule recorded as a rate, a quantile or a ratio is wrong for the same reason.

    Bad:

        rate(DCGM_FI_DEV_GPU_TEMP[5m])

    Good:

        deriv(DCGM_FI_DEV_GPU_TEMP[5m])
    """

    code = "PQL001"
    name = "rate-on-gauge"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what functions for counters are given."""
        for call, _ in expression.analysis.calls:
            function = call.function.text
            given = ranged(call.arguments[0]) if function in _FOR_COUNTERS and call.arguments else None
            if given is None or not isinstance(given.inner, Selector):
                continue
            what = _what(given.inner, world)
            if what:
                yield self.finding(
                    expression.at(call.function),
                    expression.about,
                    f"`{function}` of `{given.inner.metric}`, which is {what}",
                    "a counter",
                    "read it as it is, or `deriv` or `delta` of it for its trend; `changes` counts its steps",
                )


def _what(selector: Selector, world: World) -> str:
    """What a series is when it is no counter; '' for a counter, and when nothing is known of it."""
    if world.recorded(selector.metric):
        return _RECORDED.get(value(selector, world), "")
    entries = world.known(selector.metric)
    # A histogram without a suffix may be a native one, which has a rate.
    if not entries or any(each.cumulative or each.metric.type == "histogram" for each in entries):
        return ""
    exposed = world.exposure(selector.metric)
    known = exposed.known if exposed else entries[0]
    kind = "the quantiles of a summary" if known.metric.type == "summary" else "a gauge"
    return f"{kind} of {known.exporter.title}"
