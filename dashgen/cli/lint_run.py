"""What ``dashgen lint`` does between its options and its report."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.errors import MachineError
from dashgen.lint.finding import Severity
from dashgen.lint.judge import Judge
from dashgen.lint.registry import find
from dashgen.lint.select import select, split
from dashgen.lint.suppress.settings import settings

if TYPE_CHECKING:
    from dashgen.cli.lint import Options
    from dashgen.lint.live.live import Live
    from dashgen.lint.project import Project
    from dashgen.lint.promtool import Promtool
    from dashgen.lint.result import Report

SYNTAX = "syntax-error"


def today() -> date:
    """The day suppressions end or hold."""
    return date.today()


def run_lint(options: Options, live: Live | None = None) -> Report:
    """Find, compile and read files, and look at them; ``live`` is the server to ask.

    Raises:
        InputError: for options and files that do not exist, and a spec that cannot be built.
        MachineError: for what may not be read.
    """
    projects = projects_of(options)
    if options.fix:
        from dashgen.cli.lint_fix import make_fixes

        projects = make_fixes(options, projects)
    return judge_of(options, projects, live).report(projects)


def judge_of(options: Options, projects: Sequence[Project], live: Live | None = None) -> Judge:
    """How to look, by the options.

    Raises:
        InputError: for checks and settings that do not exist, and a revision git does not know.
        MachineError: for a promtool that is named and does not run.
    """
    # What is read is kept until the end: looking for garbage in it would take a third of the time.
    gc.disable()
    checks = select(options.select, options.ignore, live=live is not None)
    own = settings(Path())
    before = {}
    if options.diff_base:
        from dashgen.cli.lint_before import before as files_before

        before = files_before(projects, options.diff_base, [path for path in options.paths if path.is_dir()])
    return Judge(
        checks,
        own,
        today(),
        min_severity=Severity[options.min_severity.upper()],
        fail_on=Severity[options.fail_on.upper()],
        against=options.diff_base or "",
        before=before,
        whole=not options.paths,
        promtool=_promtool(options) if any(check.name == SYNTAX for check in checks) else None,
        unreadable=all(check.name != SYNTAX for word in split(options.ignore) for check in find(word)),
        statistics=options.statistics,
        live=live,
    )


def _promtool(options: Options) -> Promtool | None:
    """The one that is named, else one that is there."""
    if options.promtool == "":
        return None
    from dashgen.testing.promtool.find import find as find_promtool

    try:
        return find_promtool(Path(options.promtool) if options.promtool else None)
    except MachineError:
        if options.promtool or os.environ.get("DASHGEN_PROMTOOL"):
            raise
        return None


def projects_of(options: Options) -> Sequence[Project]:
    """What is to be looked at, specs compiled.

    Raises:
        InputError: for files that do not exist, and a spec that cannot be built.
        MachineError: for what may not be read.
    """
    from dashgen.cli.lint_projects import of_files, of_specs

    if not options.paths:
        from dashgen.spec.files import find_specs

        return list(of_specs(find_specs(), options.out, options.assume, extensions=options.extensions))
    from dashgen.cli.lint_files import find as find_files

    found = find_files(options.paths, options.stdin_name)
    projects: list[Project] = []
    if found.specs:
        projects += of_specs(found.specs, options.out, options.assume, extensions=options.extensions)
    projects += of_files(found, [project.name for project in projects], options.assume)
    return projects
