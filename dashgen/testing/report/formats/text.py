"""``text``: failures, differences of the engines, warnings, coverage and the verdict, for people."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.report.line import ASIDE, RIGHT, WARNING, WRONG, Line, indented, one_each
from dashgen.testing.report import coverage, differences, failure
from dashgen.testing.report.summary import summary
from dashgen.testing.results import Run


def lines(run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The report; ``quiet``, failures and the verdict only."""
    return one_each(_lines(run, quiet=quiet))


def _lines(run: Run, *, quiet: bool) -> Iterator[Line]:
    for result in run.results:
        if result.failures:
            yield Line(f"FAIL {result.name}", f"bold {WRONG}")
            for each in result.failures:
                yield from indented(failure.lines(each))
            yield Line()
    if not quiet:
        yield from differences.lines(run)
        for warning in run.warnings:
            yield Line(f"warning: {warning}", WARNING)
        yield from coverage.lines(run.coverage)
        yield Line(f"promtool {run.version} ({run.promtool})", ASIDE)
    yield Line(summary(run), f"bold {WRONG if run.failures else RIGHT}")
