"""One source that provides a signal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashgen.catalogue.loader import load
from dashgen.catalogue.model import Exporter, SignalUse
from dashgen.catalogue.version import VersionRange
from dashgen.spec import Source, Spec


@dataclass(frozen=True, slots=True)
class Feed:
    """A source, its catalogue entry and the metrics to read a signal from, newest name first."""

    source: Source
    exporter: Exporter
    uses: tuple[SignalUse, ...]

    @property
    def unit(self) -> str:
        """The unit in which the exporter reports it; the count of a histogram has none."""
        first = self.uses[0]
        return "" if first.part == "count" else self.exporter.find(first.metric)[0].unit

    @property
    def native(self) -> bool:
        """Whether its histograms are stored as native ones."""
        return self.source.histograms == "native"

    def provides(self, label: str) -> bool:
        """Whether its series carry a label that a signal asks for beyond the canonical ones."""
        return any(
            label in use.labels or label in metric.labels
            for use in self.uses
            for metric in self.exporter.find(use.metric)
        )


def source_range(source: Source, exporter: Exporter) -> VersionRange:
    """The versions a source runs: what the spec says, else the newest the catalogue knows."""
    return version_range(source.version, exporter)


def version_range(version: str | None, exporter: Exporter) -> VersionRange:
    """A version of the spec as a range; the newest the catalogue knows when there is none."""
    return VersionRange.parse(version or exporter.newest_text)


def presence(source: Source) -> Feed:
    """The series whose existence says the source works."""
    exporter = load(source.kind)
    metric = exporter.find(exporter.presence.metric)[0]
    variant = source.variant or exporter.default_variant
    name = metric.name_in(variant)
    spelled = exporter.variants[variant].spellings(name) if variant else (name,)
    part: Literal["", "count"] = "count" if metric.type == "histogram" else ""
    return Feed(source, exporter, tuple(SignalUse(spelling, part=part) for spelling in spelled))


def assumed_versions(spec: Spec) -> tuple[tuple[str, str], ...]:
    """(source, version) of each exporter whose names changed over time and whose version the spec leaves out."""
    return tuple(
        (source.id, load(source.kind).newest_text)
        for source in spec.sources
        if source.version is None and any(metric.since for metric in load(source.kind).metrics)
    )
