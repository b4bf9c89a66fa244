"""Lines of a report, apart from where they are written to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """One line and the style (rich's words: ``bold red``) it has where somebody watches; nothing else rides on it."""

    text: str = ""
    style: str = ""


HEADING, WRONG, RIGHT, ASIDE, WARNING = "bold", "red", "green", "dim", "yellow"


def indented(lines: Iterable[Line], by: int = 2) -> Iterator[Line]:
    """The lines further to the right."""
    for line in lines:
        yield Line(" " * by + line.text if line.text else "", line.style)


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Cells below each other; the columns numbered in ``right`` are right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def one_line(text: str) -> str:
    """Text without line breaks, which would break columns."""
    return " ".join(text.splitlines())


def one_each(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, each of which is one, whatever was put into them."""
    for line in lines:
        yield line._replace(text=one_line(line.text))


def plain(lines: Iterable[Line]) -> str:
    """The text alone."""
    return "\n".join(line.text for line in lines)
