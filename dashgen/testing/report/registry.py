"""The formats there are: the files of ``report/formats``; none is imported before it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import cast

from dashgen.errors import InputError, Location, Problem
from dashgen.testing.report.line import Line
from dashgen.testing.results import Run

_BEGINNING = re.compile(
    rb'\{\n  "version": \d|<\?xml [^\n]*\n<testsuites|::(error|warning) |'
    rb"FAIL |warning: |promtool \d|Coverage of |\d+ cases?, "
)
"""How reports of all formats begin."""

Lines = Callable[..., Iterator[Line]]


def formats() -> tuple[str, ...]:
    """Their names."""
    names = (entry.name for entry in Path(__file__).with_name("formats").iterdir())
    return tuple(sorted(name.removesuffix(".py") for name in names if name.endswith(".py") and name[0] != "_"))


def lines(name: str, run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The report, to be written line by line with ``Output.line``: to a terminal, a pipe or a file.

    ``json`` and ``junit`` are ASCII, so that nothing on the way changes them. ``quiet`` is for people: failures and the
    verdict only.

    Raises:
        InputError: for a format that does not exist.
    """
    if name not in formats():
        raise InputError([Problem(Location("--format"), f"unknown format {name!r}", f"one of {', '.join(formats())}")])
    module = import_module(f"dashgen.testing.report.formats.{name}")
    return cast(Lines, module.lines)(run, quiet=quiet)


def is_report(start: bytes) -> bool:
    """Whether a file that begins so is a report of any format."""
    return _BEGINNING.match(start) is not None
