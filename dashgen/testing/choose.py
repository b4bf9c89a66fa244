"""Which specs a case plays on: those it names, else every one that has what it asks about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dashgen.errors import InputError, Problem
from dashgen.testing.prepare import Prepared, prepare
from dashgen.testing.scenario.load import LoadedCase
from dashgen.testing.series.provides import provides
from dashgen.testing.subject import Subject


@dataclass(frozen=True, slots=True)
class Chosen:
    """What will be played, and the cases that play on none of the specs."""

    prepared: tuple[Prepared, ...]
    unplayed: tuple[LoadedCase, ...]


def choose(
    cases: Sequence[LoadedCase], subjects: Sequence[Subject], shipped: Callable[[LoadedCase], bool] = lambda _: False
) -> Chosen:
    """Every case on every spec it is for, in the order of the cases.

    A case that is ``shipped`` with dashgen was written for dashgen's own specs: where a spec of the same name lacks
    what it names, it is not for that spec.

    Raises:
        InputError: with the problems of every other case that names what its specs do not have.
    """
    prepared: list[Prepared] = []
    unplayed: list[LoadedCase] = []
    problems: list[Problem] = []
    for case in cases:
        found: list[Prepared] = []
        wrong: list[Problem] = []
        for subject in subjects:
            if is_for(case, subject):
                try:
                    found.append(prepare(case, subject))
                except InputError as error:
                    wrong += error.problems
        if not shipped(case):
            problems += wrong or ([] if found else _why_nowhere(case, subjects))
        if not found:
            unplayed.append(case)
        prepared += found
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return Chosen(tuple(prepared), tuple(unplayed))


def is_for(case: LoadedCase, subject: Subject) -> bool:
    """Whether a case plays on a spec."""
    scenario = case.scenario
    if scenario.specs is not None:
        return any(fnmatchcase(subject.spec.name, pattern) for pattern in scenario.specs)
    alerts = [*(scenario.alerts or ()), *([case.folder] if case.folder in subject.known_alerts else ())]
    return (
        not subject.auxiliary
        and all(name in subject.alerts for name in alerts)
        and all(path in subject.queries for moment in scenario.panels for path in moment.shows)
        and all(provides(subject.spec, part) for part in scenario.series)
    )


def _why_nowhere(case: LoadedCase, subjects: Sequence[Subject]) -> list[Problem]:
    """What is wrong with a case that is for every spec that fits, and none does; a name is misspelt, or none has it.

    That no spec has the alert whose folder the case is in is no mistake.
    """
    possible = [subject for subject in subjects if not subject.auxiliary]
    about = case.folder if any(case.folder in subject.known_alerts for subject in possible) else ""
    if case.scenario.specs is not None or (about and not any(about in subject.alerts for subject in possible)):
        return []
    found = []
    for subject in possible:
        try:
            prepare(case, subject)
        except InputError as error:
            found.append(list(error.problems))
    return min(found, key=len, default=[])
