"""One mutant among the rules: its own copy of what it changes and of all that reads that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dashgen.model import Alert
from dashgen.testing.mutate.graph import Reach, Rule, Rules, Spot
from dashgen.testing.mutate.mutants import Mutant
from dashgen.testing.mutate.names import alert_copy, record_copy, renamed, with_alerts, without_copies
from dashgen.testing.mutate.plan import PanelQuestion


@dataclass(frozen=True)
class Chain:
    """The copies of one mutant, each to stand right behind its original; new names by old ones.

    A mutant of a panel has no copies: ``panel`` and ``query`` are the path and what it asks instead.
    ``original`` is the number under which the batch has the target as it is; 0 when it has not.
    """

    number: int
    copies: tuple[tuple[Spot, Rule], ...] = ()
    records: Mapping[str, str] = field(default_factory=dict)
    alerts: Mapping[str, str] = field(default_factory=dict)
    panel: str = ""
    query: str = ""
    original: int = 0

    def asked(self, expr: str, panel: PanelQuestion | None) -> str | None:
        """A question as it is asked about the mutant; None when the answer is that of the original."""
        if self.panel:
            asked = panel.sent(self.query) if panel is not None and panel.path == self.panel else None
            return asked and without_copies(asked)
        changed = self.read(expr)
        return None if changed == without_copies(expr) else changed

    def read(self, expr: str) -> str:
        """An expression that reads what the mutant changed, and of alerts the mutant's alone."""
        return with_alerts(renamed(expr, self.records), self.alerts)


def of_panel(number: int, path: str, mutant: Mutant) -> Chain:
    """A mutant of a panel's query."""
    return Chain(number, panel=path, query=mutant.expr)


def of_rule(number: int, rules: Rules, spot: Spot, mutant: Mutant, reach: Reach) -> Chain:
    """A mutant of a rule, with everything downstream of it that is in ``reach``."""
    records = {name: record_copy(name, number) for name in sorted(reach.records)}
    alerts = {name: alert_copy(name, number) for name in sorted(reach.alerts)}
    names = Chain(number, records=records, alerts=alerts)
    copies = tuple(
        (each, _renamed(_mutated(rule, mutant) if each == spot else rule, names))
        for each, rule in rules.by_spot.items()
        if reach.includes(rule)
    )
    return replace(names, copies=copies)


def _mutated(rule: Rule, mutant: Mutant) -> Rule:
    if isinstance(rule, Alert) and mutant.timing is not None:
        return replace(rule, expr=mutant.expr, wait=mutant.timing.wait, keep_firing_for=mutant.timing.keep)
    return replace(rule, expr=mutant.expr)


def _renamed(rule: Rule, chain: Chain) -> Rule:
    expr = chain.read(rule.expr)
    if isinstance(rule, Alert):
        return replace(rule, name=chain.alerts[rule.name], expr=expr)
    return replace(rule, record=chain.records[rule.record], expr=expr)
