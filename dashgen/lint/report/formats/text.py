"""``text``: a block for each finding, for people: what is wrong, where, what belongs there, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.report.fold import fold, others
from dashgen.lint.report.snippet import snippet
from dashgen.lint.report.statistics import statistics
from dashgen.lint.report.words import STYLES, verdict
from dashgen.lint.result import Located, Report
from dashgen.report.line import ASIDE, RIGHT, WRONG, Line, one_each


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The blocks in the order of files and lines, then the verdict; ``quiet``, what fails the run and nothing else."""
    return one_each(_lines(report, quiet=quiet))


def _lines(report: Report, *, quiet: bool) -> Iterator[Line]:
    if report.statistics:
        yield from statistics(report)
    else:
        for group in fold(report.findings):
            if not quiet or group[0].finding.severity >= report.fail_on:
                yield from _block(group)
                yield Line()
    if report.failing or not quiet:
        yield Line(verdict(report), f"bold {WRONG if report.failing else RIGHT}")


def _block(group: list[Located]) -> Iterator[Line]:
    found, spot = group[0].finding, group[0].spot
    style = STYLES[found.severity]
    yield Line(f"{found.severity}[{found.code}] {found.name}: {found.found}", f"bold {style}")
    yield Line(f"  --> {spot.file}:{spot.line}:{spot.column}, {found.about}", ASIDE)
    yield from snippet(group[0], style)
    yield Line(f"  expected: {found.expected}")
    if found.action:
        yield Line(f"  do this:  {found.action}{' [fixable]' if found.edits else ''}")
    if more := others(group):
        yield Line(f"  {more}", ASIDE)
