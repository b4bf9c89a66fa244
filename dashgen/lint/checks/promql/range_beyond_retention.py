"""``range-beyond-retention``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import At, Offset, Ranged, Word
from dashgen.promql.tokens import seconds


class RangeBeyondRetention(Check):
    """An expression looks back further than Prometheus keeps samples.

    What is older than the retention is gone: an `offset` beyond it returns nothing, a range beyond it is an average of
    less time than it says, and a month's spend is the spend of the days that are left.

    Bad:

        sum(increase(litellm_spend_metric_total[30d]))

    Good:

        sum(increase(litellm_spend_metric_total[14d]))
    """

    code = "PQL032"
    name = "range-beyond-retention"
    severity = Severity.WARNING
    assume = ("retention=15d",)

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Adds up the ranges and offsets around every selector."""
        kept = world.assume.retention
        if kept is None or not (expression.analysis.ranges or expression.analysis.offsets):
            return
        seen: set[int] = set()
        for _, above in expression.analysis.selectors:
            back, furthest = _back(above, expression.text)
            if furthest is None or back <= kept.total_seconds() or furthest.start in seen:
                continue
            seen.add(furthest.start)
            yield self.finding(
                expression.at(furthest),
                expression.about,
                f"this reads {_days(back)} back, and samples are kept for {_days(kept.total_seconds())}",
                f"at most {_days(kept.total_seconds())}, range and offset together",
                "look back less far, record what is needed in a rule, or keep samples longer",
            )


def _back(above: Above, text: str) -> tuple[float, Word | None]:
    """(seconds, the longest part of them); 0 and None when a variable or a fixed time is among them."""
    total, longest, furthest = 0.0, 0.0, None
    for node in above:
        if isinstance(node, At):
            return 0.0, None
        word = node.range if isinstance(node, Ranged) else node.duration if isinstance(node, Offset) else None
        if word is None:
            continue
        length = seconds(word.text)
        if length is None:
            return 0.0, None
        if isinstance(node, Offset) and text[: word.start].rstrip().endswith("-"):
            length = -length
        total += length
        if length > longest:
            longest, furthest = length, word
    return total, furthest


def _days(length: float) -> str:
    if length < timedelta(days=1).total_seconds():
        return f"{length / 3600:g} hours"
    return f"{length / 86_400:g} days"
