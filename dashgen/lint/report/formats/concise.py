"""``concise``: a line for each finding, the place first so that editors can jump there."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.report.statistics import statistics
from dashgen.lint.report.words import STYLES, sentence, verdict
from dashgen.lint.result import Located, Report
from dashgen.report.line import RIGHT, WRONG, Line, one_each


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The lines, then the verdict; ``quiet``, what fails the run and nothing else."""
    return one_each(_lines(report, quiet=quiet))


def _lines(report: Report, *, quiet: bool) -> Iterator[Line]:
    if report.statistics:
        yield from statistics(report)
    else:
        for each in report.findings:
            if not quiet or each.finding.severity >= report.fail_on:
                yield Line(_line(each), STYLES[each.finding.severity])
    if not quiet:
        yield Line(verdict(report), f"bold {WRONG if report.failing else RIGHT}")


def _line(each: Located) -> str:
    found, spot = each.finding, each.spot
    where = f"{spot.file}:{spot.line}:{spot.column}"
    return f"{where}: {found.severity} {found.code} {found.name}: {found.about}: {sentence(found)}"
