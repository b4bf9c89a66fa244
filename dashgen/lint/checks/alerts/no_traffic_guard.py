"""``no-traffic-guard``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import alternatives, comparison, conjunction, wait
from dashgen.lint.meaning.firing.few_events import Share, decides, share_of
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.tokens import seconds

_HANDFUL = 3


class NoTrafficGuard(Check):
    """A ratio or quantile decides alone, so one failed or slow request at night is 100 %.

    With two requests in the window one failure is an error ratio of 50 % and one slow answer is the p95. Whoever is
    woken finds nothing. Ask for a minimum of requests or errors in the same window besides: ``and`` an ``increase`` of
    at least a handful.

    Bad:

        sum by (model) (rate(llm_requests_total{outcome="error"}[5m]))
          / sum by (model) (rate(llm_requests_total[5m])) > 0.05

    Bad:

        histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 2

    Good:

        sum by (model) (rate(llm_requests_total{outcome="error"}[5m]))
          / sum by (model) (rate(llm_requests_total[5m])) > 0.05
        and sum by (model) (increase(llm_requests_total{outcome="error"}[5m])) > 5

    Good:

        histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 2
        and on () sum(increase(vllm:time_to_first_token_seconds_count[5m])) > 20
    """

    code = "ALR004"
    name = "no-traffic-guard"
    severity = Severity.WARNING
    example = "alert"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the conditions of alerts, behind recorded names too."""
        expression = rule.expression
        if rule.kind != "alert" or expression is None or expression.analysis.root is None:
            return
        for branch in alternatives(expression.analysis.root):
            parts = conjunction(branch)
            found = comparison(parts.value)
            if (
                found is None
                or found.operator in ("==", "!=")
                or any(decides(each) for each in (*parts.also, *parts.never))
            ):
                continue
            share = share_of(found.value, world, 0)
            few = _few(share, rule) if share is not None else ""
            if share is None or not few:
                continue
            yield self.finding(
                expression.at(found.value),
                rule.about,
                f"{share.what} decides alone: {few}",
                "a minimum of requests or errors in the same window",
                f"add `and` with {share.floor}",
            )


def _few(share: Share, rule: Rule) -> str:
    """How few are enough; '' when ``for`` asks for more than a few anyway."""
    window, held = seconds(share.window), wait(rule.wait)
    if not window or held is None:
        return share.one
    # Each request is seen a moment less than the window is long.
    enough = int(held / window) + 1
    if enough > _HANDFUL:
        return ""
    if enough == 1:
        return f"one request is enough: {share.one}, and stays in the window of {share.window} longer than `for`"
    return f"{enough} requests are enough, one in each {share.window} of `for: {rule.wait}`: {share.one}"
