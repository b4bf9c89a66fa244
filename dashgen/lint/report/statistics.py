"""How often each check found something, instead of what."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.report.words import STYLES
from dashgen.lint.result import Report
from dashgen.report.line import Line, columns


def statistics(report: Report) -> Iterator[Line]:
    """A line for each check, those that found most first; nothing when none did."""
    counts = report.by_check()
    if not counts:
        return
    rows = [(str(number), check.code, check.name, str(check.severity)) for check, number in counts]
    yield from map(Line, columns(rows, right=(0,)), (STYLES[check.severity] for check, _ in counts))
