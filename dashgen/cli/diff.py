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


_BEGINNINGS = (b"compared with", b"### What this change means")
"""How reports of both formats begin."""


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
        from dashgen.emit.single_file import replace_file

        text = "".join(f"{visible(text)}\n" for text, _ in lines)
        replace_file(output, text, what="report", ours=lambda found: found.startswith(_BEGINNINGS))
        return
    screen = Screen(color)
    for text, style in lines:
        screen.line(text, style)
