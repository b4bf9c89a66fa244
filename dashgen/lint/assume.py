"""What is known of the deployment a file is for: exporter versions, and the Prometheus that answers and evaluates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.version import Version, VersionRange

NEWEST_PROMETHEUS = Version.parse("3.5")
"""What a file without any assumption is for: the newest long-term release the function table knows."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """One source: which versions of an exporter run, under which of its configurations."""

    versions: VersionRange
    variant: str | None = None
    enabled: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    stated: bool = True
    """Whether somebody said so; else it is the newest version the catalogue knows."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """``sources`` maps an exporter to what runs of it; what is not in it runs in its newest version, unless ``closed``.

    Times are None when nobody said them. ``stated`` is false when nothing at all was said.
    """

    sources: Mapping[str, tuple[Exposed, ...]] = field(default_factory=dict)
    closed: bool = False
    prometheus: Version = NEWEST_PROMETHEUS
    flavour: str = "prometheus"
    scrape_interval: timedelta | None = None
    evaluation_interval: timedelta | None = None
    retention: timedelta | None = None
    rules: str = "local"
    external_labels: frozenset[str] = frozenset()
    replica_label: str | None = None
    page_severities: frozenset[str] = frozenset({"page", "critical"})
    name: str = ""
    """Whose they are: a spec, or '' for those of the command line."""

    def exposed(self, exporter: str) -> tuple[Exposed, ...]:
        """What runs of an exporter; nothing when the deployment has no such source."""
        if exporter in self.sources or self.closed:
            return self.sources.get(exporter, ())
        return (Exposed(VersionRange.exactly(load(exporter).newest), stated=False),)


def known_exporters() -> tuple[str, ...]:
    """The names ``--assume`` takes versions of."""
    return exporters()
