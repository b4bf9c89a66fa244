"""``exemplar-shadowed``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel, Query

_Read = frozenset[tuple[str, frozenset[tuple[str, str, str]]]]
"""The histograms a query reads, each with its matchers."""


class ExemplarShadowed(Check):
    """Grafana asks for the exemplars of a histogram once in a panel: for the first query that reads it.

    ``exemplar: true`` on a later query of the same histogram is dropped without a word. When the first does not ask
    for them, the panel shows no exemplars at all; when it reads other series, it shows those of others. So the dots
    that would lead from a slow request to its trace are missing.

    Bad:

        panels:
          - title: Time to first token
            type: timeseries
            targets:
              - refId: A
                expr: histogram_quantile(0.5, sum by (le) (rate(llm_ttft_seconds_bucket[$__rate_interval])))
              - refId: B
                expr: histogram_quantile(0.95, sum by (le) (rate(llm_ttft_seconds_bucket[$__rate_interval])))
                exemplar: true

    Good:

        panels:
          - title: Time to first token
            type: timeseries
            targets:
              - refId: A
                expr: histogram_quantile(0.5, sum by (le) (rate(llm_ttft_seconds_bucket[$__rate_interval])))
                exemplar: true
              - refId: B
                expr: histogram_quantile(0.95, sum by (le) (rate(llm_ttft_seconds_bucket[$__rate_interval])))
    """

    code = "DSH019"
    name = "exemplar-shadowed"
    severity = Severity.WARNING
    example = "dashboard"

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at queries that ask for exemplars behind others of the same histogram."""
        if not any(query.data.get("exemplar") is True for query in panel.queries):
            return
        earlier: list[tuple[Query, _Read]] = []
        for query in panel.queries:
            if query.data.get("hide") is True or query.expression is None:
                continue
            reads = _histograms(query)
            if query.data.get("exemplar") is True and query.data.get("instant") is not True:
                names = {name for name, _ in reads}
                before = [each for each in earlier if names & {name for name, _ in each[1]}]
                asked = [each for each in before if each[0].data.get("exemplar") is True]
                if before and (not asked or not any(reads <= each[1] for each in asked)):
                    yield self._finding(query, before[0][0], min(names), asks=bool(asked))
            earlier.append((query, reads))

    def _finding(self, query: Query, first: Query, name: str, *, asks: bool) -> Finding:
        about = query.expression.about if query.expression else query.panel.about
        whose = "shows those of its own series" if asks else "does not ask for any"
        return self.finding(
            query.place.child("exemplar"),
            about,
            f"its exemplars are not asked for: query {first.ref or 1} reads `{name}` before it and {whose}",
            "`exemplar: true` on the first query of a histogram",
            f"put it on query {first.ref or 1}" if not asks else "put the series into a panel of their own",
        )


def _histograms(query: Query) -> _Read:
    if query.expression is None:
        return frozenset()
    return frozenset(
        (each.metric, frozenset((m.label, m.operator.text, m.value.text) for m in each.matchers))
        for each, _ in query.expression.analysis.selectors
        if each.metric.endswith("_bucket")
    )
