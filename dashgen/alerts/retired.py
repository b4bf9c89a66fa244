"""Recorded names and labels are an API: what replaces one keeps writing the old one for 35 days.

A change of a recorded name, of its labels or of its meaning gets an entry in ``RETIRED`` in the same commit. Every
service then records the old name beside the new one until the last day, so that panels over 30 days, week-over-week
rules and queries of other people have time to move. An entry whose last day has passed writes nothing and can go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dashgen.alerts.prices import during
from dashgen.model import RecordingRule, RuleGroup
from dashgen.promql.selector import Match, vector
from dashgen.signals.scope import SERVICE

KEPT = timedelta(days=35)
"""How long an old name is written: the longest panel looks back 30 days."""
NEW = "{new}"


@dataclass(frozen=True, slots=True)
class Retired:
    """A record that was called ``old`` and is ``new`` since ``day``.

    ``expr`` is the old series in terms of the new one, which ``{new}`` stands for: ``{new} * 1000`` after a change of
    unit, ``sum without (route) ({new})`` after a change of labels.
    """

    old: str
    new: str
    day: date
    expr: str = NEW


RETIRED: tuple[Retired, ...] = ()
"""Oldest first; empty while no recorded name has changed."""


def with_retired(groups: Iterable[RuleGroup], retired: Iterable[Retired] = RETIRED) -> tuple[RuleGroup, ...]:
    """The groups with a rule for each old name, right after the last rule that writes its new one.

    Raises:
        ValueError: when an old name is still recorded: the two rules would write the same series.
    """
    found = tuple(groups)
    for entry in retired:
        found = _with(found, entry)
    return found


def _with(groups: tuple[RuleGroup, ...], entry: Retired) -> tuple[RuleGroup, ...]:
    places = [
        (g, r) for g, group in enumerate(groups) for r, rule in enumerate(group.rules) if _writes(rule, entry.new)
    ]
    if any(_writes(rule, entry.old) for group in groups for rule in group.rules):
        raise ValueError(f"{entry.old} is in the table of retired names, but a rule still records it")
    if not places:
        return groups
    at, after = places[-1]
    rules = groups[at].rules
    writer = rules[after]
    assert isinstance(writer, RecordingRule)
    longer = (*rules[: after + 1], _old(entry, writer.labels[SERVICE]), *rules[after + 1 :])
    return (*groups[:at], replace(groups[at], rules=longer), *groups[at + 1 :])


def _writes(rule: object, name: str) -> bool:
    return isinstance(rule, RecordingRule) and rule.record == name


def _old(entry: Retired, service: str) -> RecordingRule:
    new = vector(entry.new, (Match(SERVICE, "=", service),))
    before = during(1, None, entry.day + KEPT)
    return RecordingRule(entry.old, f"({entry.expr.replace(NEW, new)})\nand on () ({before})", {SERVICE: service})
