"""``rate-on-gauge``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.values import ranged
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Selector

_FOR_COUNTERS = frozenset({"rate", "irate", "increase", "resets"})


class RateOnGauge(Check):
    """A gauge goes up and down, so its rate is no number of anything.

    ``rate``, ``irate`` and ``increase`` take every step down for a restart of the process and add the value after it.
    Of a gauge they return a number that looks plausible and grows with its noise. An XID gauge holds the last error:
    the same error twice leaves it unchanged, so its ``increase`` is 0.

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
            name = given.inner.metric
            entries = world.known(name)
            if entries and not any(each.cumulative for each in entries) and not world.recorded(name):
                exposed = world.exposure(name)
                exporter = (exposed.known if exposed else entries[0]).exporter.title
                yield self.finding(
                    expression.at(call.function),
                    expression.about,
                    f"`{function}` of `{name}`, which is a gauge of {exporter}",
                    "a counter",
                    "read the gauge itself, or `deriv` or `delta` of it for its trend; `changes` counts its steps",
                )
