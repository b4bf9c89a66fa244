"""``--format`` and ``--output``, both repeatable: the n-th report goes to the n-th file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashgen.cli.console import Output as Screen
    from dashgen.report.formats import Formats
    from dashgen.report.line import Line

Outputs = tuple[tuple[str, Path | None], ...]
"""Each format with its file; None is stdout."""


def paired(formats: Sequence[str], outputs: Sequence[Path], known: tuple[str, ...]) -> Outputs:
    """Each format with its file.

    Raises:
        InputError: for a format that does not exist, more files than formats, and two formats for one place.
    """
    from dashgen.errors import InputError, Location, Problem
    from dashgen.report.formats import unknown

    problems = [unknown(name, known) for name in formats if name not in known]
    if len(outputs) > len(formats):
        found = f"{len(outputs)} times --output and {len(formats)} times --format"
        problems.append(Problem(Location("--output"), found, "one --format for each --output", "name the formats"))
    pairs = [
        (name, outputs[number] if number < len(outputs) and str(outputs[number]) != "-" else None)
        for number, name in enumerate(formats)
    ]
    if sum(path is None for _, path in pairs) > 1:
        found = f"{' and '.join(name for name, path in pairs if path is None)} would both be written to stdout"
        problems.append(Problem(Location("--output"), found, "one format on stdout", "give the others an --output"))
    if problems:
        raise InputError(problems)
    return tuple(pairs)


def write(screen: Screen, outputs: Outputs, formats: Formats, result: Any, *, quiet: bool) -> None:
    """Every report of a result; files whole or not at all, and never over what is no report."""
    for name, path in outputs:
        found = formats.lines(name, result, quiet=quiet)
        if path is None:
            for line in found:
                screen.line(line.text, line.style)
        else:
            _replace(path, found, formats)


def _replace(path: Path, lines: Iterable[Line], formats: Formats) -> None:
    from dashgen.cli.console import visible
    from dashgen.emit.single_file import replace_file

    text = "".join(f"{visible(line.text)}\n" for line in lines)
    replace_file(path, text, what="report", ours=formats.is_report)
