"""What a run found, as data for the reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.positions import Spot, locate


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and where it is; ``number`` counts those that nothing but their place tells apart, from 0."""

    finding: Finding
    spot: Spot
    number: int = 0

    @property
    def fingerprint(self) -> str:
        """The same until the finding changes, wherever its lines move to."""
        found = self.finding
        parts = (found.code, self.spot.file, found.about, found.found, str(self.number))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Report:
    """``findings`` in the order of files, lines, columns, codes. ``below`` counts what ``--min-severity`` hid.

    ``against`` is the revision that findings are new since; '' when all are shown. ``seconds`` is wall time.
    """

    findings: tuple[Located, ...]
    files: tuple[str, ...]
    expressions: int
    checks: tuple[Check, ...]
    fail_on: Severity = Severity.WARNING
    below: Mapping[Severity, int] = field(default_factory=dict)
    failing: int = 0
    """Findings at or above ``fail_on``, hidden ones included."""
    suppressed: int = 0
    templates: int = 0
    """Files of Helm charts that were passed over."""
    empty: tuple[str, ...] = ()
    """Files somebody named in which there is nothing to look at."""
    promtool: str = ""
    """Version of the one that had the last word on syntax; '' for none."""
    against: str = ""
    statistics: bool = False
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0

    def count(self, severity: Severity) -> int:
        """How many findings of a severity are shown."""
        return sum(1 for each in self.findings if each.finding.severity is severity)

    def by_check(self) -> list[tuple[Finding, int]]:
        """A finding of each check and how many there are, those that found most first."""
        counts: dict[str, tuple[Finding, int]] = {}
        for each in self.findings:
            first, number = counts.get(each.finding.code, (each.finding, 0))
            counts[first.code] = (first, number + 1)
        return sorted(counts.values(), key=lambda pair: (-pair[1], pair[0].code))


def located(findings: Iterable[Finding]) -> Iterator[Located]:
    """Findings with their places, in the order of a report."""
    found = [(locate(each.place), each) for each in findings]
    found.sort(key=lambda pair: _order(*pair))
    numbers: dict[Sequence[str], int] = {}
    for spot, each in found:
        key = (each.code, spot.file, each.about, each.found)
        numbers[key] = numbers.get(key, -1) + 1
        yield Located(each, spot, numbers[key])


def _order(spot: Spot, finding: Finding) -> tuple[str, int, int, str, str, str]:
    return spot.file, spot.line, spot.column, finding.code, finding.about, finding.found
