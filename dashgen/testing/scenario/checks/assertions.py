"""Assertions: there are some, and they are about times at which the scenario plays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.testing.scenario.checks.called import called
from dashgen.testing.scenario.checks.spans import outside, spans_inside
from dashgen.testing.scenario.model import AlertExpectation, Scenario
from dashgen.testing.scenario.types import span_text, time_text

KEYS = ("alerts", "panels", "queries", "notifications")


def nothing(scenario: Scenario) -> Iterator[Finding]:
    """A scenario that asserts nothing cannot fail."""
    if scenario.alerts is None and scenario.notifications is None and not scenario.panels and not scenario.queries:
        yield Finding(
            (),
            "a scenario that asserts nothing",
            f"at least one of {', '.join(KEYS)}",
            "add what must be true; `alerts: {}` is that none may fire",
            key=True,
            reads=tuple((key,) for key in KEYS),
        )


def alert_spans(scenario: Scenario) -> Iterator[Finding]:
    """Spans are inside the scenario, one after the other, and no instance is pending and firing at once."""
    for name, expected in (scenario.alerts or {}).items():
        for number, each in enumerate(() if isinstance(expected, str) else expected):
            path: Path = ("alerts", name, number)
            for state, spans in (("pending", each.pending or ()), ("firing", each.firing)):
                yield from spans_inside(spans, (*path, state), scenario.length)
            yield from _both(each, path)


def _both(each: AlertExpectation, path: Path) -> Iterator[Finding]:
    if each.within is not None:
        return
    for start, end in each.pending or ():
        for number, (first, last) in enumerate(each.firing):
            if (last is None or start <= last) and (end is None or first <= end):
                pending, firing = span_text((start, end)), span_text((first, last))
                yield Finding(
                    (*path, "firing", number),
                    f"firing {firing} and pending {pending} have a moment in common, and both include their ends",
                    "an alert that is either pending or firing",
                    "end the pending span one evaluation before, or say how far off both may be with `within:`",
                    reads=((*path, "pending"), (*path, "within")),
                )


def moments(scenario: Scenario) -> Iterator[Finding]:
    """Panels and queries are looked at while the scenario plays."""
    for key in ("panels", "queries"):
        for number, moment in enumerate(getattr(scenario, key)):
            if moment.at > scenario.length:
                yield outside((key, number, "at"), time_text(moment.at), moment.at, scenario.length)


def notifications(scenario: Scenario) -> Iterator[Finding]:
    """Notifications are in order of time, while the scenario plays."""
    latest: timedelta | None = None
    for number, each in enumerate(scenario.notifications or ()):
        if each.at is None:
            continue
        path: Path = ("notifications", number, "at")
        if each.at > scenario.length:
            yield outside(path, time_text(each.at), each.at, scenario.length)
        if latest is not None and each.at < latest:
            yield Finding(
                path,
                f"{called(path)} is {time_text(each.at)}, before the one above it at {time_text(latest)}",
                "notifications in order of time",
                "put them in order",
            )
        latest = each.at
