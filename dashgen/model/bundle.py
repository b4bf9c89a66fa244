"""Everything one spec compiles to, before any target turns it into text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.model.dashboard import Dashboard, Missing, Panel
from dashgen.model.rules import Alert, RuleGroup


@dataclass(frozen=True, slots=True)
class MissingAlert:
    """A page this spec cannot have because no source feeds its signal."""

    name: str
    missing: Missing


@dataclass(frozen=True, slots=True)
class Bundle:
    """The dashboards and rule groups of one spec, and the pages that lack a signal.

    ``assumed_versions`` are (source, version) where the spec names none and the newest known was taken.
    """

    spec_name: str
    dashboards: tuple[Dashboard, ...]
    groups: tuple[RuleGroup, ...]
    missing_alerts: tuple[MissingAlert, ...] = ()
    assumed_versions: tuple[tuple[str, str], ...] = ()

    def alerts(self) -> Iterator[Alert]:
        """Every alert of every group, in evaluation order."""
        for group in self.groups:
            for rule in group.rules:
                if isinstance(rule, Alert):
                    yield rule

    def missing_panels(self) -> Iterator[tuple[Dashboard, Panel]]:
        """Panels that no source feeds."""
        for dashboard in self.dashboards:
            for panel in dashboard.panels():
                if panel.missing is not None:
                    yield dashboard, panel
