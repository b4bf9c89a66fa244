"""``function-too-new``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.grammar import grammar
from dashgen.lint.meaning.language import metricsql
from dashgen.lint.meaning.world import World
from dashgen.promql.functions import SYNTAX, Release, Since, aggregations, functions
from dashgen.promql.nodes import Place

_INSTEAD = {
    "holt_winters": "`double_exponential_smoothing`, behind a flag",
    "`@`": "a fixed `offset`",
    "a duration that is calculated": "the duration it comes to",
    "a range or offset in seconds without a unit": "the same with a unit, such as `[300s]`",
    "a duration as a number": "the number of seconds",
    "a quoted name of a series or label": "names of letters, digits and `_`",
    "sort_by_label": "`sort`, or the order of the table",
    "first_over_time": "`min_over_time` where the value only grows",
    "histogram_avg": "`histogram_sum(…) / histogram_count(…)`",
    "limitk": "`topk`",
}


class FunctionTooNew(Check):
    """A function or syntax that the Prometheus at hand does not have yet, not any more, or only behind a flag.

    Prometheus answers with an error and the panel is empty; a rule file with it is refused as a whole. Whoever wrote
    the query had a newer Prometheus. Say which one answers with ``--assume prometheus=2.42``, or in the spec.

    Bad:

        mad_over_time(vllm:num_requests_waiting[1h])

    Good:

        stddev_over_time(vllm:num_requests_waiting[1h])
    """

    code = "SYN002"
    name = "function-too-new"
    severity = Severity.ERROR
    assume = ("prometheus=2.42",)

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks up functions, aggregations and syntax."""
        if world.assume.flavour != "prometheus" or metricsql(expression, world):
            return  # the versions of others, such as Mimir 2.17, say nothing of the PromQL they have
        numbers = world.assume.prometheus.release
        release = (numbers[0], numbers[1])
        for what, since, place in _used(expression):
            judged = _judge(what, since, release)
            if judged:
                severity, found, expected = judged
                instead = _INSTEAD.get(what.strip("`")) or _INSTEAD.get(what)
                action = f"use {instead}" if instead else ""
                finding = self.finding(expression.at(place), expression.about, found, expected, action)
                yield replace(finding, severity=severity)


def _used(expression: Expression) -> Iterator[tuple[str, Since, Place]]:
    for call, _ in expression.analysis.calls:
        function = functions().get(call.function.text)
        if function is not None:
            yield f"`{function.name}`", function.since, call.function
    for aggregate, _ in expression.analysis.aggregates:
        function = aggregations().get(aggregate.function.text.lower())
        if function is not None:
            yield f"`{function.name}`", function.since, aggregate.function
    for piece in grammar(expression.text).pieces:
        yield piece.name, SYNTAX[piece.name], Place(piece.start, piece.end)


def _judge(what: str, since: Since, release: Release) -> tuple[Severity, str, str] | None:
    """How bad, what is found, what is expected."""
    here = f"Prometheus {_text(release)}"
    if release < since.first:
        return Severity.ERROR, f"{what}, which there is since Prometheus {_text(since.first)}", f"what {here} has"
    if since.removed and release >= since.removed:
        return Severity.ERROR, f"{what}, which there was before Prometheus {_text(since.removed)}", f"what {here} has"
    if since.flag and (since.stable is None or release < since.stable):
        said = f"what {here} has without a flag, or its flag `--enable-feature={since.flag}`"
        return Severity.WARNING, f"{what}, which is experimental", said
    return None


def _text(release: Release) -> str:
    return f"{release[0]}.{release[1]}"
