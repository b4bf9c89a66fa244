"""Projects -> a report: read, look, take out what is suppressed and what is not new."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.live.live import Live
from dashgen.lint.project import File, Project
from dashgen.lint.read_file import read_file
from dashgen.lint.result import Report, located
from dashgen.lint.run import lint
from dashgen.lint.suppress.apply import apply, said_of
from dashgen.lint.suppress.comments import comments
from dashgen.lint.suppress.settings import Settings
from dashgen.lint.suppress.suppression import Suppression

if TYPE_CHECKING:
    from dashgen.lint.promtool import Promtool

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judge:
    """How to look. ``before`` is what the files of a project were at the revision ``against``; None to show all.

    ``whole``: everything of the repository is looked at, so that a setting which hides nothing is of no use.
    """

    checks: tuple[Check, ...]
    settings: Settings
    today: date
    min_severity: Severity = Severity.INFO
    fail_on: Severity = Severity.WARNING
    against: str = ""
    before: Mapping[int, Sequence[File]] = field(default_factory=dict)
    whole: bool = False
    promtool: Promtool | None = None
    """Has the last word on syntax."""
    unreadable: bool = True
    """Whether files that cannot be read are told, even when nobody selected it."""
    statistics: bool = False
    live: Live | None = None
    """The server that is asked."""

    def report(self, projects: Sequence[Project]) -> Report:
        """What is found in the projects; one after the other, so that only one is in memory."""
        began, started = time.monotonic(), datetime.now(UTC)
        files = [file.name for project in projects for file in project.files]
        # What a suppression hid at the revision is no use of it now, so that each side counts for itself.
        of_settings, once = (self.settings.suppressions(self.today, files, whole=self.whole) for _ in range(2))
        found: list[Finding] = []
        hidden, expressions, templates = 0, 0, 0
        empty: list[str] = []
        for number, project in enumerate(projects):
            looked = self._look(project, project.files, of_settings)
            hidden, expressions = hidden + looked.hidden, expressions + looked.expressions
            templates += looked.templates
            empty += [] if project.name else looked.empty
            before = self._look(project, self.before.get(number, ()), once).findings if self.against else []
            found += new(looked.findings, before)
        found += new(said_of(of_settings, self.checks), said_of(once, self.checks) if self.against else [])
        shown = [each for each in found if each.severity >= self.min_severity]
        return Report(
            tuple(located(shown)),
            tuple(dict.fromkeys(files)),
            expressions,
            self.checks,
            fail_on=self.fail_on,
            below=Counter(each.severity for each in found if each.severity < self.min_severity),
            failing=sum(1 for each in found if each.severity >= self.fail_on),
            suppressed=hidden,
            templates=templates,
            empty=tuple(empty),
            promtool=self.promtool.version if self.promtool else "",
            against=self.against,
            statistics=self.statistics,
            started=started,
            seconds=time.monotonic() - began,
        )

    def shown(self, project: Project, files: Iterable[File]) -> list[Finding]:
        """What is found in files of a project and neither suppressed nor too mild to be shown."""
        files = list(files)
        names = [file.name for file in files]
        found = self._look(project, files, self.settings.suppressions(self.today, names, whole=False)).findings
        return [each for each in found if each.severity >= self.min_severity]

    def _look(self, project: Project, files: Sequence[File], of_settings: Sequence[Suppression]) -> _Looked:
        read = [read_file(file) for file in files]
        subjects = [each for one in read for each in one.subjects]
        found = lint(subjects, self.checks, project.assume, self.live)
        if self.promtool is not None:
            from dashgen.lint.promtool import last_word

            found = last_word(found, subjects, project.assume, self.promtool)
        if self.unreadable:
            found += [finding for one in read for finding in one.findings]
        own = [*comments(subjects, self.today), *project.suppressions(self.today)]
        left = apply(found, [*own, *of_settings])
        expressions = sum(1 for each in subjects for _ in each.expressions)
        templates = sum(1 for one in read if one.template)
        said = said_of(own, self.checks, alone=len(read) == 1)
        empty = [file.name for file, one in zip(files, read, strict=True) if file.named and one.empty]
        return _Looked([*left, *said], len(found) - len(left), expressions, templates, empty)


@dataclass(frozen=True, slots=True)
class _Looked:
    findings: list[Finding]
    hidden: int
    expressions: int
    templates: int
    empty: list[str]


def new(now: Sequence[Finding], before: Sequence[Finding]) -> list[Finding]:
    """The findings there were not before: by check, whose they are and what was found, in this file or any other."""
    same_file = Counter((each.place.document.file, *_key(each)) for each in before)
    anywhere = Counter(_key(each) for each in before)
    left: list[Finding] = []
    for each in now:
        key = (each.place.document.file, *_key(each))
        if same_file[key]:
            same_file[key] -= 1
            anywhere[_key(each)] -= 1
        else:
            left.append(each)
    found = []
    for each in left:
        if anywhere[_key(each)] > 0:
            anywhere[_key(each)] -= 1
        else:
            found.append(each)
    return found


def _key(finding: Finding) -> _Key:
    return finding.code, finding.about, finding.found
