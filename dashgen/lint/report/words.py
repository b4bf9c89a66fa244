"""Numbers and findings in words, the same in every report."""

from __future__ import annotations

from collections.abc import Mapping

from dashgen.lint.finding import Finding, Severity
from dashgen.lint.result import Report

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def count(number: int, word: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def severities(counts: Mapping[Severity, int]) -> str:
    """``1 error, 2 warnings``; infos have no plural of their own; '' when there is nothing."""
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
    return ", ".join(count(counts[each], words[each]) for each in _ORDER if counts.get(each))


def sentence(finding: Finding) -> str:
    """All a finding says, in one line."""
    action = f"; {finding.action}" if finding.action else ""
    return f"{finding.found}; expected {finding.expected}{action}"


def verdict(report: Report) -> str:
    """What was looked at, how much was found, and what is not shown, in one line."""
    shown = severities({each: report.count(each) for each in Severity})
    new = f" since {report.against}" if report.against else ""
    parts = [shown + (f" new{new}" if new else "") if shown else f"nothing found{f' that is new{new}' if new else ''}"]
    if hidden := severities(report.below):
        parts.append(f"below --min-severity {hidden}")
    if report.suppressed:
        parts.append(f"{report.suppressed} suppressed")
    if report.templates:
        parts.append(
            f"{count(report.templates, 'Helm template')} passed over (helm template CHART | dashgen lint - reads them)"
        )
    looked_at = f"{count(len(report.files), 'file')}, {count(report.expressions, 'expression')}"
    return f"{looked_at}: {'; '.join(parts)}"
