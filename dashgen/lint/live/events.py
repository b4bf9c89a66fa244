"""Series, labels and values that are not there until something happens for the first time."""

from __future__ import annotations

import re

from dashgen.catalogue.model import Metric
from dashgen.lint.live.alike import of_exporter
from dashgen.lint.live.live import Live
from dashgen.lint.meaning.names.dialects import split
from dashgen.lint.meaning.numbers.values import looks_cumulative
from dashgen.lint.meaning.world import World

_RARE = re.compile(
    r"error|fail|abort|exception|time_?out|timed_out|retr(?:y|ies)|reject|drop|evict|preempt|oom|xid|cancel|throttl"
    r"|corrupt|restart|panic|violat|denied|fallback|conflict|lost|missed|expired|invalid|swapped|ecc_",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"(?:.*_)?(?:code|status|status_?class|reason|outcome|error|error_?(?:class|type|code)|exception|result|state|phase"
    r"|condition|severity|level|type|method|verb|action|event|cause)",
    re.IGNORECASE,
)


def of_name(name: str, world: World, live: Live) -> str:
    """Why a name without series may come with its first event; '' when it should be there."""
    if live.type(name) or live.type(split(name)[0]) in ("histogram", "summary"):
        return "a target announces it, so its series come with the first event"
    entries = world.known(name)
    beside = [each for each in entries if of_exporter(each.exporter.name, world, live)]
    if beside and all(each.exporter.presence.up_is_enough for each in entries):
        return f"series of {beside[0].exporter.title} come with the first request that counts in them"
    counts = any(each.cumulative for each in entries) if entries else looks_cumulative(name)
    if counts and _RARE.search(name) and (beside if entries else _space_there(name, live)):
        return "a counter of this kind may come with the first event"
    return ""


def of_value(name: str, label: str, value: str, world: World) -> str:
    """Why a value that no series has may come with an event; '' when it should be there."""
    if any(value in _listed(metric, label) for each in world.known(name) for metric in each.metrics):
        return "the catalogue knows the value, so it comes with the first such event"
    return "it may come with the first such event" if _KINDS.fullmatch(label) else ""


def of_label(label: str) -> bool:
    """Whether a label tells apart what happens, so that some of its values are rare."""
    return bool(_KINDS.fullmatch(label))


def _listed(metric: Metric, label: str) -> frozenset[str]:
    """Every value of a label in some version, where the catalogue knows them all."""
    return frozenset(value for _, values in metric.values.get(label, ()) for value in values)


def _space_there(name: str, live: Live) -> bool:
    space = re.split(r"[:_]", name)[0]
    return any(each.startswith(space) and each[len(space) : len(space) + 1] in (":", "_") for each in live.names)
