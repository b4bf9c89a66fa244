"""What of a spec the scenarios assert: alerts fired and silent, panel queries with a value, records behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dashgen.testing.prepare import Prepared
from dashgen.testing.results import Covered
from dashgen.testing.subject import Subject

FIRED, SILENT, QUERIES, RECORDS = "alerts fired", "alerts silent", "panel queries", "recording rules"


def coverage(prepared: Sequence[Prepared]) -> tuple[Covered, ...]:
    """One entry for each spec that is played on, in the order in which they are met.

    Specs that are only there for scenarios are not meant to be covered.
    """
    subjects = {each.subject.spec.name: each.subject for each in prepared if not each.subject.auxiliary}
    return tuple(
        _of_spec(subject, [each for each in prepared if each.subject is subject]) for subject in subjects.values()
    )


def percent(covered: Covered) -> float:
    """The share of everything that is asserted, 0 to 100."""
    all_of = sum(number for _, number in covered.counts.values())
    return 100 * sum(number for number, _ in covered.counts.values()) / all_of if all_of else 100.0


def enough(covered: Iterable[Covered], least: float | None) -> bool:
    """Whether every spec is covered to ``least`` per cent."""
    return least is None or all(percent(each) >= least for each in covered)


def _of_spec(subject: Subject, prepared: Sequence[Prepared]) -> Covered:
    fired = {name for each in prepared for name in _fired(each)}
    silent = {name for each in prepared for name in _silent(each)}
    queries = {asked.path for each in prepared for asked in each.asked if asked.path and asked.exact}
    expressions = {subject.alerts[name].expr for name in fired & silent}
    expressions |= {asked.question.expr for each in prepared for asked in each.asked if asked.exact}
    records = {name for expr in expressions for name in subject.feeding(expr)}
    kinds = {
        FIRED: (fired, subject.alerts),
        SILENT: (silent, subject.alerts),
        QUERIES: (queries, subject.queries),
        RECORDS: (records, subject.records),
    }
    counts = {kind: (len(found & everything.keys()), len(everything)) for kind, (found, everything) in kinds.items()}
    missing = [f"{kind}: {name}" for kind, (found, everything) in kinds.items() for name in _left(everything, found)]
    return Covered(subject.spec.name, counts, tuple(missing))


def _left(everything: Iterable[str], found: set[str]) -> Iterator[str]:
    return (name for name in everything if name not in found)


def _fired(prepared: Prepared) -> Iterator[str]:
    for name, expectations in prepared.alerts.items():
        if not isinstance(expectations, str) and any(each.firing for each in expectations):
            yield name


def _silent(prepared: Prepared) -> Iterator[str]:
    """Alerts that a case asserts to be silent throughout: that they were before they fired proves less.

    Those it says so of, and, as every alert that is not named has to be, all others where everything they read plays.
    """
    for name, expectations in prepared.alerts.items():
        if isinstance(expectations, str) or not any(each.firing for each in expectations):
            yield name
    if prepared.case.scenario.background == "healthy":
        yield from prepared.subject.alerts.keys() - prepared.alerts.keys()
