"""Who reads whom among the rules of a spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dashgen.model import Alert, RecordingRule, RuleGroup
from dashgen.testing.mutate.names import ALERTS, ANY, read_names

Rule = RecordingRule | Alert


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """Where a rule is: the index of its group, its index there."""

    group: int
    rule: int


@dataclass(frozen=True)
class Reach:
    """Everything a change of one rule can change: names of records, names of alerts."""

    records: frozenset[str] = frozenset()
    alerts: frozenset[str] = frozenset()

    def includes(self, rule: Rule) -> bool:
        """Whether the rule writes one of them; several rules may write one record."""
        return rule.name in self.alerts if isinstance(rule, Alert) else rule.record in self.records

    def seen_by(self, expr: str) -> bool:
        """Whether an expression reads one of them."""
        names = read_names(expr)
        return not names.isdisjoint(self.records) or (bool(self.alerts) and not names.isdisjoint(ALERTS))


class Rules:
    """The rules of all groups, in the order of evaluation."""

    def __init__(self, groups: Sequence[RuleGroup]) -> None:
        self.groups = groups
        self.by_spot: Mapping[Spot, Rule] = {
            Spot(group, index): rule for group, each in enumerate(groups) for index, rule in enumerate(each.rules)
        }
        self._reaches: dict[Reach, Reach] = {}

    def reach(self, rule: Rule) -> Reach:
        """The rule itself and all that reads it, directly or through others."""
        start = Reach(alerts=frozenset({rule.name})) if isinstance(rule, Alert) else Reach(frozenset({rule.record}))
        if start not in self._reaches:
            self._reaches[start] = self._spread(start)
        return self._reaches[start]

    def _spread(self, reach: Reach) -> Reach:
        while True:
            further = [each for each in self.by_spot.values() if reach.seen_by(each.expr)]
            records = reach.records | {each.record for each in further if isinstance(each, RecordingRule)}
            alerts = reach.alerts | {each.name for each in further if isinstance(each, Alert)}
            if (records, alerts) == (reach.records, reach.alerts):
                return reach
            reach = Reach(records, alerts)

    def judged(self, reach: Reach, read: frozenset[str], *, alerts: bool) -> Reach:
        """The part of ``reach`` that leads to series somebody reads, or to alerts where those are looked at."""
        kept = Reach(reach.records & read, reach.alerts if alerts or not read.isdisjoint(ALERTS) else frozenset())
        while True:
            seen = (read_names(rule.expr) for rule in self.by_spot.values() if kept.includes(rule))
            records = kept.records | (reach.records & frozenset[str]().union(*seen))
            if records == kept.records:
                return kept
            kept = Reach(records, kept.alerts)

    @cached_property
    def _writers(self) -> Mapping[str, tuple[Spot, ...]]:
        found: dict[str, tuple[Spot, ...]] = {}
        for spot, rule in self.by_spot.items():
            names = ALERTS if isinstance(rule, Alert) else (rule.record,)
            found.update({name: (*found.get(name, ()), spot) for name in names})
        return found

    def feeding(self, names: Iterable[str]) -> tuple[frozenset[Spot], frozenset[str]]:
        """The rules that series of these names rest on, and every name that is read on the way."""
        spots: set[Spot] = set()
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            found = self.by_spot if name == ANY else self._writers.get(name, ())
            for spot in found:
                if spot not in spots:
                    spots.add(spot)
                    todo += read_names(self.by_spot[spot].expr)
        return frozenset(spots), frozenset(seen)
