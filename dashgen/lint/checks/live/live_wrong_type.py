"""``live-wrong-type``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.live.live import Live
from dashgen.lint.meaning.numbers.raw import compared, difference, meant
from dashgen.lint.meaning.numbers.values import looks_cumulative, ranged
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query
from dashgen.promql.nodes import Selector

_FOR_COUNTERS = frozenset({"rate", "irate", "increase", "resets"})


class LiveWrongType(Check):
    """The targets say what type a metric is, and the query treats it as another.

    The rate of a gauge takes every step down for a restart and grows with noise; a counter as it is says how long its
    process has run. The catalogue knows the types of the exporters in it; of all others, the applications' own among
    them, only the server knows what their targets say.

    A gauge that is called like a counter is left alone: its rate is right, only its type is wrong.

    Bad:

        rate(app_sessions_open[5m])

    Good:

        deriv(app_sessions_open[5m])
    """

    code = "LIV004"
    name = "live-wrong-type"
    severity = Severity.ERROR
    server = {"app_sessions_open": {"type": "gauge", "series": [{"job": "app"}]}}

    def live(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        """Looks at what functions for counters are given, and at counters that are shown or compared as they are."""
        yield from self._rates(expression, world, live)
        if expression.kind in ("panel", "alert"):
            yield from self._raw(expression, world, live)

    def _rates(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        for call, _ in expression.analysis.calls:
            function = call.function.text
            given = ranged(call.arguments[0]) if function in _FOR_COUNTERS and call.arguments else None
            selector = given.inner if given is not None else None
            if not isinstance(selector, Selector) or _decided(selector.metric, world):
                continue
            if live.type(selector.metric) == "gauge" and not looks_cumulative(selector.metric):
                yield self.finding(
                    expression.at(call.function),
                    expression.about,
                    f"`{function}` of `{selector.metric}`, which is a gauge, as its targets tell the server",
                    "a counter",
                    "read it as it is, or `deriv` or `delta` of it for its trend; `changes` counts its steps",
                )

    def _raw(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        query = expression.owner if isinstance(expression.owner, Query) else None
        for selector, above in expression.analysis.selectors:
            name = selector.metric
            if _decided(name, world) or name.endswith("_created") or meant(selector, above, world):
                continue
            if difference(query) if query is not None else not compared(above):
                continue
            if live.type(name) == "counter":
                asked = "compared with a number" if expression.kind == "alert" else "shown as it is"
                window = "$__rate_interval" if query is not None else "5m"
                found = self.finding(
                    expression.at(selector),
                    expression.about,
                    f"`{name}`, a counter as its targets tell the server, {asked}: everything since its process"
                    " started, 0 again after a restart",
                    "its rate or increase over a window",
                    f"write `rate({name}[{window}])`",
                )
                yield replace(found, severity=Severity.WARNING)


def _decided(name: str, world: World) -> bool:
    """Whether others judge a name: the catalogue, or what records it."""
    return not name or bool(world.known(name) or world.recorded(name) or world.owners(name))
