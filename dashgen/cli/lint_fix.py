"""``dashgen lint --fix`` and ``--diff``: the edits of findings, shown and made in the files they are about."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.lint.fix.mend import Mended, mend
from dashgen.lint.project import File, Project
from dashgen.lint.readers.decode import decode
from dashgen.lint.readers.error import UnreadableError

if TYPE_CHECKING:
    from dashgen.cli.console import Output as Screen
    from dashgen.cli.lint import Options
    from dashgen.lint.finding import Finding
    from dashgen.lint.judge import Judge

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class Fixes:
    """``projects`` with the new texts. ``generated``: findings that could be mended, but in what dashgen writes."""

    projects: tuple[Project, ...]
    before: Mapping[str, str]
    mended: tuple[Mended, ...]
    generated: int

    @property
    def count(self) -> int:
        """Findings mended."""
        return sum(len(each.findings) for each in self.mended)

    @property
    def texts(self) -> Mapping[str, str]:
        """The files that changed, by name."""
        return {name: text for each in self.mended for name, text in each.texts.items()}

    def diff(self) -> Iterator[str]:
        """Every change, as lines of a unified diff."""
        for name, text in self.texts.items():
            old, new = (each.splitlines(keepends=True) for each in (self.before[name], text))
            for line in difflib.unified_diff(old, new, fromfile=name, tofile=name):
                yield line.rstrip("\r\n")


def check_options(options: Options, *, diff: bool) -> None:
    """Whether mending makes sense with the other options.

    Raises:
        InputError: when it does not.
    """
    from dashgen.errors import InputError, Location, Problem

    if options.fix and diff:
        problem = Problem(
            Location("--diff"), "given with --fix", "one of the two", "take --diff to see the changes only"
        )
    elif options.diff_base:
        problem = Problem(Location("--diff-base"), "given with --fix or --diff", "all findings", "leave it out")
    elif options.fix and any(str(path) == "-" for path in options.paths):
        problem = Problem(Location("-"), "stdin with --fix", "files, which can be written", "take --diff")
    else:
        return
    raise InputError([problem])


def show_fixes(screen: Screen, options: Options) -> bool:
    """Show what would change; whether anything would."""
    from dashgen.cli.lint_run import judge_of, projects_of

    projects = projects_of(options)
    found = fixes(projects, judge_of(options, projects))
    for line in found.diff():
        screen.line(line, _STYLES.get(line[:1], ""))
    _tell(found, "would be mended")
    return bool(found.texts)


def make_fixes(options: Options, projects: Sequence[Project]) -> tuple[Project, ...]:
    """Mend files, show the changes on stderr, and return what there is to look at now."""
    from dashgen.cli.console import progress
    from dashgen.cli.lint_run import judge_of

    found = fixes(projects, judge_of(options, projects))
    for line in found.diff():
        progress(line)
    write(found)
    _tell(found, "mended")
    return found.projects


def _tell(found: Fixes, done: str) -> None:
    from dashgen.cli.console import progress

    files = len(found.texts)
    progress(f"{found.count} {_plural(found.count, 'finding')} {done} in {files} {_plural(files, 'file')}")
    if found.generated:
        progress(f"{found.generated} more in the output of specs: change the spec, the next build would undo them here")


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def fixes(projects: Sequence[Project], judge: Judge) -> Fixes:
    """What the edits of findings make of the files; nothing is written.

    Of what a spec is compiled to nothing is edited: the next build would undo it.
    """
    # Of every change the checks are asked again; promtool need not be.
    judge = replace(judge, promtool=None)
    done, before, mended, generated = list[Project](), dict[str, str](), list[Mended](), 0
    for project in projects:
        if project.name:
            generated += sum(bool(each.edits) for each in judge.shown(project, project.files))
            done.append(project)
            continue
        texts = {file.name: text for file in project.files if (text := _text(file)) is not None}
        before |= texts

        def look(changed: Mapping[str, str], project: Project = project) -> Sequence[Finding]:
            files = [replace(file, content=changed.get(file.name, file.content)) for file in project.files]
            return judge.shown(project, files)

        found = mend(texts, look)
        mended.append(found)
        files = [replace(file, content=found.texts.get(file.name, file.content)) for file in project.files]
        done.append(replace(project, files=files))
    return Fixes(tuple(done), before, tuple(mended), generated)


def write(fixes: Fixes) -> None:
    """The new texts into their files, each whole or not at all.

    Raises:
        MachineError: when one cannot be written.
    """
    from dashgen.emit.single_file import swap

    for name, text in fixes.texts.items():
        path = Path(name)
        swap(path, text.encode("utf-8"), path.stat().st_mode & 0o7777)


def _text(file: File) -> str | None:
    """The text of a file that is written as UTF-8; None of any other."""
    if isinstance(file.content, str):
        return None
    try:
        text = decode(file.name, file.content)
    except UnreadableError:
        return None
    return text if text.encode("utf-8") == file.content else None
