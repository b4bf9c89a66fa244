"""``fixed-window``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query
from dashgen.promql.nodes import Call, Inner, Node, Offset, Ranged, Selector
from dashgen.promql.tokens import seconds

_RATES = frozenset({"rate", "irate"})
_DRAWN_OVER_TIME = frozenset({"timeseries", "graph", "heatmap"})
_SMOOTHED = 900.0
"""Seconds; whoever writes a longer window wants a smooth line, and says so with it."""
_POINTS = 1000
"""What a panel of usual width asks for at most."""


class FixedWindow(Check):
    """A fixed window leaves samples out as soon as the points of a panel are further apart than it is long.

    Grafana asks for about a thousand points whatever the time range is. Over two weeks they are 20 minutes apart, and
    ``rate(x[5m])`` looks at a quarter of the samples: a spike is there or not by luck. ``$__rate_interval`` is as long
    as the points are apart, and never shorter than four scrapes.

    A ``rate`` of one moment, as in a table, and one of a long window may be meant as they are.

    Bad:

        sum by (model_name) (rate(vllm:generation_tokens_total[5m]))

    Good:

        sum by (model_name) (rate(vllm:generation_tokens_total[$__rate_interval]))

    Good:

        rate(vllm:request_success_total[1h])
    """

    code = "DSH002"
    name = "fixed-window"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the windows of rates that a panel draws over time."""
        if expression.kind != "panel" or not _over_time(expression.owner):
            return
        for call, above in expression.analysis.calls:
            given = _window(call)
            length = seconds(given.range.text) if given is not None else None
            if given is None or length is None or not 0 < length <= _SMOOTHED or _meant(call, above, given, world):
                continue
            window = given.range.text
            yield self.finding(
                expression.at(given.range),
                expression.about,
                f"`{call.function.text}` over a fixed `[{window}]`: on time ranges beyond "
                f"{_span(length * _POINTS)} samples between the points are never looked at",
                "`$__rate_interval`, which is as long as the points are apart",
                f"write `[$__rate_interval]` for `[{window}]`",
            )


def _over_time(owner: object) -> bool:
    if not isinstance(owner, Query) or owner.panel.type not in _DRAWN_OVER_TIME:
        return False
    return not (owner.data.get("instant") is True and owner.data.get("range") is not True)


def _window(call: Call) -> Ranged | None:
    """The range that is an argument of a rate, as it is written: no offset, no subquery."""
    if call.function.text not in _RATES or not call.arguments:
        return None
    given: Node = call.arguments[0]
    return given if isinstance(given, Ranged) and not given.colon else None


def _meant(call: Call, above: Above, given: Ranged, world: World) -> bool:
    """Whether the window belongs to something else than the points: a subquery, an offset, a recorded rate."""
    if any(isinstance(each, (Offset, Ranged)) for each in above):
        return True
    inner: Node = given.inner
    while isinstance(inner, Inner):
        if isinstance(inner, Offset):
            return True
        inner = inner.inner
    name = inner.metric if isinstance(inner, Selector) else ""
    return bool(world.recorded(name)) or (":" in name and not world.known(name) and not world.owners(name))


def _span(length: float) -> str:
    """A length in seconds as days or hours."""
    days = length / 86_400
    return f"{days:.0f} days" if days >= 2 else f"{length / 3600:.0f} hours"
