"""Spec files -> checked Specs; every mistake of every file in one go, with file, line and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.document import Document, Path
from dashgen.spec.files import find_specs, read_text
from dashgen.spec.paths import original, related
from dashgen.spec.spec import Spec
from dashgen.spec.words import quote, show
from dashgen.spec.yaml_source import read_yaml
from dashgen.spec.yaml_syntax import Lines

__all__ = ["LoadedSpec", "find_specs", "load_specs"]

_ROUNDS = 20


@dataclass(frozen=True)
class LoadedSpec:
    """A spec and the file it was read from."""

    path: FilePath
    spec: Spec


@dataclass
class _Reading:
    document: Document
    spec: Spec | None = None


def load_specs(paths: Sequence[FilePath]) -> tuple[LoadedSpec, ...]:
    """Reads and checks the files, in the order given.

    Raises:
        InputError: with every problem of every file, in file order.
        MachineError: when a file exists but may not be read.
    """
    readings = [_read(path) for path in paths]
    _same_names(readings)
    problems = [problem for reading in readings for problem in _ordered(reading.document.problems)]
    if problems:
        raise InputError(problems)
    return tuple(
        LoadedSpec(path, reading.spec)
        for path, reading in zip(paths, readings, strict=True)
        if reading.spec is not None
    )


def _ordered(problems: list[Problem]) -> list[Problem]:
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda problem: (problem.where.line, problem.where.column))


def _read(path: FilePath) -> _Reading:
    file = str(path)
    try:
        text = read_text(path)
    except InputError as error:
        return _Reading(Document(file, Lines(""), problems=list(error.problems)))
    document = read_yaml(text, file)
    if document.problems and (document.root is None or document.root.entries is None):
        return _Reading(document)
    problem = _no_mapping(document, text)
    if problem:
        document.problems.append(problem)
        return _Reading(document)
    return _Reading(document, _validate(document))


def _no_mapping(document: Document, text: str) -> Problem | None:
    """The problem of a file that holds no mapping at its top level."""
    root = document.root
    if document.problems or (root is not None and root.entries):
        return None
    expected = "a mapping with the keys name, models and sources"
    action = "start with `name:`, `models:` and `sources:`; `dashgen schema` lists every key"
    if root is None or (root.items is None and root.entries is None and root.scalar is None):
        empty = "an empty file" if not text.strip() else "a file without content, only comments or blanks"
        return Problem(Location(document.file), empty, expected, action)
    return Problem(document.at(root.start), f"the top level is {show(root)}", expected, action)


def _validate(document: Document) -> Spec | None:
    """The spec, or None with problems added to the document."""
    root = document.root
    if root is None or root.broken:
        return None
    broken = frozenset(root.broken_paths())
    try:
        spec = Spec.model_validate(root.data(), by_alias=True, by_name=False)
    except ValidationError as error:
        return _salvage(document, error, broken)
    _check(document, spec, frozenset(), broken)
    return None if document.problems else spec


def _salvage(document: Document, error: ValidationError, broken: frozenset[Path]) -> Spec | None:
    """Reports the errors, then checks what is left without the parts that have them."""
    from dashgen.spec.messages import faults

    assert document.root is not None
    removed: frozenset[Path] = frozenset()
    instead: dict[Path, Any] = {}
    unknown = set(broken)
    for number in range(_ROUNDS):
        found = faults(error, document, removed)
        misspelt = {fault.means for fault in found if fault.means}
        for fault in found:
            about_broken = any(path[: len(part)] == part for part in broken for path in fault.unknown)
            if number == 0 and not about_broken and fault.path not in misspelt:
                document.problems.append(fault.problem)
            unknown.update(fault.unknown)
            if fault.stand_in is not None and fault.path not in instead:
                instead[fault.path] = fault.stand_in
            else:
                removed |= {fault.remove}
                unknown.add(fault.remove)
        try:
            spec = Spec.model_validate(document.root.data(removed, instead), by_alias=True, by_name=False)
        except ValidationError as another:
            error = another
            continue
        _check(document, spec, removed, frozenset(unknown))
        break
    return None


def _check(document: Document, spec: Spec, removed: frozenset[Path], unknown: frozenset[Path]) -> None:
    """Adds what the checks find, unless it was concluded from a part that could not be read."""
    from dashgen.spec.checks import check

    for finding in check(spec):
        paths = [finding.path, *finding.reads, *([finding.other] if finding.other else [])]
        paths = [original(path, removed) for path in paths]
        if any(related(path, part) for path in paths for part in unknown):
            continue
        shown = next((path for path in paths if document.holds(path)), paths[0])
        found = finding.found
        if finding.other:
            there = document.where(original(finding.other, removed))
            found = f"{found} (the other is at {there.line}:{there.column})"
        where = document.where(shown, key=finding.key)
        document.problems.append(Problem(where, found, finding.expected, finding.action))


def _same_names(readings: Sequence[_Reading]) -> None:
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
