"""Reports by the name of their format: the modules of a package, none imported before it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from dashgen.errors import InputError, Location, Problem
from dashgen.report.line import Line

Lines = Callable[..., Iterator[Line]]


@dataclass(frozen=True, slots=True)
class Formats:
    """``package`` holds a module for each, with ``lines(result, *, quiet)``; ``beginning`` is how their files begin."""

    package: str
    beginning: re.Pattern[bytes]

    def names(self) -> tuple[str, ...]:
        """All of them."""
        spec = find_spec(self.package)
        assert spec is not None and spec.origin is not None
        names = (entry.name for entry in Path(spec.origin).parent.iterdir())
        return tuple(sorted(name.removesuffix(".py") for name in names if name.endswith(".py") and name[0] != "_"))

    def lines(self, name: str, result: Any, *, quiet: bool = False) -> Iterator[Line]:
        """The report, to be written line by line with ``Output.line``: to a terminal, a pipe or a file.

        Those for programs are ASCII, so that nothing on the way changes them. ``quiet`` is for people.

        Raises:
            InputError: for a format that does not exist.
        """
        known = self.names()
        if name not in known:
            raise InputError([unknown(name, known)])
        return cast(Lines, import_module(f"{self.package}.{name}").lines)(result, quiet=quiet)

    def is_report(self, start: bytes) -> bool:
        """Whether a file that begins so is a report of any of them."""
        return self.beginning.match(start) is not None


def unknown(name: str, known: tuple[str, ...]) -> Problem:
    """The problem of a format that does not exist."""
    return Problem(Location("--format"), f"unknown format {name!r}", f"one of {', '.join(known)}", "choose one of them")
