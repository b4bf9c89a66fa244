"""``json``: everything a run found, for programs.

``version`` is 1 and changes when a key changes its meaning or goes; keys may be added. Keys::

    version, started, wall_seconds, promtool, against, fail_on,
    summary: {files, expressions, error, warning, info, failing, suppressed, below_min_severity: {severity: number}},
    findings: [{code, name, severity, file, line, column, end_line, end_column, exact, about, found, expected, action,
                source, fixable, fingerprint}],
    statistics: [{code, name, severity, count}]

Lines and columns count from 1, the end is behind the last character. ``exact`` is false where the text is not written
in the file as it is, such as in a compressed dashboard. ``against`` is the revision findings are new since, or ''.
``promtool`` is the version of the one that had the last word on syntax, or ''.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dashgen.lint.finding import Severity
from dashgen.lint.result import Located, Report
from dashgen.report.line import Line

VERSION = 1
_LONGEST = 1000
"""Characters of a source line; a dashboard may be one line of megabytes."""


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The document; ``quiet`` or not, it says everything."""
    document = {
        "version": VERSION,
        "started": report.started.isoformat(timespec="seconds"),
        "wall_seconds": round(report.seconds, 3),
        "promtool": report.promtool,
        "against": report.against,
        "fail_on": str(report.fail_on),
        "summary": {
            "files": len(report.files),
            "expressions": report.expressions,
            **{str(severity): report.count(severity) for severity in reversed(Severity)},
            "failing": report.failing,
            "suppressed": report.suppressed,
            "below_min_severity": {str(each): report.below.get(each, 0) for each in reversed(Severity)},
        },
        "findings": [_finding(each) for each in report.findings],
        "statistics": [
            {"code": check.code, "name": check.name, "severity": str(check.severity), "count": number}
            for check, number in report.by_check()
        ],
    }
    yield from map(Line, json.dumps(document, indent=2).split("\n"))


def _finding(each: Located) -> dict[str, Any]:
    found, spot = each.finding, each.spot
    return {
        "code": found.code,
        "name": found.name,
        "severity": str(found.severity),
        "file": spot.file,
        "line": spot.line,
        "column": spot.column,
        "end_line": spot.end_line,
        "end_column": spot.end_column,
        "exact": spot.exact,
        "about": found.about,
        "found": found.found,
        "expected": found.expected,
        "action": found.action,
        "source": spot.source[:_LONGEST],
        "fixable": bool(found.edits),
        "fingerprint": each.fingerprint,
    }
