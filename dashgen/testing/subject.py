"""A spec under test: its model, with everything a scenario may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from dashgen.folders import packaged_rules
from dashgen.model import Alert, Bundle, Dashboard, Panel, Query, RecordingRule, RuleGroup
from dashgen.promql.reads import reads
from dashgen.spec import Spec
from dashgen.testing.notifications.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Shown:
    """One Prometheus query and the panel and dashboard it is in."""

    board: Dashboard
    panel: Panel
    query: Query

    @property
    def path(self) -> str:
        """``dashboard/panel/query``, the name of a query in scenarios."""
        return f"{self.board.key}/{self.panel.key}/{self.query.key}"


@dataclass(frozen=True)
class Subject:
    """One spec and what it compiles to. ``auxiliary`` ones are only there for scenarios that name them."""

    spec: Spec
    bundle: Bundle
    auxiliary: bool = False

    @cached_property
    def alerts(self) -> Mapping[str, Alert]:
        """Pages and tickets by name."""
        return {alert.name: alert for alert in self.bundle.alerts()}

    @cached_property
    def queries(self) -> Mapping[str, Shown]:
        """Queries that Prometheus answers, by path; those of traces are not PromQL."""
        return {shown.path: shown for shown in self._shown() if shown.query.source == "prometheus"}

    def _shown(self) -> Iterator[Shown]:
        for board in self.bundle.dashboards:
            for panel in board.panels():
                for query in panel.queries:
                    yield Shown(board, panel, query)

    @cached_property
    def records(self) -> Mapping[str, tuple[RecordingRule, ...]]:
        """Recording rules by the name they write."""
        found: dict[str, tuple[RecordingRule, ...]] = {}
        for group in self.bundle.groups:
            for rule in group.rules:
                if isinstance(rule, RecordingRule):
                    found[rule.record] = (*found.get(rule.record, ()), rule)
        return found

    @cached_property
    def alertmanager(self) -> Configuration:
        """Who is told what, as the ``alertmanager`` target says it."""
        return Configuration.read(self.bundle, self.spec)

    @property
    def known_alerts(self) -> frozenset[str]:
        """Every alert dashgen knows, whether this spec has it or not."""
        return frozenset(path.parent.name for path in packaged_rules().glob("*/runbook.md.j2")) | self.alerts.keys()

    @cached_property
    def _reads_of_record(self) -> Mapping[str, frozenset[str]]:
        return {
            name: frozenset(read for rule in rules for read in reads(rule.expr)) for name, rules in self.records.items()
        }

    def feeding(self, expr: str) -> frozenset[str]:
        """Every series name an expression rests on: those it reads, and what records among them are made of."""
        found: set[str] = set()
        todo = list(reads(expr))
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self._reads_of_record.get(name, ())
        return frozenset(found)

    def needed(self, expressions: Iterable[str]) -> frozenset[str]:
        """Every series name that some alert or one of the expressions rests on: the rest decides nothing."""
        return self._alerts_rest_on.union(*map(self.feeding, expressions))

    @cached_property
    def _alerts_rest_on(self) -> frozenset[str]:
        return frozenset().union(*(self.feeding(alert.expr) for alert in self.alerts.values()))

    def groups_of(self, names: frozenset[str]) -> Iterator[RuleGroup]:
        """The rule groups with their alerts and, of their records, those named."""
        for group in self.bundle.groups:
            rules = tuple(rule for rule in group.rules if isinstance(rule, Alert) or rule.record in names)
            if rules:
                yield replace(group, rules=rules)
