"""``unexplained-suppression``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.registry import checks
from dashgen.lint.suppress.suppression import LEAST_WORDS, Suppression


class UnexplainedSuppression(Check):
    """A suppression says which check it hides, and why, in at least four words.

    Without a reason nobody dares to remove it, and nobody can tell whether it still holds. One that names no check
    would hide mistakes nobody thought of; one whose check or day cannot be read hides nothing at all.

    Bad:

        groups:
          - name: queue
            rules:
              # dashgen: ignore missing-severity -- false positive
              - alert: LLMRequestsQueued
                expr: vllm:num_requests_waiting > 0

    Good:

        groups:
          - name: queue
            rules:
              # dashgen: ignore missing-severity until 2099-12-31 -- routed by the label team alone
              - alert: LLMRequestsQueued
                expr: vllm:num_requests_waiting > 0
    """

    code = "SUP003"
    name = "unexplained-suppression"
    severity = Severity.WARNING
    example = "file"

    def suppression(self, suppression: Suppression) -> Iterable[Finding]:
        """Looks at what it names, its day and its reason."""
        for found, expected, action in _unclear(suppression):
            yield self.finding(suppression.place, suppression.about, found, expected, action)


def _unclear(suppression: Suppression) -> Iterator[tuple[str, str, str]]:
    if not suppression.checks:
        yield "names no check", "the name or code of each check it hides", "write for example `ignore rate-on-gauge`"
    for name in suppression.unknown:
        close = difflib.get_close_matches(name.lower(), [check.name for check in checks()], n=1)
        action = f"did you mean `{close[0]}`?" if close else "`dashgen rules` lists them"
        yield f"names `{name}`, which is no check", "the name or code of a check", action
    if suppression.until and suppression.day is None:
        yield f"ends at `{suppression.until}`, which is no day", "a day such as 2027-01-31", "write year-month-day"
    words = suppression.reason.split()
    if len(words) < LEAST_WORDS:
        found = f"the reason `{suppression.reason}` is too short" if words else "gives no reason"
        yield found, f"a reason of at least {LEAST_WORDS} words", "say why the finding is no mistake here"
