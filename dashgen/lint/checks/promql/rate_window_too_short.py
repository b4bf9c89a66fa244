"""``rate-window-too-short``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.numbers.histograms import RATES
from dashgen.lint.meaning.numbers.values import ranged
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, text
from dashgen.promql.tokens import seconds

_INTERVAL = frozenset({"$__interval", "${__interval}", "[[__interval]]"})
_SHORT = 30.0
"""Seconds: nobody who says no scrape interval has one that this window holds four of."""
_ENOUGH = 60.0


class RateWindowTooShort(Check):
    """A rate needs two samples in its window, also when one scrape has failed.

    With fewer it returns nothing: the line has holes, and an alert resolves or never fires. Prometheus 3 leaves the
    sample at the window's start out, so a window of one scrape interval is always empty and one of two breaks with
    the first scrape that comes late. Four intervals survive a lost scrape. ``$__interval`` is the width of a pixel
    and falls below the scrape interval when somebody zooms in; ``$__rate_interval`` never does.

    Bad:

        rate(vllm:generation_tokens_total[$__interval])

    Bad:

        rate(vllm:generation_tokens_total[10s])

    Good:

        rate(vllm:generation_tokens_total[$__rate_interval])
    """

    code = "PQL004"
    name = "rate-window-too-short"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the ranges of rates."""
        if world.assume.flavour == "victoriametrics":
            # It takes the last sample before the window too.
            return
        for call, _ in expression.analysis.calls:
            given = ranged(call.arguments[0]) if call.function.text in RATES and call.arguments else None
            if given is None or given.colon:
                continue
            window, function = given.range.text, call.function.text
            if window in _INTERVAL:
                said = None if _has_minimum(expression, world.assume.scrape_interval) else _ZOOMED
            else:
                said = _judge(seconds(window), world.assume.scrape_interval)
            if said is not None:
                yield self.finding(
                    expression.at(given.range),
                    expression.about,
                    f"`{function}` over `{window}`, {said[0]}",
                    said[1],
                    _action(expression, world.assume.scrape_interval),
                    [Edit(expression.at(given.range), "$__rate_interval")] if window in _INTERVAL else (),
                )


_ZOOMED = (
    "the width of a pixel: on a short time range less than a scrape interval",
    "at least four scrapes at any zoom",
)


def _judge(window: float | None, scrape: timedelta | None) -> tuple[str, str] | None:
    """(what is wrong, what is expected) of a window in seconds; None when it is long enough or nobody can tell."""
    if not window:
        return None
    if scrape is None:
        if window < _SHORT:
            return ("shorter than four scrapes of any usual interval", "at least four scrape intervals")
        return None
    every = scrape.total_seconds()
    if window < 2 * every:
        holds = "never two" if window <= every else "not always two"
        return (f"which holds {holds} samples when scrapes are {every:g}s apart: nothing comes out", "four scrapes")
    if window < 4 * every:
        return (f"{window / every:g} scrapes of {every:g}s: nothing comes out while scrapes fail or are late", "four")
    return None


def _has_minimum(expression: Expression, scrape: timedelta | None) -> bool:
    """Whether the query or its panel sets a minimum for ``$__interval`` that is long enough."""
    query = expression.owner
    if not isinstance(query, Query):
        return False
    enough = 4 * scrape.total_seconds() if scrape is not None else _ENOUGH
    minimums = (query.data.get("interval"), query.panel.data.get("interval"))
    return any((seconds(text(each).lstrip(">=")) or 0) >= enough for each in minimums)


def _action(expression: Expression, scrape: timedelta | None) -> str:
    if not expression.in_rule:
        return "write `$__rate_interval`"
    return f"write `[{4 * scrape.total_seconds():g}s]` or more" if scrape is not None else "write `[2m]` or more"
