"""What an exporter exposes at one version, as rows for a terminal or a pipe."""

from __future__ import annotations

from dataclasses import dataclass

from dashgen.catalogue.availability import availability
from dashgen.catalogue.model import Exporter, Metric
from dashgen.catalogue.version import VersionRange


@dataclass(frozen=True, slots=True)
class Row:
    """One metric: its name under the default variant, type, unit, labels, and when it is there."""

    name: str
    type: str
    unit: str
    labels: str
    state: str
    meaning: str


def rows(exporter: Exporter, versions: VersionRange) -> tuple[Row, ...]:
    """The metrics some version of the range can expose, switched-off ones included, sorted by name.

    Labels of DCGM (type ``label``) and metrics not yet or no longer in the code are left out.
    """
    result = []
    for name in sorted({metric.name for metric in exporter.metrics if metric.type != "label"}):
        found = exporter.find(name)
        if availability(exporter, name, versions, enabled=[name]).state == "never":
            continue
        # Entries of an engine that is gone at these versions say nothing about them.
        metric = next((entry for entry in found if _lives(entry, versions)), found[0])
        more = ", ..." if metric.open_labels else ""
        at = versions.high if versions.high and versions.high_included else versions.low or exporter.newest
        labels = ", ".join(metric.labels_at(at)) + more
        result.append(Row(name, metric.type, metric.unit, labels, _state(exporter, metric, versions), metric.meaning))
    return tuple(result)


def _lives(metric: Metric, versions: VersionRange) -> bool:
    low = versions.low
    return low is None or metric.removed_in is None or low < metric.removed_in


def _state(exporter: Exporter, metric: Metric, versions: VersionRange) -> str:
    answer = availability(exporter, metric.name, versions)
    if answer.state == "always":
        return "on"
    reason = answer.reason.partition("; careful")[0].removeprefix("off by default: ")
    return f"{'partly' if answer.state == 'sometimes' else 'off'}: {reason}"
