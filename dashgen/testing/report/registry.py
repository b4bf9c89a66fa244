"""The formats there are: the files of ``report/formats``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashgen.report.formats import Formats
from dashgen.report.line import Line
from dashgen.testing.results import Run

FORMATS = Formats(
    "dashgen.testing.report.formats",
    re.compile(
        rb'\{\n  "version": \d|<\?xml [^\n]*\n<testsuites|::(error|warning) |'
        rb"FAIL |warning: |promtool \d|Coverage of |\d+ cases?, "
    ),
)


def formats() -> tuple[str, ...]:
    """Their names."""
    return FORMATS.names()


def lines(name: str, run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The report; ``json`` and ``junit`` are ASCII. ``quiet`` is for people: failures and the verdict only.

    Raises:
        InputError: for a format that does not exist.
    """
    return FORMATS.lines(name, run, quiet=quiet)


def is_report(start: bytes) -> bool:
    """Whether a file that begins so is a report of any format."""
    return FORMATS.is_report(start)
