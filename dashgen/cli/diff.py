"""``dashgen diff``: what a change means, in words, for the terminal or a merge request."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.color import Color

if TYPE_CHECKING:
    from dashgen.cli.before import Before
    from dashgen.compare.changes import Report
    from dashgen.compare.text import Line


class Format(StrEnum):
    """How the words are laid out."""

    TEXT = "text"
    MARKDOWN = "markdown"


def diff(
    against: Annotated[
        str | None,
        typer.Argument(metavar="[REV|DIR]", help="Git revision, or folder of output (with a slash). Default: HEAD"),
    ] = None,
    specs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SPEC]...", help="Spec files or folders of them. Default: specs/"),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder the output is committed in.")] = Path("out"),
    form: Annotated[Format, typer.Option("--format", help="For a terminal, or a merge request.")] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of stdout; - is stdout."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Shorten nothing.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when the meaning differs.")] = False,
    no_extend: Annotated[
        bool, typer.Option("--no-extend", help="Run no `extend` function: for specs you do not trust.")
    ] = False,
    color: Annotated[Color, typer.Option(help="When to colour.")] = Color.AUTO,
) -> None:
    """Say what a change means, in words.

    What the specs build now, against the output git (or a folder) holds. Layout does not count: alerts, recorded
    series and panels are compared by identity.
    """
    from dashgen.cli.before import find
    from dashgen.cli.build import compile_specs

    built = compile_specs(specs or (), extensions=not no_extend)
    now = {each.output.name: each.output.contents() for each in built}
    before = find(against, out, now)
    reports = _reports(before, now, all_specs=not specs)
    lines = _lines(before, reports, form, everything=everything)
    _show(lines, output, color)
    if exit_code and any(report.differs for report in reports):
        raise typer.Exit(1)


def _reports(before: Before, now: dict[str, dict[str, bytes]], *, all_specs: bool) -> Sequence[Report]:
    """One report per spec; without SPEC also for the outputs whose spec is gone."""
    from dashgen.compare.changes import fold_reports
    from dashgen.compare.trees import compare_spec

    gone = before.ours - now.keys() if all_specs else frozenset[str]()
    return fold_reports([compare_spec(name, before.trees.get(name), now.get(name)) for name in sorted({*now, *gone})])


def _lines(before: Before, reports: Sequence[Report], form: Format, *, everything: bool) -> list[Line]:
    from dashgen.compare import markdown, text
    from dashgen.compare.sentences import EVERYTHING, Limits

    limits = EVERYTHING if everything else Limits()
    if form is Format.MARKDOWN:
        return [(line, "") for line in markdown.render(before.against, before.remarks, reports, limits)]
    return text.render(before.against, before.remarks, reports, limits)


def _show(lines: Sequence[Line], output: Path | None, color: Color) -> None:
    from dashgen.cli.console import Output as Screen
    from dashgen.cli.console import visible

    if output is not None and str(output) != "-":
        _write(output, "".join(f"{visible(text)}\n" for text, _ in lines))
        return
    screen = Screen(color)
    for text, style in lines:
        screen.line(text, style)


def _write(path: Path, text: str) -> None:
    """Replaces the file in one step.

    Raises:
        InputError: when the file is something else than a report written before.
        MachineError: when it cannot be written.
    """
    import tempfile

    from dashgen.emit.machine import machine_errors
    from dashgen.errors import InputError, Location, Problem

    with machine_errors(f"cannot write {path}"):
        if path.exists() and (not path.is_file() or not _is_report(path)):
            expected = "a new file, or an older report to replace"
            action = "name another file, or delete this one"
            found = "exists and is no report that dashgen wrote"
            raise InputError([Problem(Location(str(path)), found, expected, action)])
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                file.write(text)
                file.close()
                temporary.chmod(0o644)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise


def _is_report(path: Path) -> bool:
    """Whether a file is empty or begins as both formats do."""
    with path.open("rb") as file:
        start = file.read(64)
    return not start or start.startswith((b"compared with", b"### What this change means"))
