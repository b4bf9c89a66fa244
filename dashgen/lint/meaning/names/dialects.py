"""OpenTelemetry instruments and what the paths to Prometheus make of their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.model import Metric

_PARTS = ("_bucket", "_sum", "_count", "_created")
_UNITS = ("token", "tokens", "request", "requests", "seconds", "milliseconds", "ms", "usd", "dollars", "ratio", "total")
_CONVENTION = "gen_ai."
"""Instruments that mean the same everywhere; other names are one application's own."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name under the variants of one exporter that store it so; ``variants`` is empty when all do."""

    exporter: str
    metric: Metric
    part: str
    variants: frozenset[str]


def split(name: str) -> tuple[str, str]:
    """``x_bucket`` -> (``x``, ``_bucket``)."""
    part = next((each for each in _PARTS if name.endswith(each)), "")
    return name.removesuffix(part), part


@lru_cache(maxsize=65_536)
def spellings(name: str) -> tuple[Spelling, ...]:
    """What a name says of the path it took, for each exporter that may have sent it."""
    return tuple(_spellings(name))


def _spellings(name: str) -> Iterator[Spelling]:
    base, part = split(name)
    for exporter, metric in _instruments():
        for whole, rest in ((name, ""), (base, part)):
            variants = frozenset(variant for variant, spelled in metric.names.items() if spelled == whole)
            if variants:
                yield Spelling(exporter, metric, rest, frozenset() if len(variants) == len(metric.names) else variants)
                break


@lru_cache(maxsize=1)
def _instruments() -> tuple[tuple[str, Metric], ...]:
    return tuple((name, metric) for name in exporters() for metric in load(name).metrics if metric.names)


@lru_cache(maxsize=65_536)
def other_spelling(name: str, stated: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """(exporter, name) of the instruments whose name and unit this one spells as no path does.

    Of exporters nobody spoke of only conventions count: an application may call its own metrics as it likes.
    """
    base, part = split(name.lower())
    found: list[tuple[str, str]] = []
    for exporter, metric in _instruments():
        if exporter not in stated and not metric.instrument.startswith(_CONVENTION):
            continue
        if metric.instrument.replace(".", "_") in _stripped(base):
            found += [(exporter, spelled + part) for spelled in dict.fromkeys(metric.names.values())]
    return tuple(found)


def _stripped(base: str) -> tuple[str, ...]:
    """The name without one, two … words of units at its end."""
    found = [base]
    while (head := found[-1].rpartition("_"))[2] in _UNITS and head[0]:
        found.append(head[0])
    return tuple(found)
