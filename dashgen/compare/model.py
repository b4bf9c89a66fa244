"""The neutral form of emitted artefacts: what dashboards and rules say, whatever file they came in.

Everything has a stable identity: uid of a dashboard, id of a row or panel, refId of a query, name of an
alert, name and labels of a recorded series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Labels = tuple[tuple[str, str], ...]
"""Sorted pairs of name and value."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel. ``other`` holds whatever else its JSON says."""

    ref: str
    expr: str
    legend: str
    other: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel; ``row`` is the title of the row it stands in, ``look`` how it is drawn, place aside."""

    id: str
    title: str
    kind: str
    row: str
    row_id: str
    description: str
    unit: str
    thresholds: tuple[tuple[str, float], ...]
    """Colour and the value it begins at, in the unit of the panel."""
    queries: Mapping[str, Query]
    look: Mapping[str, Any]
    text: str = ""
    """What a text panel says."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard.

    ``variables``, ``links`` and ``notes`` (annotations) are their settings by name, as ``look`` is by dotted path.
    """

    uid: str
    title: str
    description: str
    rows: Mapping[str, str]
    panels: Mapping[str, Panel]
    variables: Mapping[str, Mapping[str, Any]]
    links: Mapping[str, Mapping[str, Any]]
    notes: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; ``labels`` are those beside severity, ``wait`` is Prometheus' ``for``."""

    name: str
    severity: str
    expr: str
    wait: str
    keep: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A recorded series: the name is an API for whoever reads it."""

    name: str
    labels: Labels
    expr: str


@dataclass(frozen=True, slots=True)
class Artefacts:
    """What one file, or all files of one spec, say."""

    dashboards: Mapping[str, Dashboard] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()
    records: Mapping[tuple[str, Labels], Record] = field(default_factory=dict)
    intervals: Mapping[str, str] = field(default_factory=dict)
    """Rule group -> how often it is evaluated."""

    def __bool__(self) -> bool:
        return bool(self.dashboards or self.alerts or self.records)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that should hold dashboards or rules and does not, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The output of one spec on one side: file name -> what it says; None for files of another kind."""

    files: Mapping[str, bytes]
    contents: Mapping[str, Artefacts | Unreadable | None]
