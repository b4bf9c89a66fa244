"""Names that no exporter of the catalogue has in any version: what they may have been meant to be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.model import Exporter
from dashgen.catalogue.retired import retired
from dashgen.lint.assume import Assumptions
from dashgen.lint.meaning.names.dialects import other_spelling
from dashgen.lint.meaning.names.named import Verdict, available, distinct, whose
from dashgen.lint.meaning.names.series import Known
from dashgen.lint.meaning.world import World

_MADE = re.compile(r":|_(?:rate|increase|avg|mean|ratio)_?\d+[smhd]|_p\d\d\d?$")
"""What only recorded names have, behind the prefix of an exporter."""


def unlisted(name: str, world: World) -> Verdict | None:
    """A name that no exporter has in any version."""
    gone = retired(name)
    if gone is not None:
        return Verdict(
            "renamed",
            f"`{name}` of {gone.title}, {gone.gone}",
            f"`{gone.successor}`",
            f"read `{gone.successor}`, or both inside the aggregation while old versions run",
            sometimes=True,
            others=(gone.successor,),
        )
    owners = tuple(sorted(world.owners(name), key=lambda each: each.vantage != "engine"))
    if any(_newer(each, world.assume) for each in owners):
        return None
    if not owners:
        mine = tuple(each for each in world.known(f"{name}_total") if distinct(name, each.exporter.name))
        return _counter(name, mine, world.assume) or _colon_lost(name, world) or _dialect(name, world)
    rest = name.removeprefix(next(prefix for prefix in owners[0].owns if name.startswith(prefix)))
    if _MADE.search(rest):
        return None
    counted = _counter(name, world.known(f"{name}_total"), world.assume)
    if counted is not None:
        return counted
    close = _close(name, owners, world.assume)
    hint = f"{', '.join(f'`{each}`' for each in close)} or another series of" if close else "a series of"
    titles = " and ".join(each.title for each in owners)
    running = next(((each, source) for each in owners for source in world.assume.exposed(each.name)), None)
    where = whose(*running, world.assume) if running else titles
    return Verdict(
        "unknown",
        f"`{name}`, which {titles} expose{'s' * (len(owners) == 1)} in no version, and no rule here records",
        f"{hint} {where}",
        f"read `{close[0]}` if that is meant" if close else "",
    )


def _counter(name: str, counters: Iterable[Known], assume: Assumptions) -> Verdict | None:
    """A counter that is called as in the code of its exporter."""
    right = f"{name}_total"
    for each in counters:
        sources = assume.exposed(each.exporter.name)
        there = any(available(right, each.exporter.name, source).state != "never" for source in sources)
        found = f"`{name}`, while {each.exporter.title} exposes the counter as `{right}`"
        return Verdict("total", found, f"`{right}`", "add `_total`", right if there else "", others=(right,))
    return None


def _newer(exporter: Exporter, assume: Assumptions) -> bool:
    """Whether a version is assumed that the catalogue has not seen."""
    lows = [source.versions.low for source in assume.exposed(exporter.name)]
    return any(low is not None and low > exporter.newest for low in lows)


def _colon_lost(name: str, world: World) -> Verdict | None:
    for prefix in _colons():
        flat = prefix.replace(":", "_")
        if name.startswith(flat):
            right = prefix + name.removeprefix(flat)
            right = right if world.known(right) else f"{right}_total"
            if world.known(right):
                title = world.known(right)[-1].exporter.title
                return Verdict(
                    "colon",
                    f"`{name}`, while {title} exposes `{right}`",
                    f"`{right}`",
                    f"read `{right}`, or both where a path of the metrics turns the colon into `_`",
                    right,
                    others=(right,),
                )
    return None


@lru_cache(maxsize=1)
def _colons() -> tuple[str, ...]:
    return tuple(dict.fromkeys(prefix for name in exporters() for prefix in load(name).owns if ":" in prefix))


def _dialect(name: str, world: World) -> Verdict | None:
    right = other_spelling(name, frozenset(world.assume.sources))
    if not right or not any(world.assume.exposed(exporter) for exporter, _ in right):
        return None
    names = tuple(dict.fromkeys(each for _, each in right))
    title = load(right[0][0]).title
    return Verdict(
        "dialect",
        f"`{name}`, which no path makes of {title}",
        " or ".join(f"`{each}`" for each in names),
        "read the name your path stores: the unit and `_total` are added by rule, `{token}` adds nothing",
        others=names,
    )


@lru_cache(maxsize=4096)
def _names(exporter: str) -> tuple[str, ...]:
    entry = load(exporter)
    return tuple(
        name
        for metric in entry.metrics
        if metric.type != "label"
        for name in metric.series_names(entry.default_variant)
    )


def _close(name: str, owners: tuple[Exporter, ...], assume: Assumptions) -> tuple[str, ...]:
    """Up to two names the deployment exposes that look like this one, best first."""
    running = [(each, source) for each in owners for source in assume.exposed(each.name)]
    known = tuple(dict.fromkeys(known for each, _ in running for known in _names(each.name)))
    alive = (
        each
        for each in _alike(name, known)
        if any(available(each, owner.name, source).state != "never" for owner, source in running if owner.find(each))
    )
    return tuple(alive)[:2]


@lru_cache(maxsize=4096)
def _alike(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Compared behind the prefix, which all of them share."""
    by_rest = {_rest(each): each for each in known}
    return tuple(by_rest[rest] for rest in difflib.get_close_matches(_rest(name), by_rest, n=6, cutoff=0.75))


def _rest(name: str) -> str:
    return re.split(r"[:_]", name, maxsplit=1)[-1]
