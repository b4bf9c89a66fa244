"""Mutants that no case could kill, listed by hand with the reason: ``rules/_mutants/equivalent.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.checks.finding import Finding
from dashgen.spec.form import Form, Kind
from dashgen.spec.reading import ordered, read
from dashgen.spec.types import Strict
from dashgen.spec.words import closest, listing, quote
from dashgen.testing.mutate.mutants import Mutant
from dashgen.testing.mutate.operators import OPERATORS
from dashgen.testing.mutate.targets import Target

FILE = Path("_mutants", "equivalent.yaml")
"""Where the list is, in a ``rules/`` folder."""
_WORDS = 4
"""Fewer do not say why."""
_NAMES = ("alert", "record", "panel")
_Pattern = Annotated[str, StringConstraints(min_length=1)]


class Entry(Strict):
    """Mutants of one operator. One of ``alert``, ``record``, ``panel`` says of what; all that is given must match."""

    operator: str = Field(description="the operator that made the mutants")
    alert: _Pattern | None = Field(default=None, description="regular expression for the whole name of the alert")
    record: _Pattern | None = Field(default=None, description="regular expression for the whole name of the record")
    panel: _Pattern | None = Field(default=None, description="regular expression for the whole dashboard/panel/query")
    expr: _Pattern | None = Field(default=None, description="regular expression found in the original expression")
    change: _Pattern | None = Field(default=None, description="text that the mutant's description contains")
    reason: str = Field(description="why nobody can tell the difference")

    def matches(self, target: Target, mutant: Mutant) -> bool:
        """Whether the entry is about this mutant."""
        pattern = getattr(self, target.kind)
        return (
            self.operator == mutant.operator
            and pattern is not None
            and re.fullmatch(pattern, target.name) is not None
            and (self.expr is None or re.search(self.expr, target.expr) is not None)
            and (self.change is None or self.change in mutant.description)
        )


class EquivalentFile(Strict):
    """The whole file."""

    equivalent: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Equivalent:
    """An entry and where it is written."""

    entry: Entry
    where: Location


def _check(content: EquivalentFile) -> Iterator[Finding]:
    for number, entry in enumerate(content.equivalent):
        path = ("equivalent", number)
        if entry.operator not in OPERATORS:
            meant = closest(entry.operator, OPERATORS)
            action = f"did you mean `{meant}`?" if meant else ""
            found = f"no operator is called {quote(entry.operator)}"
            yield Finding((*path, "operator"), found, f"one of {listing(list(OPERATORS))}", action)
        if len(entry.reason.split()) < _WORDS:
            found = f"the reason {quote(entry.reason)}"
            yield Finding((*path, "reason"), found, "a sentence that says why nobody can tell the difference", "")
        named = [name for name in _NAMES if getattr(entry, name) is not None]
        if len(named) != 1:
            found = f"{' and '.join(named)} in one entry" if named else "an entry about nothing"
            yield Finding(path, found, "exactly one of `alert`, `record` and `panel`", "make an entry for each")
        for name in (*named, "expr"):
            pattern = getattr(entry, name)
            try:
                re.compile(pattern or "")
            except re.error as error:
                yield Finding((*path, name), f"{quote(pattern)}: {error}", "a regular expression", "")


FORM = Form(
    Kind("list of equivalent mutants", "set of rules"), EquivalentFile, _check, ("equivalent",), "dashgen test --help"
)


def load_equivalent(paths: Sequence[Path]) -> tuple[Equivalent, ...]:
    """The entries of all files.

    Raises:
        InputError: with every problem of every file, in file order.
        MachineError: when a file exists but may not be read.
    """
    readings = [read(path, FORM) for path in paths]
    problems = [problem for reading in readings for problem in ordered(reading.document.problems)]
    if problems:
        raise InputError(problems)
    return tuple(
        Equivalent(entry, reading.document.where(("equivalent", number)))
        for reading in readings
        if reading.content is not None
        for number, entry in enumerate(reading.content.equivalent)
    )


def check_used(listed: Sequence[Equivalent], targets: Sequence[Target]) -> None:
    """Refuses entries about nothing; ``targets`` must be those of every spec the lists are about.

    Raises:
        InputError: with the entries that match no mutant.
    """
    stale = [
        each
        for each in listed
        if not any(each.entry.matches(target, mutant) for target in targets for mutant in target.mutants)
    ]
    if stale:
        raise InputError(
            [
                Problem(each.where, "no mutant matches this entry", "an entry for mutants there are", "remove it")
                for each in stale
            ]
        )
