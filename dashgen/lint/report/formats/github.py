"""``github``: an annotation of the workflow at each finding, then the verdict.

GitHub shows ten of each kind of a step at the most; the log has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.errors import Location
from dashgen.lint.finding import Severity
from dashgen.lint.report.words import sentence, verdict
from dashgen.lint.result import Located, Report
from dashgen.report.github import annotation
from dashgen.report.line import Line

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The annotations; ``quiet``, those that fail the run."""
    for each in report.findings:
        if not quiet or each.finding.severity >= report.fail_on:
            yield Line(_annotation(each))
    yield Line(verdict(report))


def _annotation(each: Located) -> str:
    found, spot = each.finding, each.spot
    return annotation(
        _LEVELS[found.severity],
        f"{found.about}: {sentence(found)}",
        f"{found.code} {found.name}",
        Location(spot.file, spot.line, spot.column),
        until=(spot.end_line, max(spot.end_column - 1, 1)),
    )
