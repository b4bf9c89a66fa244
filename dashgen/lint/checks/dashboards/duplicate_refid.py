"""``duplicate-refid``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel


class DuplicateRefid(Check):
    """Answers go by refId: of two queries with the same one, an answer is lost or shown as the other's.

    Grafana puts the answers of a panel into a map by refId, and expressions, overrides and transformations name them
    by it. A query that was copied with its refId shows nothing, or another line than its legend says.

    Bad:

        panels:
          - title: Requests
            type: timeseries
            targets:
              - {refId: A, expr: "vllm:num_requests_running"}
              - {refId: A, expr: "vllm:num_requests_waiting"}

    Good:

        panels:
          - title: Requests
            type: timeseries
            targets:
              - {refId: A, expr: "vllm:num_requests_running"}
              - {refId: B, expr: "vllm:num_requests_waiting"}
    """

    code = "DSH011"
    name = "duplicate-refid"
    severity = Severity.ERROR
    example = "dashboard"

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at the queries that are not hidden."""
        seen: set[str] = set()
        for query in panel.queries:
            if not query.ref or query.data.get("hide") is True:
                continue
            if query.ref in seen:
                yield self.finding(
                    query.place.child("refId"),
                    panel.about,
                    f"two of its queries have the refId `{query.ref}`",
                    "one of its own for each, as answers are kept by it",
                    f"name one of them `{_free(panel)}`",
                )
            seen.add(query.ref)


def _free(panel: Panel) -> str:
    used = {query.ref for query in panel.queries}
    return next((letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in used), "A2")
