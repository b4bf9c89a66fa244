"""What the server has instead of a name, a label or a value that it does not have."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from dashgen.lint.live.live import Live
from dashgen.lint.meaning.dialects import split
from dashgen.lint.meaning.renames import same_metric
from dashgen.lint.meaning.verdict import verdict
from dashgen.lint.meaning.world import World

_WORD = re.compile(r"[:_]")
_NEAR, _VERY_NEAR = 0.8, 0.9


def same_there(name: str, world: World, live: Live) -> str:
    """The name under which the server has the same metric: in another version, dialect or shape; '' for none."""
    judged = verdict(name, world)
    named = (judged.replace, *judged.others) if judged is not None else ()
    kin = (each for exporter in world.known(name) for each in of_exporter(exporter.exporter.name, world, live))
    same = sorted(each for each in kin if same_metric(name, each, world))
    plain = _plain_names(world, live).get(_plain(name), ())
    # A native histogram has neither buckets nor other parts.
    shapes = (f"{name}_bucket", split(name)[0])
    return next((each for each in (*named, *same, *plain, *shapes) if each in live.names), "")


def near_there(name: str, live: Live) -> str:
    """The name on the server that is most like one; '' when none is."""
    space, part = _WORD.split(name)[0], split(name)[1]
    pool = [each for each in live.names if split(each)[1] == part]
    near = [each for each in pool if _WORD.split(each)[0] == space]
    found = difflib.get_close_matches(name, sorted(near or pool), n=1, cutoff=_NEAR if near else _VERY_NEAR)
    return found[0] if found else ""


def of_exporter(exporter: str, world: World, live: Live) -> tuple[str, ...]:
    """The names on the server that an exporter of the catalogue exposes, and no other."""
    key = ("names of exporters", id(live))
    if key not in world.memo:
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(live.names):
            entries = world.known(name)
            if len(entries) == 1:
                found[entries[0].exporter.name].append(name)
        world.memo[key] = {owner: tuple(names) for owner, names in found.items()}
    names: Mapping[str, tuple[str, ...]] = world.memo[key]
    return names.get(exporter, ())


def nearest(wanted: str, there: Collection[str], cutoff: float = 0.6) -> str:
    """The one of several words that is most like another: the same number, the same letters; '' for none."""
    number = _number(wanted)
    if number is not None:
        numbers = {each: value for each in there if (value := _number(each)) is not None}
        return next((each for each, value in numbers.items() if value == number), "")
    flat = {re.sub(r"[\W_]", "", each).lower(): each for each in there}
    same = flat.get(re.sub(r"[\W_]", "", wanted).lower())
    if same is not None:
        return same
    found = difflib.get_close_matches(wanted, sorted(there), n=1, cutoff=cutoff)
    return found[0] if found else ""


def some(words: Collection[str], number: int = 8) -> str:
    """Words in backticks, the first of many."""
    listed = sorted(words, key=lambda each: (_number(each) is None, _number(each) or 0, each))
    return ", ".join(f"`{each}`" for each in listed[:number]) + (" …" if len(listed) > number else "")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _plain(name: str) -> str:
    """Without what dialects, versions and paths add to a name or take away."""
    base, part = split(name)
    return _WORD.sub("", base.removesuffix("_total")).lower() + part


def _plain_names(world: World, live: Live) -> Mapping[str, tuple[str, ...]]:
    key = ("plain names", id(live))
    if key not in world.memo:
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(live.names):
            found[_plain(name)].append(name)
        world.memo[key] = {plain: tuple(names) for plain, names in found.items()}
    names: Mapping[str, tuple[str, ...]] = world.memo[key]
    return names
