"""Which records can be made from which, and how far back each is needed: the passes, in order.

A record made in a pass is not there for the other rules of that pass: promtool asks a server, and the server sees new
blocks only when they are in its data folder. So pass 1 makes what reads raw series, pass n what reads pass n - 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashgen.errors import InputError, Location, Problem
from dashgen.model import Bundle, RecordingRule, RuleGroup
from dashgen.promql import macros
from dashgen.promql.reads import reads

HOUR = timedelta(hours=1)
GLOBAL_INTERVAL = timedelta(minutes=1)
"""Interval of a rule group that names none: Prometheus' default."""

Reads = Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Pass:
    """Records to make together, from ``start`` to the end of the plan."""

    groups: tuple[RuleGroup, ...]
    start: datetime
    evaluations: int

    @property
    def rules(self) -> int:
        """How many rules it evaluates."""
        return sum(len(group.rules) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Plan:
    """The passes; panels are complete from ``start`` on. ``raw_from`` is the oldest raw sample any of them reads.

    ``cut`` is set when history older than ``earliest`` was wanted and left out, for it would not be kept.
    """

    passes: tuple[Pass, ...]
    start: datetime
    end: datetime
    earliest: datetime
    raw_from: datetime
    cut: bool


def plan(bundle: Bundle, start: datetime, end: datetime, earliest: datetime) -> Plan:
    """The passes that make every record of the bundle, so that panels are complete from ``start`` to ``end``.

    What panels, alerts and records read further back (a range, ``offset 1w``) is made further back, though never
    before ``earliest``.

    Raises:
        InputError: when records read each other in a circle.
    """
    read_by = _reads_of_records(bundle)
    levels = _levels(read_by)
    wanted = _wanted(bundle, read_by, levels, start, end)
    starts = {name: max(_floor(moment), earliest) for name, moment in wanted.items()}
    raw = [starts[name] - reach for name, read in read_by.items() for one, reach in read.items() if one not in read_by]
    passes = []
    for level in range(max(levels.values(), default=-1) + 1):
        names = {name for name, its in levels.items() if its == level}
        first = min(starts[name] for name in names)
        passes.append(_pass(bundle, names, first, end))
    cut = any(_floor(moment) < earliest for moment in wanted.values())
    return Plan(tuple(passes), max(start, earliest), end, earliest, min(raw, default=start), cut)


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _reads_of_records(bundle: Bundle) -> dict[str, dict[str, timedelta]]:
    """Record -> what its rules read, how far back."""
    found: dict[str, dict[str, timedelta]] = {}
    for group in bundle.groups:
        for rule in group.rules:
            if isinstance(rule, RecordingRule):
                _further(found.setdefault(rule.record, {}), reads(rule.expr))
    return found


def _further(known: dict[str, timedelta], more: Reads) -> None:
    for name, reach in more.items():
        known[name] = max(reach, known.get(name, timedelta()))


def _levels(read_by: Mapping[str, Reads]) -> dict[str, int]:
    """Record -> how many passes come before its own."""
    levels: dict[str, int] = {}
    left = dict(read_by)
    while left:
        ready = [name for name, read in left.items() if not any(other in left for other in read)]
        if not ready:
            raise InputError([_circle(left)])
        for name in ready:
            below = [levels[other] for other in left[name] if other in levels]
            levels[name] = max(below, default=-1) + 1
        for name in ready:
            del left[name]
    return levels


def _circle(left: Iterable[str]) -> Problem:
    return Problem(
        Location("recording rules"),
        f"these read each other in a circle: {', '.join(sorted(left))}",
        "records that follow from raw series step by step",
        "let the one you added read something else",
    )


def _wanted(
    bundle: Bundle, read_by: Mapping[str, Reads], levels: Mapping[str, int], start: datetime, end: datetime
) -> dict[str, datetime]:
    """Record -> the first moment at which something reads it."""
    wanted = dict.fromkeys(read_by, start)

    def note(read: Reads, since: datetime) -> None:
        for name, reach in read.items():
            if name in wanted:
                wanted[name] = min(wanted[name], since - reach)

    for alert in bundle.alerts():
        note(reads(alert.expr), end)
    for board in bundle.dashboards:
        variables = {variable.name: ".*" for variable in board.variables}
        # `$__range` begins where the panel does: only what an expression looks back beyond that counts.
        builtin = macros.times(span=timedelta(minutes=1))
        for panel in board.panels():
            for query in panel.queries:
                if query.source == "prometheus":
                    note(reads(macros.expand(query.expr, variables, builtin)), end if query.instant else start)
    for name in sorted(read_by, key=lambda name: -levels[name]):
        note(read_by[name], wanted[name])
    return wanted


def _pass(bundle: Bundle, names: set[str], start: datetime, end: datetime) -> Pass:
    groups, evaluations = [], 0
    for group in bundle.groups:
        rules = tuple(rule for rule in group.rules if isinstance(rule, RecordingRule) and rule.record in names)
        if rules:
            groups.append(replace(group, rules=rules))
            evaluations += len(rules) * ((end - start) // (group.interval or GLOBAL_INTERVAL))
    return Pass(tuple(groups), start, evaluations)
