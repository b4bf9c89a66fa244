"""Scenario files -> one LoadedCase for each case; every mistake of every file in one go, with file, line and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.document import Document
from dashgen.spec.form import Form, Kind
from dashgen.spec.reading import Reading, ordered, read
from dashgen.spec.words import quote
from dashgen.testing.scenario.cases import effective, names, origin
from dashgen.testing.scenario.checks import check
from dashgen.testing.scenario.model import Scenario

KIND = Kind("scenario", "scenario", number_keys=True)
FORM = Form(KIND, Scenario, check, ("name", "alerts"), "dashgen schema --scenario")


@dataclass(frozen=True)
class LoadedCase:
    """One case of a scenario file. ``scenario`` is what it plays: what the file says and what the case says.

    ``case`` is empty where the file has no cases.
    """

    file: Path
    scenario: Scenario
    case: str
    _written: Scenario = field(repr=False)
    _document: Document = field(repr=False, compare=False)

    @property
    def folder(self) -> str:
        """Name of the folder the file is in: in ``rules/<alert>/`` the alert it is about."""
        return self.file.absolute().parent.name

    @property
    def title(self) -> str:
        """``scenario / case``."""
        return f"{self.scenario.name}{f' / {self.case}' if self.case else ''}"

    def name(self, spec: str) -> str:
        """``scenario / case [spec]``."""
        return f"{self.title} [{spec}]"

    def where(self, *path: str | int) -> Location:
        """Where a part of ``scenario`` is written, in the case or in what the cases share; else what it would be in."""
        return self._document.where(origin(self._written, self.case, path), key=not path and bool(self.case))


def load_scenarios(paths: Sequence[Path]) -> tuple[LoadedCase, ...]:
    """Reads and checks the files, in the order given, and the cases of each in theirs.

    Raises:
        InputError: with every problem of every file, in file order.
        MachineError: when a file exists but may not be read.
    """
    readings = [read(path, FORM) for path in paths]
    _same_names(paths, readings)
    problems = [problem for reading in readings for problem in ordered(reading.document.problems)]
    if problems:
        raise InputError(problems)
    return tuple(
        LoadedCase(path, effective(reading.content, case), case, reading.content, reading.document)
        for path, reading in zip(paths, readings, strict=True)
        if reading.content is not None
        for case in names(reading.content)
    )


def _same_names(paths: Sequence[Path], readings: Sequence[Reading[Scenario]]) -> None:
    """Reports and ``--run`` name scenarios, so two of one name in one ``rules/`` could not be told apart."""
    seen: dict[tuple[Path | None, str], Document] = {}
    for path, reading in zip(paths, readings, strict=True):
        root = reading.document.root
        node = root.child("name") if root else None
        if node is None or not isinstance(node.scalar, str):
            continue
        first = seen.setdefault((rules_of(path), node.scalar), reading.document)
        if first is not reading.document:
            reading.document.problems.append(
                Problem(
                    reading.document.where(("name",)),
                    f"the name {quote(node.scalar)} is already taken by {first.where(('name',))}",
                    "a different name for each scenario",
                    "rename one of the two, or make cases of one scenario of them",
                )
            )


def rules_of(path: Path) -> Path | None:
    """The ``rules/`` folder a file is in; None when it is in none."""
    return next((folder for folder in path.absolute().parents if folder.name in ("rules", "_rules")), None)
