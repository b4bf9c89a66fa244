"""``unused-suppression``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.suppress.suppression import Suppression


class UnusedSuppression(Check):
    """A suppression that hides nothing hides the next mistake.

    The expression it was written for has been mended, or its check has become sharper. What is left waits for a defect
    of the same kind, which nobody will then be told.

    Bad:

        groups:
          - name: queue
            rules:
              # dashgen: ignore missing-severity -- routed by the label team alone
              - alert: LLMRequestsQueued
                expr: vllm:num_requests_waiting > 0
                labels: {severity: page}

    Good:

        groups:
          - name: queue
            rules:
              # dashgen: ignore missing-severity -- routed by the label team alone
              - alert: LLMRequestsQueued
                expr: vllm:num_requests_waiting > 0
                labels: {team: serving}
    """

    code = "SUP001"
    name = "unused-suppression"
    severity = Severity.WARNING
    example = "file"

    def suppression(self, suppression: Suppression) -> Iterable[Finding]:
        """Looks at how many findings it hides; silent when its checks did not run."""
        if suppression.holds and suppression.judged and not suppression.hidden:
            names = ", ".join(f"`{name}`" for name in sorted(suppression.names))
            yield self.finding(
                suppression.place,
                suppression.about,
                f"hides no finding of {names}",
                "a finding that it hides",
                "remove it",
            )
