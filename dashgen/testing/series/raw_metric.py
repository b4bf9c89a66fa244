"""A part that plays one raw series, named by its selector."""

from __future__ import annotations

from typing import Any

from dashgen.errors import Location
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import SeriesPart
from dashgen.testing.series import timeline
from dashgen.testing.series.fault import fault, shown
from dashgen.testing.series.line import Line
from dashgen.testing.series.notation import notation

_SIGNALS_ONLY = {"model": "model", "source": "source", "vantage": "vantage", "as_": "as", "pods": "pods"}


def metric_lines(part: SeriesPart, clock: Clock, where: Location) -> tuple[Line, ...]:
    """The series of a ``metric`` part.

    Raises:
        InputError: for a selector of more than one series, or of none.
    """
    for field, written in _SIGNALS_ONLY.items():
        if getattr(part, field) is not None:
            raise fault(
                where,
                f"`{written}` beside the metric {shown(part.metric or '')}",
                "a selector that says it all",
                f"write it as a label inside the selector, or play a `signal`; remove `{written}`",
            )
    name, labels = parsed(part.metric or "", where)
    return (Line("", "", name, name, labels | part.labels, _values(part, clock, where)),)


def parsed(selector: str, where: Location) -> tuple[str, dict[str, str]]:
    """(name, labels) of a selector of one series.

    Raises:
        InputError: for anything else.
    """
    import promql_parser

    try:
        node: Any = promql_parser.parse(selector)
        plain = type(node).__name__ == "VectorSelector" and node.offset is None and node.at is None
        matchers = [(m.name, str(m.op), m.value) for m in node.matchers.matchers] if plain else []
    except ValueError as error:
        raise fault(
            where,
            f"{shown(selector)} is no selector: {error}",
            'one series such as up{job="app"}',
            "check braces and quotes",
        ) from error
    plain = plain and all(operator == "MatchOp.Equal" for _, operator, _ in matchers)
    labels = {label: value for label, _, value in matchers if value}
    name = (node.name if plain else "") or labels.pop("__name__", "")
    if not plain or not name or len(labels) < len({label for label, _, value in matchers if value} - {"__name__"}):
        raise fault(
            where,
            f"{shown(selector)} does not name one series",
            'a name and labels with `=` only, such as up{job="app",pod="app-0"}',
            "write every label it has, without regular expressions, offsets and functions",
        )
    return name, labels


def _values(part: SeriesPart, clock: Clock, where: Location) -> str:
    if isinstance(part.values, str):
        return notation(part.values, part.starts, clock, where)
    stretches = timeline.lay_out(part.values, clock, part.starts, where)
    said = {kind for step in part.values for kind in timeline.kinds_of(step)}
    grows = bool(said & set(timeline.COUNTER_KINDS))
    if any(step.observe for step in part.values) or (grows and said & set(timeline.GAUGE_KINDS)):
        raise fault(
            where,
            f"values of {shown(part.metric or '')} that are no one series",
            "either `per_minute`, for a counter, or gauge values; buckets one by one",
            "play the distribution as a `signal`",
        )
    if grows:
        return timeline.counter(stretches, [each.step.per_minute or 0 for each in stretches], clock).text()
    return timeline.gauge(stretches, lambda value: value, clock).text()
