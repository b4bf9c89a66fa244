"""``github``: an annotation of the workflow at each failure and each warning, then the verdict.

GitHub shows ten errors of a step at the most; the log has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.report.github import annotation
from dashgen.report.line import Line, plain
from dashgen.testing.report import differences, failure
from dashgen.testing.report.summary import summary
from dashgen.testing.results import Run


def lines(run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The annotations; ``quiet``, without warnings."""
    for result in run.results:
        for each in result.failures:
            title = f"{result.name}: {each.subject}"
            yield Line(annotation("error", plain(failure.lines(each)), title, each.where))
    for warning in () if quiet else run.warnings:
        yield Line(annotation("warning", warning, "dashgen test"))
    if run.vmalert is not None and not quiet:
        yield Line(annotation("notice", differences.counts(run), "dashgen test"))
    yield Line(summary(run))
