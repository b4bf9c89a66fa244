"""What a case can only be checked for beside specs: the names of specs, and times that rules are evaluated at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from dashgen.errors import Location, Problem
from dashgen.spec.words import closest, listing, quote
from dashgen.testing.scenario.load import LoadedCase
from dashgen.testing.scenario.types import ZERO, time_text

MOST_EVALUATIONS = 250_000


def unknown_specs(cases: Sequence[LoadedCase], known: Sequence[str]) -> tuple[Problem, ...]:
    """Names and patterns in ``specs:`` that are none of the ``known`` specs, each once."""
    found = [
        Problem(
            case.where("specs", number),
            f"no spec matches {quote(name)}" if any(char in name for char in "*?[") else f"unknown spec {quote(name)}",
            f"one of {listing(known)}" if known else "a spec; there is none",
            f"did you mean `{meant}`?" if (meant := closest(name, known)) else "remove it, or name a spec of these",
        )
        for case in cases
        for number, name in enumerate(case.scenario.specs or ())
        if not any(fnmatchcase(each, name) for each in known)
    ]
    return tuple(dict.fromkeys(found))


def check_case(case: LoadedCase, spec_every: timedelta) -> tuple[Problem, ...]:
    """Times of a case at which no rule is evaluated; ``spec_every`` is the spec's evaluation interval."""
    every = case.scenario.every or spec_every
    evaluations = case.scenario.length // every
    if evaluations > MOST_EVALUATIONS:
        return (
            Problem(
                case.where("length"),
                f"{evaluations} evaluations, one every {time_text(every)} for {time_text(case.scenario.length)}",
                f"at most {MOST_EVALUATIONS}",
                "shorten the scenario, or evaluate less often with `every:`",
            ),
        )
    found = (
        Problem(
            where,
            f"no rule is evaluated at {time_text(at)}",
            f"a multiple of {time_text(every)}, the evaluation interval",
            f"write {time_text(at // every * every)} or {time_text((at // every + 1) * every)}",
        )
        for at, where in _times(case)
        if at % every
    )
    return tuple(dict.fromkeys(found))


def _times(case: LoadedCase) -> Iterator[tuple[timedelta, Location]]:
    """Every time that must be one of an evaluation, and where it is written."""
    scenario = case.scenario
    for name, expected in (scenario.alerts or {}).items():
        for number, each in enumerate(() if isinstance(expected, str) else expected):
            if each.within is not None:
                continue
            for state, spans in (("pending", each.pending or ()), ("firing", each.firing)):
                for index, (start, end) in enumerate(spans):
                    where = case.where("alerts", name, number, state, index)
                    yield from ((start, where), (end or ZERO, where))
    for key in ("panels", "queries"):
        for number, moment in enumerate(getattr(scenario, key)):
            yield moment.at, case.where(key, number, "at")
