"""``counter-without-rate``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, sources
from dashgen.lint.meaning.numbers.raw import compared, difference, meant
from dashgen.lint.meaning.numbers.values import value
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query
from dashgen.promql.nodes import Selector

_PROCESSES = frozenset({"client", "gateway", "engine"})


class CounterWithoutRate(Check):
    """A counter as it is says how long its process has run, not how busy it is.

    Its value is everything since the process started: it climbs while nothing is wrong and falls to 0 with every
    restart, each pod at another time. A line that goes up reads as growing load; a sum over pods drops by the share
    of the pod that was replaced. An alert that compares it with a number fires for ever once it has been reached, and
    a restart of the process resolves it.

    Whether it exists (``> 0``, ``absent``, ``count``) and how far it came (``x - x offset 1d``) are fair questions.
    Hardware counters of GPUs and of Kubernetes, which outlive their exporter, are left alone.

    Bad:

        sum by (model_name) (vllm:generation_tokens_total)

    Good:

        sum by (model_name) (rate(vllm:generation_tokens_total[$__rate_interval]))

    Good:

        sum by (model_name) (increase(vllm:generation_tokens_total[$__range]))
    """

    code = "PQL002"
    name = "counter-without-rate"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at counters that reach the screen or a comparison as they are."""
        if expression.kind not in ("panel", "alert"):
            return
        for selector, above in expression.analysis.selectors:
            name = selector.metric
            if name.endswith(BUCKET) or not _total(selector, world) or meant(selector, above, world):
                continue
            query = expression.owner if isinstance(expression.owner, Query) else None
            if difference(query) if query is not None else not compared(above):
                continue
            asked = "compared with a number" if expression.kind == "alert" else "shown as it is"
            window = "$__rate_interval" if query is not None else "5m"
            total = f"; `increase({name}[$__range])` for the total of the time shown" if query is not None else ""
            yield self.finding(
                expression.at(selector),
                expression.about,
                f"the counter `{name}` {asked}: everything since its process started, 0 again after a restart",
                "its rate or increase over a window",
                f"write `rate({name}[{window}])`{total}",
            )


def _total(selector: Selector, world: World) -> bool:
    """Whether a series is known to be the running total of a process."""
    if world.recorded(selector.metric) and value(selector, world) != "total":
        return False
    behind = [world.known(each.name) for each in sources(selector, world)]
    return bool(behind) and all(
        entries and all(each.cumulative and each.exporter.vantage in _PROCESSES for each in entries)
        for entries in behind
    )
