"""What a series name means: the catalogue's entries behind it, and whether the deployment exposes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dashgen.catalogue.availability import Availability, availability
from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.model import Exporter, Metric
from dashgen.lint.assume import Assumptions, Exposed

Part = Literal["", "bucket", "sum", "count", "created"]
_PARTS: tuple[Part, ...] = ("bucket", "sum", "count", "created")
_RANK = {"always": 2, "sometimes": 1, "never": 0}


@dataclass(frozen=True, slots=True)
class Known:
    """One exporter's entries for a name, one for each of its engines that has them; ``part`` of a histogram."""

    exporter: Exporter
    metrics: tuple[Metric, ...]
    part: Part

    @property
    def metric(self) -> Metric:
        """The entry of the newest engine."""
        return self.metrics[-1]

    @property
    def cumulative(self) -> bool:
        """Whether its value only grows: a counter, or any part of a histogram."""
        if self.part == "created":
            return False
        return self.metric.type == "counter" or (self.metric.type in ("histogram", "summary") and self.part != "")

    @property
    def labels(self) -> frozenset[str]:
        """Every label a series may have by the catalogue: its own in any version, and those the scrape adds."""
        own = {label for metric in self.metrics for label in metric.labels}
        bound = {"le"} if self.part == "bucket" else {"quantile"} if self.metric.type == "summary" else set()
        return frozenset(own | bound | set(self.exporter.target_labels))

    @property
    def open_labels(self) -> bool:
        """Whether it may carry labels the catalogue does not list."""
        return any(metric.open_labels for metric in self.metrics)


@lru_cache(maxsize=16_384)
def known(name: str) -> tuple[Known, ...]:
    """Every exporter that has the name in some version; empty when none has."""
    found = []
    for exporter_name in exporters():
        exporter = load(exporter_name)
        metrics = exporter.find(name)
        if metrics:
            found.append(Known(exporter, metrics, _part(name, metrics[0])))
    return tuple(found)


@lru_cache(maxsize=16_384)
def telling(name: str, exporter: str) -> bool:
    """Whether the first word of a name says whose it is; everybody has an ``http_requests_total``."""
    return name.startswith(_first_words(exporter))


@lru_cache(maxsize=128)
def _first_words(exporter: str) -> tuple[str, ...]:
    """The word, with what ends it, that most names of an exporter begin with; none when they have none in common."""
    begins = [match[0] for each in load(exporter).metrics if (match := re.match("[^:_.]+[:_.]", each.name)) is not None]
    names = sum(each.type != "label" for each in load(exporter).metrics)
    words = {each.rstrip(":_.") for each in begins}
    common = [word for word in words if sum(each.rstrip(":_.") == word for each in begins) >= 0.6 * names]
    return tuple(f"{word}{end}" for word in common for end in ":_.")


def _part(name: str, metric: Metric) -> Part:
    if metric.type == "counter" and name.endswith("_created"):
        return "created"
    if metric.type not in ("histogram", "summary"):
        return ""
    return next((part for part in _PARTS if name.endswith(f"_{part}")), "")


@lru_cache(maxsize=16_384)
def owners(name: str) -> tuple[Exporter, ...]:
    """The exporters whose whole namespace the name is in: they would expose it if it existed."""
    loaded = (load(each) for each in exporters())
    prefixed = (exporter for exporter in loaded if exporter.owns and name.startswith(exporter.owns))
    return tuple(
        exporter for exporter in prefixed if not any(re.fullmatch(other, name) for other in exporter.owns_except)
    )


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether the deployment exposes a name: the best answer over its exporters and sources, and why."""

    known: Known
    source: Exposed
    answer: Availability

    @property
    def state(self) -> str:
        """always, sometimes or never."""
        return self.answer.state


def exposure(name: str, assume: Assumptions) -> Exposure | None:
    """The best exposure of a name; None when no exporter of the deployment has it in any version."""
    best: Exposure | None = None
    for each in known(name):
        for source in assume.exposed(each.exporter.name):
            answer = _available(name, each.exporter.name, source)
            if best is None or _RANK[answer.state] > _RANK[best.state]:
                best = Exposure(each, source, answer)
    return best


@lru_cache(maxsize=16_384)
def _available(name: str, exporter: str, source: Exposed) -> Availability:
    return availability(
        load(exporter), name, source.versions, source.variant, enabled=source.enabled, disabled=source.disabled
    )
