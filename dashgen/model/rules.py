"""Alerts, recording rules and their groups: what Prometheus will evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """A query evaluated at every interval and stored under ``record`` with ``labels`` added."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PanelRef:
    """The panel that shows what an alert watches: dashboard key and panel key."""

    dashboard: str
    panel: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition somebody is told about. ``page`` wakes a person, ``ticket`` waits for the morning.

    ``wait`` is Prometheus' ``for``. ``panel`` is where the summary of the runbook sends the reader.
    ``labels`` and ``annotations`` are those beyond severity, summary and description.
    """

    name: str
    expr: str
    severity: Literal["page", "ticket"]
    summary: str
    description: str
    panel: PanelRef
    wait: timedelta = timedelta(0)
    keep_firing_for: timedelta = timedelta(0)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules evaluated one after the other at ``interval``; a record precedes the rules that read it."""

    name: str
    rules: tuple[RecordingRule | Alert, ...]
    interval: timedelta | None = None
