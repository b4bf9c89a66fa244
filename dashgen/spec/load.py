"""Spec files -> checked Specs; every mistake of every file in one go, with file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from dashgen.errors import InputError, Problem
from dashgen.spec.document import Document
from dashgen.spec.files import find_specs
from dashgen.spec.form import SPEC, Form
from dashgen.spec.reading import Reading, ordered, read
from dashgen.spec.spec import Spec
from dashgen.spec.words import quote

if TYPE_CHECKING:
    from dashgen.spec.checks.finding import Finding

__all__ = ["LoadedSpec", "find_specs", "load_specs"]


@dataclass(frozen=True)
class LoadedSpec:
    """A spec and the file it was read from."""

    path: FilePath
    spec: Spec


def _check(spec: Spec) -> Iterator[Finding]:
    # The checks know the catalogue, which takes a while to import.
    from dashgen.spec.checks import check

    return check(spec)


FORM = Form(SPEC, Spec, _check, ("name", "models", "sources"), "dashgen schema")


def load_specs(paths: Sequence[FilePath]) -> tuple[LoadedSpec, ...]:
    """Reads and checks the files, in the order given.

    Raises:
        InputError: with every problem of every file, in file order.
        MachineError: when a file exists but may not be read.
    """
    readings = [read(path, FORM) for path in paths]
    _same_names(readings)
    problems = [problem for reading in readings for problem in ordered(reading.document.problems)]
    if problems:
        raise InputError(problems)
    return tuple(
        LoadedSpec(path, reading.content)
        for path, reading in zip(paths, readings, strict=True)
        if reading.content is not None
    )


def _same_names(readings: Sequence[Reading[Spec]]) -> None:
    """Output files and uids carry the name, so two specs of one name would overwrite each other."""
    seen: dict[str, Document] = {}
    for reading in readings:
        root = reading.document.root
        node = root.child("name") if root else None
        name = node.scalar if node else None
        if not isinstance(name, str):
            continue
        if name in seen:
            reading.document.problems.append(
                Problem(
                    reading.document.where(("name",)),
                    f"the name {quote(name)} is already taken by {seen[name].where(('name',))}",
                    "a different name in each spec: it is part of every uid and file name",
                    "rename one of the two",
                )
            )
        seen.setdefault(name, reading.document)
