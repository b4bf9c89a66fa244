"""What the checks of names have in common: each reports verdicts of its own kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.faults import faults
from dashgen.lint.meaning.names.verdict import Kind
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects


class NameCheck(Check):
    """A check that reports the names of one kind of verdict; what only part of the versions lacks is a warning."""

    kind: ClassVar[Kind]

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at the names of all series a document reads."""
        for fault in faults(subjects, world):
            found = fault.verdict
            if found.kind == self.kind:
                about = fault.expression.about
                place = fault.expression.at(fault.word)
                finding = self.finding(place, about, found.found, found.expected, found.action, fault.edits)
                yield replace(finding, severity=Severity.WARNING) if found.sometimes else finding
