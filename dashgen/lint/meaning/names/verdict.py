"""What is wrong with the name of a series, once for all checks of names: at most one verdict for each name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dashgen.catalogue.availability import Availability
from dashgen.catalogue.version import VersionRange
from dashgen.lint.assume import Assumptions, Exposed
from dashgen.lint.meaning.names.named import RANK, Kind, Verdict, available, distinct, whose
from dashgen.lint.meaning.names.series import Exposure, Known
from dashgen.lint.meaning.names.unlisted import unlisted
from dashgen.lint.meaning.world import World

_FOR_METRICS = re.compile(r"metrics|stats|VLLM_|CSV")
"""A switch that somebody has to know of; other conditions are features that a panel about them may take for given."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A name at one source of the deployment."""

    known: Known
    source: Exposed
    answer: Availability

    @property
    def title(self) -> str:
        return self.known.exporter.title

    def suffix(self, name: str) -> str:
        """What a histogram added to its base name."""
        return f"_{self.known.part}" if self.known.part and name.endswith(f"_{self.known.part}") else ""


def verdict(name: str, world: World) -> Verdict | None:
    """What is wrong with a name; None when nothing is, or nobody can say."""
    key = ("verdict", name)
    if key not in world.memo:
        world.memo[key] = _verdict(name, world)
    found: Verdict | None = world.memo[key]
    return found


def decisive(name: str, world: World) -> Exposure | None:
    """What the source that decides says of a name; None when the deployment has none for it."""
    seen = _deciding(name, world.known(name), world.assume)
    return Exposure(seen.known, seen.source, seen.answer) if seen is not None else None


def _verdict(name: str, world: World) -> Verdict | None:
    if not name or "$" in name or "[[" in name or world.recorded(name):
        return None
    entries = world.known(name)
    if not entries:
        return unlisted(name, world)
    seen = _deciding(name, entries, world.assume)
    if seen is None:
        return _no_source(name, entries, world.assume)
    if seen.answer.state == "always":
        return _spelled(name, seen, world) or _base(name, seen)
    return _missing(name, seen, entries, world)


def _deciding(name: str, entries: Iterable[Known], assume: Assumptions) -> _Seen | None:
    """The source that says whether the name is there; None when the deployment has none of them.

    Sources somebody spoke of go before those that are assumed. A gateway that exposes a name of an engine repeats
    what the engine says, so the engine decides.
    """
    found = [
        _Seen(each, source, available(name, each.exporter.name, source))
        for each in entries
        for source in assume.exposed(each.exporter.name)
    ]
    stated = [each for each in found if each.source.stated] or found
    engines = [each for each in stated if each.known.exporter.vantage == "engine"]
    rest = [each for each in stated if not engines or each.known.exporter.vantage != "gateway"]
    return max(rest, key=lambda each: RANK[each.answer.state], default=None)


def _missing(name: str, seen: _Seen, entries: tuple[Known, ...], world: World) -> Verdict | None:
    answer = seen.answer
    sometimes = answer.state == "sometimes"
    if answer.cause == "unknown" or (sometimes and _will_come(name, seen)):
        return None
    where = whose(seen.known.exporter, seen.source, world.assume)
    found, expected = f"`{name}`, {answer.reason}", f"a series of {where}"
    if answer.cause in ("off", "unlisted", "disabled"):
        wanted = world.assume.closed or answer.cause != "off" or _FOR_METRICS.search(answer.reason)
        expected = f"a series that is on by default in {where}"
        return Verdict("off", found, expected, answer.how, sometimes=sometimes) if wanted else None
    if answer.cause == "variant":
        return Verdict("dialect", found, expected, answer.how, _respelled(name, seen))
    if answer.cause == "early":
        return _early(name, seen, found, expected)
    if answer.cause == "label":
        return Verdict("unknown", found, expected, "take it from the labels of another series")
    if seen.known.exporter.vantage == "engine" and any(each.exporter.vantage == "gateway" for each in entries):
        found += "; a router that still repeats it shows 0"
    return _gone(name, seen, found, expected, renamed=len(entries) == 1)


def _gone(name: str, seen: _Seen, found: str, expected: str, *, renamed: bool) -> Verdict:
    """Of a name that the newest of the assumed versions hides or no longer has; ``renamed`` allows an edit."""
    sometimes = seen.answer.state == "sometimes"
    removed = max((metric.removed_in for metric in seen.known.metrics if metric.removed_in), default=None)
    if seen.answer.cause == "engine" and removed:
        found = f"`{name}` of engine {seen.known.metric.engine}, removed in {removed}"
    after = _successor(name, seen)
    others = (after,) if seen.known.exporter.find(after) else ()
    mended = _safe(name, after, seen) if others and renamed and not sometimes else ""
    if seen.answer.cause == "hidden":
        return Verdict("hidden", found, expected, seen.answer.how, mended, sometimes, others)
    if after:
        return Verdict("renamed", found, expected, _advice(after, name, sometimes), mended, sometimes, others)
    return Verdict("removed", found, expected, "delete what reads it", sometimes=sometimes)


def _will_come(name: str, seen: _Seen) -> bool:
    """Whether only old versions, or another engine, lack it, and nothing else stood for it there."""
    if seen.answer.cause == "engine":
        return True
    newest = seen.source.versions.high
    if newest is None or _predecessor(name, seen):
        return False
    at = replace(seen.source, versions=VersionRange.exactly(newest))
    then = available(name, seen.known.exporter.name, at)
    return then.state == "always" or then.cause == "engine"


def _early(name: str, seen: _Seen, found: str, expected: str) -> Verdict:
    """Of a name that only later versions have."""
    sometimes = seen.answer.state == "sometimes"
    before = _predecessor(name, seen)
    if not before:
        return Verdict("unknown", found, expected, seen.answer.how, sometimes=sometimes)
    mended = "" if sometimes else _safe(name, before, seen)
    return Verdict("renamed", found, expected, _advice(before, name, sometimes), mended, sometimes, (before,))


def _advice(right: str, wrong: str, sometimes: bool) -> str:
    if not sometimes:
        return f"read `{right}`"
    return f"until the upgrade is over read both inside the aggregation, `{right} or {wrong}` with equal labels"


def _successor(name: str, seen: _Seen) -> str:
    """The name of the same series today, or an expression; '' when the catalogue knows none."""
    after = next((metric.renamed_to for metric in seen.known.metrics if metric.renamed_to), "")
    became = seen.known.exporter.find(after)
    if became and became[-1].type == "histogram" and seen.known.metric.type != "histogram":
        return f"rate({after}_sum[5m]) / rate({after}_count[5m])"
    return after + seen.suffix(name) if after and not re.search(r"[^\w:]", after) else after


def _predecessor(name: str, seen: _Seen) -> str:
    """The name of the same series in versions that lack this one, when the assumed ones expose it."""
    base = seen.known.metric.name
    for metric in seen.known.exporter.metrics:
        if metric.renamed_to == base:
            before = metric.name + seen.suffix(name)
            if available(before, seen.known.exporter.name, seen.source).state != "never":
                return before
    return ""


def _safe(name: str, other: str, seen: _Seen) -> str:
    """``other`` when putting it in the place of ``name`` changes nothing but the name; '' else."""
    exporter = seen.known.exporter
    entries = exporter.find(other)
    same = bool(entries) and entries[-1].type == seen.known.metric.type
    return other if same and available(other, exporter.name, seen.source).state == "always" else ""


def _no_source(name: str, entries: tuple[Known, ...], assume: Assumptions) -> Verdict | None:
    """A name that only exporters have which the deployment is said not to have."""
    if not all(distinct(name, each.exporter.name) for each in entries):
        return None
    titles = " or ".join(each.exporter.title for each in entries)
    kinds = " or ".join(f"`{each.exporter.name}`" for each in entries)
    whom = f"spec {assume.name}" if assume.name else "the spec"
    return Verdict(
        "unknown",
        f"`{name}` of {titles}, and {whom} has no source of that kind",
        f"a series of a source of {whom}",
        f"add a source of kind {kinds} to {whom}, or take the query out",
    )


def _base(name: str, seen: _Seen) -> Verdict | None:
    if seen.known.part or seen.known.metric.type != "histogram":
        return None
    return Verdict(
        "base",
        f"`{name}`, the name of a histogram of {seen.title}, which no classic series has",
        f"`{name}_bucket`, `{name}_sum` or `{name}_count`",
        f"take quantiles of `{name}_bucket`, means of `{name}_sum` by `{name}_count`",
    )


def _spelled(name: str, seen: _Seen, world: World) -> Verdict | None:
    """A name with a colon, or with what a path made of it, that the stated variant spells otherwise."""
    entry = seen.known.exporter
    variant = entry.variants.get(seen.source.variant or entry.default_variant)
    base = seen.known.metric.name
    if variant is None or not seen.source.stated or ":" not in base:
        return None
    spellings = tuple(spelling + seen.suffix(name) for spelling in variant.spellings(base))
    if name in spellings:
        return None
    return Verdict(
        "colon",
        f"`{name}`, while {entry.title} of variant {variant.name} is stored as `{spellings[0]}`",
        f"`{spellings[0]}`",
        f"read `{spellings[0]}`",
        spellings[0],
    )


def _respelled(name: str, seen: _Seen) -> str:
    variant = seen.source.variant or seen.known.exporter.default_variant
    return seen.known.metric.name_in(variant) + seen.suffix(name)


__all__ = ["Kind", "Verdict", "decisive", "verdict"]
