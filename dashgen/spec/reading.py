"""One file -> its checked content, or every mistake in it, with file, line and column; for any ``Form``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Generic

from pydantic import ValidationError

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.document import Document, Path
from dashgen.spec.files import read_text
from dashgen.spec.form import Form, M
from dashgen.spec.paths import original, related
from dashgen.spec.words import show
from dashgen.spec.yaml_source import read_yaml
from dashgen.spec.yaml_syntax import Lines

if TYPE_CHECKING:
    from dashgen.spec.checks.finding import Finding

_ROUNDS = 20


@dataclass
class Reading(Generic[M]):
    """A file as read. Without ``content`` its document has problems."""

    document: Document
    content: M | None = None


def ordered(problems: list[Problem]) -> list[Problem]:
    """Each problem once, in the order of the file."""
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda problem: (problem.where.line, problem.where.column))


def read(path: FilePath, form: Form[M]) -> Reading[M]:
    """Reads and checks one file; what is wrong with it is in ``document.problems``, in no order.

    Raises:
        MachineError: when the file exists but may not be read.
    """
    file = str(path)
    try:
        text = read_text(path, form.kind)
    except InputError as error:
        return Reading(Document(file, Lines(""), problems=list(error.problems)))
    document = read_yaml(text, file, form.kind)
    if document.problems and (document.root is None or document.root.entries is None):
        return Reading(document)
    problem = _no_mapping(document, text, form)
    if problem:
        document.problems.append(problem)
        return Reading(document)
    return Reading(document, _validate(document, form))


def _no_mapping(document: Document, text: str, form: Form[M]) -> Problem | None:
    """The problem of a file that holds no mapping at its top level."""
    root = document.root
    if document.problems or (root is not None and root.entries):
        return None
    expected = f"a mapping with the keys {_and(form.keys)}"
    action = f"start with {_and([f'`{key}:`' for key in form.keys])}; `{form.schema}` lists every key"
    if root is None or (root.items is None and root.entries is None and root.scalar is None):
        empty = "an empty file" if not text.strip() else "a file without content, only comments or blanks"
        return Problem(Location(document.file), empty, expected, action)
    return Problem(document.at(root.start), f"the top level is {show(root)}", expected, action)


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _validate(document: Document, form: Form[M]) -> M | None:
    """The content, or None with problems added to the document."""
    root = document.root
    if root is None or root.broken:
        return None
    broken = frozenset(root.broken_paths())
    try:
        content = form.model.model_validate(root.data(), by_alias=True, by_name=False)
    except ValidationError as error:
        _salvage(document, error, broken, form)
        return None
    _check(document, form.check(content), frozenset(), broken)
    return None if document.problems else content


def _salvage(document: Document, error: ValidationError, broken: frozenset[Path], form: Form[M]) -> None:
    """Reports the errors, then checks what is left without the parts that have them."""
    from dashgen.spec.messages import faults

    assert document.root is not None
    removed: frozenset[Path] = frozenset()
    instead: dict[Path, Any] = {}
    unknown = set(broken)
    for number in range(_ROUNDS):
        found = faults(error, document, removed, form)
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
            content = form.model.model_validate(document.root.data(removed, instead), by_alias=True, by_name=False)
        except ValidationError as another:
            error = another
            continue
        _check(document, form.check(content), removed, frozenset(unknown))
        return


def _check(document: Document, findings: Iterable[Finding], removed: frozenset[Path], unknown: frozenset[Path]) -> None:
    """Adds what the checks found, unless it was concluded from a part that could not be read."""
    for finding in findings:
        paths = [finding.path, *finding.reads, *([finding.other] if finding.other else [])]
        paths = [original(path, removed, document.root) for path in paths]
        if any(related(path, part) for path in paths for part in unknown):
            continue
        shown = next((path for path in paths if document.holds(path)), paths[0])
        found = finding.found
        if finding.other:
            there = document.where(paths[-1])
            found = f"{found} (the other is at {there.line}:{there.column})"
        where = document.where(shown, key=finding.key)
        document.problems.append(Problem(where, found, finding.expected, finding.action))
