"""``gitlab``: a Code Quality report, for the artifact ``reports: codequality``.

The fingerprint of a finding stays while its lines move, so that a merge request shows what it brings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from dashgen.lint.finding import Severity
from dashgen.lint.report.words import sentence
from dashgen.lint.result import Report
from dashgen.report.line import Line

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The document; ``quiet`` or not, it says everything."""
    document = [
        {
            "description": f"{each.finding.about}: {sentence(each.finding)}",
            "check_name": each.finding.name,
            "fingerprint": each.fingerprint,
            "severity": _SEVERITIES[each.finding.severity],
            "location": {"path": each.spot.file, "lines": {"begin": each.spot.line, "end": each.spot.end_line}},
        }
        for each in report.findings
    ]
    yield from map(Line, json.dumps(document, indent=2).split("\n"))
