"""Which two names are one metric: before and after a rename, in two dialects, with and without ``_total``."""

from __future__ import annotations

from dashgen.catalogue.model import Exporter, Metric
from dashgen.lint.meaning.names.series import Known
from dashgen.lint.meaning.world import World


def same_metric(one: str, other: str, world: World) -> bool:
    """Whether two series names stand for the same quantity of the same exporter."""
    if not one or not other:
        return False
    if one == other or _plain(one) == _plain(other):
        return True
    for first in world.known(one):
        for second in world.known(other):
            if first.exporter is second.exporter and first.part == second.part and _same(first, second):
                return True
    return False


def _plain(name: str) -> str:
    return name.replace(":", "_").removesuffix("_total")


def _same(one: Known, other: Known) -> bool:
    return any(
        first is second or _leads(first, second, one.exporter) or _leads(second, first, one.exporter)
        for first in one.metrics
        for second in other.metrics
    )


def _leads(old: Metric, new: Metric, exporter: Exporter) -> bool:
    """Whether renames lead from one entry to another; there may be several after each other."""
    seen: set[str] = set()
    name = old.renamed_to
    while name and name not in seen:
        if name == new.name:
            return True
        seen.add(name)
        name = next((each.renamed_to for each in exporter.find(name) if each.renamed_to), "")
    return False
