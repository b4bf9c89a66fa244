"""``default-otel-buckets``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, OTEL_DEFAULT, Source, distribution, number, sources
from dashgen.lint.meaning.world import World
from dashgen.promql.histogram import BOUND

_SMALL = frozenset({"usd", "seconds", "ratio"})
"""Units in which nearly every value is below 5."""
_LEFT_ALONE = re.compile(r"(?:gen_ai_usage_cost|opencode_session_cost_total)(?:_USD|_usd)?")
"""Histograms of libraries that name no bounds: OpenLIT, the OpenTelemetry plugin of opencode."""
_IN_SMALL = re.compile(r"(?:^|_)(?:costs?|usd|price|spend|ratio|seconds)(?:_|$)", re.IGNORECASE)
_TELLING = frozenset({0.0, 75.0, 250.0, 750.0, 7500.0})
"""Default bounds that nobody would choose for dollars or seconds."""


class DefaultOtelBuckets(Check):
    """The default bounds of OpenTelemetry are made for milliseconds; in dollars or seconds everything is below 5.

    An SDK whose histogram was given no bounds uses 0, 5, 10, 25 … 10000. Every request under 5 dollars is in the
    first bucket, so the p99 cost reads 4.95 whatever the truth is, the median 2.5, and an alert on a doubled p99 can
    never fire. Sum and count are right; only the quantiles are not.

    Bad:

        histogram_quantile(0.99, sum by (le) (rate(gen_ai_usage_cost_USD_bucket[1h])))

    Good:

        histogram_quantile(0.99, sum by (le) (rate(llm_cost_per_request_usd_bucket[1h])))
    """

    code = "PQL015"
    name = "default-otel-buckets"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at quantiles, and at bounds that selectors name."""
        for call, _ in expression.analysis.calls:
            if call.function.text != "histogram_quantile" or len(call.arguments) != 2:
                continue
            for source in sources(call.arguments[1], world):
                if source.name.endswith(BUCKET) and _default(source, world):
                    q = number(call.arguments[0])
                    reads = f"every p{100 * q:g} below 5 reads {5 * q:g}" if q else "what is below 5 reads as one value"
                    yield self._finding(expression, call.function, source.base, f"a quantile of `{source.base}`", reads)
                    break
        for selector, _ in expression.analysis.selectors:
            bound = selector.where(BOUND)
            if bound is None or not selector.metric.endswith(BUCKET) or bound.operator.text != "=":
                continue
            if _says_default(Source(selector), bound.text, world):
                base = selector.metric.removesuffix(BUCKET)
                what = f"the bound {bound.text} of `{base}`"
                yield self._finding(expression, bound, base, what, "nearly every value is in the first bucket")

    def _finding(self, expression: Expression, node: object, base: str, what: str, reads: str) -> Finding:
        return self.finding(
            expression.at(node),  # type: ignore[arg-type]  # a node, a word or a matcher: all have a place
            expression.about,
            f"{what}, whose bounds are OpenTelemetry's default 0, 5, 10, 25 …: {reads}",
            f"bounds made for what `{base}` measures",
            "give the instrument bounds, with an advisory, a view, or exponential histograms",
        )


def _default(source: Source, world: World) -> bool:
    """Whether a histogram is known to have the default bounds, and a unit they are not made for."""
    known = distribution(source.name, world)
    if known is not None:
        return known.unit in _SMALL and bool(known.layouts) and all(each == OTEL_DEFAULT for each in known.layouts)
    return not world.known(source.name) and bool(_LEFT_ALONE.fullmatch(source.base))


def _says_default(source: Source, text: str, world: World) -> bool:
    """Whether a bound gives away that the histogram has the default ones."""
    try:
        bound = float(text)
    except ValueError:
        return False
    known = distribution(source.name, world)
    if known is not None:
        # Bounds can be configured, so only those that give the default away count.
        return known.unit in _SMALL and bound in _TELLING and bool(known.layouts) and bound not in known.layouts[-1]
    return bound in _TELLING and not world.known(source.name) and _small(source.base)


@lru_cache(maxsize=4096)
def _small(base: str) -> bool:
    return bool(_IN_SMALL.search(base))
