"""One input through the whole of lint, in this process: read, every check, places, every report, edits."""

from __future__ import annotations

import json
import signal
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import FrameType

from dashgen.cli.console import visible
from dashgen.cli.lint_fix import fixes
from dashgen.lint.assume import Assumptions
from dashgen.lint.assuming import of_options
from dashgen.lint.fix.apply import fixed
from dashgen.lint.judge import Judge
from dashgen.lint.project import File, Project
from dashgen.lint.readers.decode import decode
from dashgen.lint.readers.error import UnreadableError
from dashgen.lint.readers.read import read
from dashgen.lint.registry import checks
from dashgen.lint.report.registry import FORMATS
from dashgen.lint.result import Report
from dashgen.lint.suppress.settings import Settings
from tests.fuzz.inputs import Input

SECONDS = 2.0
"""Of CPU, which nobody else on the machine takes away; an input that needs more hangs."""
_TODAY = date(2026, 11, 27)
_TRIED = 10
"""Findings that are mended one by one; each takes another look."""
_REPORTED = 50
"""Findings that are in the reports of an input; the first of many are enough."""
_JSON = ("json", "sarif", "gitlab")
_NAMES = FORMATS.names()


class HangError(AssertionError):
    """An input takes too long; the traceback says where."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of an input: seconds of CPU, expressions in it, the codes of its findings, edits that were made."""

    seconds: float
    expressions: int
    codes: tuple[str, ...]
    edited: int = 0


def look(given: Input, *, edits: bool) -> Seen:
    """All of it.

    Raises:
        Exception: of any kind, where lint is wrong.
    """
    began = time.process_time()
    with _limit(SECONDS):
        project = Project(_assumed(given.assume), [File(given.name, given.content, named=given.named)])
        judge = Judge(checks(), Settings(), _TODAY)
        if given.before is not None:
            judge = replace(judge, against="HEAD", before={0: [File(given.name, given.before, named=False)]})
        report = judge.report([project])
        _places(report)
        _reports(report)
        edited = _edits(given, report, project, judge) if edits else 0
    codes = tuple(sorted({each.finding.code for each in report.findings}))
    return Seen(time.process_time() - began, report.expressions, codes, edited)


@cache
def _assumed(options: tuple[str, ...]) -> Assumptions:
    return of_options(options)


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def hang(number: int, frame: FrameType | None) -> None:
        raise HangError(f"more than {seconds} s")

    known = signal.signal(signal.SIGPROF, hang)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, known)


def _places(report: Report) -> None:
    for each in report.findings:
        spot, found = each.spot, each.finding
        assert (1, 1) <= (spot.line, spot.column) <= (spot.end_line, spot.end_column), f"{found.code}: {spot}"
        assert found.found and found.expected and found.about, f"{found.code} says nothing"
        assert max(map(len, (found.found, found.expected, found.action))) < 1000, f"{found.code} says too much"
        assert "\n" not in found.action, f"{found.code}: {found.action!r}"


def _reports(report: Report) -> None:
    """Every format is text that can be written, and what it claims to be."""
    # The documentation of all checks, which SARIF repeats, is the same every time.
    seen = {each.finding.code for each in report.findings}
    few = tuple(each for each in report.checks if each.code in seen)
    report = replace(report, checks=few, findings=report.findings[:_REPORTED])
    for name in _NAMES:
        written = "".join(f"{visible(line.text)}\n" for line in FORMATS.lines(name, report))
        written.encode("utf-8")
        if name in _JSON:
            json.loads(written)
        elif name == "junit":
            ElementTree.fromstring(written)
    if report.findings:
        list(FORMATS.lines("text", replace(report, statistics=True)))


def _edits(given: Input, report: Report, project: Project, judge: Judge) -> int:
    """What edits make of a file can be read if the file can, and ``--fix`` makes the good ones; how many there are."""
    findings = [each.finding for each in report.findings if each.finding.edits]
    if not findings:
        return 0
    try:
        text = decode(given.name, given.content)
    except UnreadableError:
        return 0
    done = fixed(text, findings)
    before, after = _problems(given.name, text), _problems(given.name, done.text)
    assert len(after) <= len(before), f"edits break the file: {sorted(set(after) - set(before))}"
    if len(findings) <= _TRIED and given.before is None:
        list(fixes([project], judge).diff())
    return len(done.mended)


def _problems(name: str, text: str) -> list[str]:
    try:
        return [str(error) for each in read(name, text) for error in each.unreadable]
    except UnreadableError as error:
        # One that ends the file is worse than any that do not.
        return [str(error)] * 1000
