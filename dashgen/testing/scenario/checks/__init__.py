"""What a scenario's fields must be beside each other: every check ``(Scenario) -> findings``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dashgen.spec.checks.finding import Finding
from dashgen.testing.scenario.cases import effective, names, origin
from dashgen.testing.scenario.checks import assertions, series
from dashgen.testing.scenario.model import Scenario

CHECKS = (
    series.parts,
    series.beginnings,
    assertions.nothing,
    assertions.alert_spans,
    assertions.moments,
    assertions.notifications,
)


def check(scenario: Scenario) -> Iterator[Finding]:
    """Everything the checks say about each case of a file; what cases share may be found several times."""
    for case in names(scenario):
        played = effective(scenario, case)
        for one in CHECKS:
            for finding in one(played):
                yield replace(
                    finding,
                    path=origin(scenario, case, finding.path),
                    reads=tuple(origin(scenario, case, path) for path in finding.reads),
                )


__all__ = ["CHECKS", "check"]
