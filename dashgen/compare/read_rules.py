"""Rule groups, as every kind of rule file holds them -> the neutral form of alerts and recorded series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from dashgen.compare.model import Alert, Artefacts, Dashboard, Record


def read_groups(groups: list[Mapping[str, Any]]) -> Artefacts:
    """The rules of a file.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: when the groups have another shape.
    """
    alerts: list[Alert] = []
    records: dict[Any, Record] = {}
    for rule in (rule for group in groups for rule in group.get("rules") or []):
        labels = _texts(rule.get("labels"))
        if "alert" in rule:
            alerts.append(_alert(rule, labels))
        else:
            record = Record(str(rule["record"]), tuple(sorted(labels.items())), str(rule["expr"]))
            records.setdefault((record.name, record.labels), record)
    intervals = {str(group["name"]): str(group.get("interval") or "") for group in groups}
    return Artefacts(alerts=tuple(alerts), records=records, intervals=intervals)


def merge_rules(dashboards: Mapping[str, Dashboard], parts: Iterable[Artefacts]) -> Artefacts:
    """Rules of several files: an alert that stands in two of them is one, twice in one file is two."""
    alerts: list[Alert] = []
    records: dict[Any, Record] = {}
    intervals: dict[str, str] = {}
    for part in parts:
        have = Counter(alert.name for alert in alerts)
        for alert in part.alerts:
            if have[alert.name]:
                have[alert.name] -= 1
            else:
                alerts.append(alert)
        records = {**part.records, **records}
        intervals = {**part.intervals, **intervals}
    return Artefacts(dashboards, tuple(alerts), records, intervals)


def _alert(rule: Mapping[str, Any], labels: dict[str, str]) -> Alert:
    severity = labels.pop("severity", "")
    return Alert(
        name=str(rule["alert"]),
        severity=severity,
        expr=str(rule["expr"]),
        wait=str(rule.get("for") or "0s"),
        keep=str(rule.get("keep_firing_for") or "0s"),
        labels=labels,
        annotations=_texts(rule.get("annotations")),
    )


def _texts(mapping: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in sorted((mapping or {}).items())}
