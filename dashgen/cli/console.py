"""Terminal output: results on stdout, progress on stderr, plain text when nobody is watching."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from dashgen.cli.color import Color

if TYPE_CHECKING:
    from rich.console import Console

# Wide enough that a pipe never sees a wrapped or shortened line.
_UNLIMITED = 1_000_000


class Output:
    """Writes results to one stream, with colours and boxes only where they help."""

    def __init__(self, color: Color = Color.AUTO, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        if isinstance(self._stream, io.TextIOWrapper):
            self._stream.reconfigure(errors="backslashreplace")
        self._watched = self._stream.isatty()
        # Like every tool that honours it: set and not empty means no colour, unless asked for by hand.
        wanted = self._watched and not os.environ.get("NO_COLOR") if color is Color.AUTO else None
        self.coloured = color is Color.ALWAYS if wanted is None else wanted

    @cached_property
    def _console(self) -> Console:
        # rich takes longer to import than most commands take to run: only for tables and colours.
        from rich.console import Console

        return Console(
            file=self._stream,
            force_terminal=self.coloured,
            color_system="standard" if self.coloured else None,
            no_color=not self.coloured,
            width=None if self._watched else _UNLIMITED,
            markup=False,
            highlight=False,
            emoji=False,
        )

    def line(self, text: str = "", style: str = "") -> None:
        """One line, never wrapped or shortened."""
        if not self.coloured:
            self._stream.write(visible(text) + "\n")
            return
        from rich.text import Text

        self._console.print(Text(visible(text), style=style), soft_wrap=True)

    def table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A titled table; nothing when it has no rows. Piped, it has no box and one line per row."""
        cells = [[visible(cell) for cell in row] for row in rows]
        if not cells:
            return
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        self.line()
        self.line(title, "bold")
        table = Table(box=SIMPLE_HEAD if self._watched else None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in header:
            table.add_column(name, overflow="fold", no_wrap=not self._watched)
        for row in cells:
            table.add_row(*map(Text, row))
        with self._console.capture() as capture:
            self._console.print(table)
        for line in capture.get().splitlines():
            self._stream.write(line.rstrip() + "\n")

    def diff(self, text: str) -> None:
        """A unified diff, coloured by line."""
        styles = {"+": "green", "-": "red", "@": "cyan"}
        for line in text.split("\n")[:-1]:
            self.line(line, styles.get(line[:1], ""))


def visible(text: str) -> str:
    """Text without control characters: nothing in a spec may move the cursor or change colours."""
    if text.isprintable():  # nearly always, and quickly known
        return text
    return "".join(char if char.isprintable() or char == "\t" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return " " if char == "\n" else char.encode("unicode_escape", "backslashreplace").decode("ascii")


def progress(text: str, *, quiet: bool = False) -> None:
    """One line about what is going on, on stderr."""
    if not quiet:
        print(visible(text), file=sys.stderr)
