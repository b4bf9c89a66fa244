"""Which files are scenarios: those named, else those below ``rules/``, one's own instead of those shipped."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dashgen.errors import InputError, Location, Problem
from dashgen.folders import own_rules, packaged_rules
from dashgen.spec.files import missing, unusable
from dashgen.testing.scenario.load import KIND

_SUFFIXES = (".yaml", ".yml")


def find_scenarios(named: Sequence[Path], specs: Sequence[Path]) -> tuple[Path, ...]:
    """The scenario files meant: those ``named``, folders with all that is below them, each once.

    Without names, those that come with dashgen and those in the ``rules/`` of whoever owns each of the spec files
    ``specs``; an own file takes the place of the one that has the same path below ``rules/``. May be none.

    Raises:
        InputError: for each name that does not exist and each named folder without scenarios.
        MachineError: for a folder that may not be listed.
    """
    found = _named(named) if named else _default(specs)
    return tuple({path.resolve(): path for path in found}.values())


def _named(named: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    problems = []
    for path in named:
        try:
            if path.is_dir():
                below = [path / relative for relative in _below(path)]
                found += below
                if not below:
                    problems.append(_empty(path))
            elif path.exists():
                found.append(path)
            else:
                problems.append(missing(path, kind=KIND))
        except (OSError, ValueError) as error:
            problems.append(unusable(path, error, KIND))
    if problems:
        raise InputError(problems)
    return found


def _empty(folder: Path) -> Problem:
    return Problem(
        Location(str(folder)),
        "a folder without scenarios",
        "files that end in .yaml or .yml, in it or below",
        "add one, or name another folder",
    )


def _default(specs: Sequence[Path]) -> list[Path]:
    packaged = packaged_rules()
    owners = [rules for rules in dict.fromkeys(map(own_rules, specs)) if rules.resolve() != packaged.resolve()]
    own = {owner: tuple(_existing(owner)) for owner in owners}
    replaced = {relative for files in own.values() for relative in files}
    shipped = [packaged / relative for relative in _existing(packaged) if relative not in replaced]
    return [*map(_shown, shipped), *(_shown(owner / relative) for owner in owners for relative in own[owner])]


def _existing(rules: Path) -> Iterator[Path]:
    try:
        yield from _below(rules) if rules.is_dir() else ()
    except (OSError, ValueError) as error:
        raise InputError([unusable(rules, error, KIND)]) from error


def _below(folder: Path) -> list[Path]:
    """Scenario files below a folder, relative to it, sorted.

    Hidden ones are an editor's or a tool's; folders that begin with ``_`` hold templates and specs, no scenarios.
    """
    found = []
    for inside, folders, files in os.walk(folder, onerror=_refused):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        found += [
            Path(inside, name).relative_to(folder)
            for name in files
            if name.endswith(_SUFFIXES) and not name.startswith(".")
        ]
    return sorted(found)


def _refused(error: OSError) -> None:
    raise error


def _shown(path: Path) -> Path:
    """The path as somebody would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
