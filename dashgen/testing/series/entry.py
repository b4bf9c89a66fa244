"""What the catalogue says of one series name at the version a source runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from dashgen.catalogue.model import Buckets, Exporter, Metric
from dashgen.signals.feed import version_range


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A metric as a source shows it: ``labels`` are on every series, ``bounds`` empty when unknown or no histogram.

    ``keep`` are the labels of signals it carries and what it calls them, as any signal that reads it knows.
    """

    metric: Metric
    labels: tuple[str, ...]
    bounds: Buckets
    keep: Mapping[str, str]


@cache
def entry(version: str | None, exporter: Exporter, name: str) -> Entry:
    """The entry of a name. Of a range of versions the newest counts, of several engines the one that lives on."""
    versions, found = version_range(version, exporter), exporter.find(name)
    high = versions.high or exporter.newest
    metric = next((each for each in found if each.removed_in is None or high < each.removed_in), found[0])
    changes = {start for start, _ in (*metric.label_history, *metric.bucket_history) if start is not None}
    points = versions.points(changes)
    at = points[-1] if points else exporter.newest
    readers = (use for uses in exporter.signals.values() for use in uses if metric in exporter.find(use.metric))
    keep = {label: called for use in readers for label, called in use.keep.items()}
    return Entry(metric, metric.labels_at(at), metric.buckets_at(at), keep)
