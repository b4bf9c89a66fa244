"""One file of a run -> its documents, or the finding that it cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashgen.lint.finding import Finding, Severity
from dashgen.lint.project import File
from dashgen.lint.readers.decode import MAX_BYTES, decode, too_large
from dashgen.lint.readers.read import UnreadableError, read
from dashgen.lint.registry import known
from dashgen.lint.subject import Subjects

_OURS = re.compile(r"\bexpr\b|\bpanels\b|PrometheusRule|VMRule|GrafanaDashboard|\btargets\b")
_HELM = re.compile(r"\{\{-?\s*(?:\.|\$|if\b|range\b|with\b|include\b|template\b|define\b|/\*)")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """``template``: it is a template of Helm, which is YAML only when rendered, and was passed over."""

    subjects: tuple[Subjects, ...] = ()
    findings: tuple[Finding, ...] = ()
    template: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it for any check."""
        held = any(
            each.resource or each.dashboards or each.groups or each.tests or each.unreadable for each in self.subjects
        )
        return not (self.findings or self.template or held)


def read_file(file: File) -> ReadFile:
    """What a file holds. One that nobody named and that cannot be read is passed over unless it looks like ours."""
    subjects: list[Subjects] = []
    try:
        if file.size > MAX_BYTES:
            raise too_large(file.name, file.size)
        text = file.content if isinstance(file.content, str) else decode(file.name, file.content)
    except UnreadableError as error:
        return ReadFile((), (unreadable(error),)) if file.named else ReadFile()
    try:
        subjects.extend(read(file.name, text))
    except UnreadableError as error:
        if file.named or (_OURS.search(text) and not _HELM.search(text)):
            return ReadFile(tuple(subjects), (unreadable(error),))
        return ReadFile(template=_HELM.search(text) is not None)
    return ReadFile(tuple(subjects))


def unreadable(error: UnreadableError) -> Finding:
    """The finding that a text cannot be read."""
    check = known("syntax-error")
    about = "the file" if error.place.document.outer is None else "the text inside"
    severity = Severity.INFO if error.notice else Severity.ERROR
    code, name = (check.code, check.name) if check is not None else ("SYN001", "syntax-error")
    return Finding(code, name, severity, error.place, about, str(error), error.expected, error.action)
