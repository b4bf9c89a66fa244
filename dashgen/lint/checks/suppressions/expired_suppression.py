"""``expired-suppression``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.suppress.suppression import Suppression


class ExpiredSuppression(Check):
    """The last day of a suppression has passed, so what it hid is shown again.

    Whoever wrote it promised to be done by then: a migration that ends, a version that is rolled out. Either it is done
    and the suppression can go, or the new day is a decision somebody takes again.

    Bad:

        groups:
          - name: queue
            rules:
              # dashgen: ignore missing-severity until 2020-01-31 -- routed by team until the new tree is live
              - alert: LLMRequestsQueued
                expr: vllm:num_requests_waiting > 0

    Good:

        groups:
          - name: queue
            rules:
              - alert: LLMRequestsQueued
                expr: vllm:num_requests_waiting > 0
                labels: {severity: page}
    """

    code = "SUP002"
    name = "expired-suppression"
    severity = Severity.WARNING
    example = "file"

    def suppression(self, suppression: Suppression) -> Iterable[Finding]:
        """Compares its last day with today."""
        if suppression.expired:
            yield self.finding(
                suppression.place,
                suppression.about,
                f"ended on {suppression.until}",
                f"a day from {suppression.today.isoformat()} on, or no suppression",
                "mend what it hid and remove it, or write a new day",
            )
