"""Which labels the series of a name carry in the deployment, and which label was meant by one they do not carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dashgen.catalogue.model import Metric
from dashgen.catalogue.version import VersionRange
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Selector

_KEEP_SERIES = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_OTHER_LABELS = frozenset({"label_replace", "label_join", "info", "absent", "absent_over_time"})


@dataclass(frozen=True, slots=True)
class Carried:
    """``now``: what may be there in the assumed versions, those of the scrape included; ``own``: the metric's alone.

    ``former``: what other versions or exporters of the name have. ``canonical``: what a label is called here.
    """

    name: str
    title: str
    now: frozenset[str]
    own: tuple[str, ...]
    former: frozenset[str]
    canonical: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """``label`` is what the series carry instead; '' when it is gone without."""

    label: str
    why: str


def carried(name: str, world: World) -> Carried | None:
    """The labels of a name; None when they are not all known, or nothing of the kind runs."""
    key = ("carried", name)
    if key not in world.memo:
        world.memo[key] = _carried(name, world)
    found: Carried | None = world.memo[key]
    return found


def _carried(name: str, world: World) -> Carried | None:
    if world.recorded(name):
        return None
    entries = world.known(name)
    if not entries or any(each.open_labels for each in entries):
        return None
    running = [(each, source) for each in entries for source in world.assume.exposed(each.exporter.name)]
    stated = [pair for pair in running if pair[1].stated] or running
    if not stated:
        return None
    own: dict[str, None] = {}
    now: set[str] = set(world.assume.external_labels) | {"le", "quantile", "__name__"}
    canonical: dict[str, str] = {}
    for each, source in stated:
        for metric in each.metrics:
            own.update(dict.fromkeys(_labels_in(metric, source.versions)))
            now.update(metric.optional_labels)
        now.update(each.exporter.target_labels)
        canonical.update(each.exporter.label_map(source.versions.high))
    if world.assume.replica_label:
        now.add(world.assume.replica_label)
    now.update(own)
    ever = frozenset().union(*(each.labels for each in entries))
    return Carried(name, stated[0][0].exporter.title, frozenset(now), tuple(own), ever - now, tuple(canonical.items()))


def _labels_in(metric: Metric, versions: VersionRange) -> Iterator[str]:
    """The labels of a metric in any of the versions."""
    starts = [start for start, _ in metric.label_history]
    for index, (start, labels) in enumerate(metric.label_history):
        after = starts[index + 1] if index + 1 < len(starts) else None
        too_old = after is not None and versions.low is not None and after <= versions.low
        if (versions.reaches(start) or index == 0) and not too_old:
            yield from labels


def meant(label: str, series: Carried) -> Meant | None:
    """What was meant by a label the series do not carry; None when they do, or relabelling may have added it.

    A scrape can add any label, so only those count that are almost a label of the series, or were one.
    """
    if label in series.now or label.startswith(("exported_", "__")):
        return None
    raw = dict(series.canonical).get(label, "")
    if raw and raw != label and raw in series.own:
        return Meant(raw, f"{series.title} calls it `{raw}`")
    close = _close(label, series.own)
    if close:
        return Meant(close, f"it has `{close}`")
    if label in series.former:
        return Meant("", "other versions or exporters have it")
    return None


@lru_cache(maxsize=65_536)
def _close(label: str, own: tuple[str, ...]) -> str:
    flat = label.replace("_", "").lower()
    for each in own:
        other = each.replace("_", "").lower()
        allowed = 2 if len(flat) >= 10 else 1 if len(flat) >= 6 else 0
        if flat == other or (abs(len(flat) - len(other)) <= allowed and _distance(flat, other, allowed)):
            return each
    return ""


def _distance(one: str, other: str, allowed: int) -> bool:
    """Whether at most so many letters differ, are missing or are too many."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1] <= allowed


def series_of(node: Node) -> tuple[Selector, ...] | None:
    """The selectors whose labels come out of an expression as they are; None when something changes their labels."""
    found: list[Selector] = []
    return tuple(found) if _collect(node, found) and found else None


def _collect(node: Node, found: list[Selector]) -> bool:
    if isinstance(node, Selector):
        found.append(node)
        return True
    if isinstance(node, Aggregate):
        kept = node.function.text.lower() in _KEEP_SERIES and bool(node.arguments)
        return kept and _collect(node.arguments[-1], found)
    if isinstance(node, Call) and node.function.text in _OTHER_LABELS:
        return False
    if isinstance(node, Binary) and node.grouping is not None:
        return False
    return all(_collect(each, found) for each in node.children())


def lacking(label: str, node: Node, world: World) -> tuple[Carried, Meant] | None:
    """Of an expression none of whose series carries a label: the first of them, and what was meant."""
    selectors = series_of(node)
    if not selectors:
        return None
    accused: tuple[Carried, Meant] | None = None
    for selector in selectors:
        series = carried(selector.metric, world)
        why = meant(label, series) if series is not None else None
        if series is None or why is None or _says(selector, label):
            return None
        accused = accused or (series, why)
    return accused


def _says(selector: Selector, label: str) -> bool:
    """Whether the selector itself selects by the label, which is reported there."""
    return selector.where(label) is not None
