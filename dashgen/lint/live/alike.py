"""What the server has instead of a name, a label or a value that it does not have."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from dashgen.lint.live.live import Live
from dashgen.lint.meaning.names.dialects import split
from dashgen.lint.meaning.names.renames import same_metric
from dashgen.lint.meaning.names.verdict import verdict
from dashgen.lint.meaning.world import World

_WORD = re.compile(r"[:_]")
_LONGEST, _MOST = 200, 20_000
"""Characters of a word, and words, that are compared."""
_LIKE, _NEAR, _NEAR_NAME, _VERY_NEAR = 0.6, 0.8, 0.88, 0.9


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
    return _closest(name, near or pool, _NEAR_NAME if near else _VERY_NEAR)


def of_exporter(exporter: str, world: World, live: Live) -> tuple[str, ...]:
    """The names on the server that an exporter of the catalogue exposes; what a gateway repeats is the engine's."""
    key = ("names of exporters", id(live))
    if key not in world.memo:
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(live.names):
            owners = [each.exporter for each in world.known(name)]
            engines = [each for each in owners if each.vantage == "engine"]
            for owner in engines or owners:
                found[owner.name].append(name)
        world.memo[key] = {owner: tuple(names) for owner, names in found.items()}
    names: Mapping[str, tuple[str, ...]] = world.memo[key]
    return names.get(exporter, ())


def nearest(wanted: str, there: Collection[str], *, slip: bool = False) -> str:
    """The one of several words that is most like another: the same number, the same letters; '' for none.

    ``slip``: only what a slip of the pen makes of it.
    """
    number = _number(wanted)
    if number is not None:
        numbers = {each: value for each in there if (value := _number(each)) is not None}
        return next((each for each, value in numbers.items() if value == number), "")
    flat = {re.sub(r"[\W_]", "", each).lower(): each for each in there}
    same = flat.get(re.sub(r"[\W_]", "", wanted).lower())
    if same is not None:
        return same
    found = _closest(wanted, there, _NEAR if slip else _LIKE)
    inside = [each for each in there if min(len(each), len(wanted)) > 2 and (each in wanted or wanted in each)]
    if not found and not slip and len(inside) == 1:
        return inside[0]
    return found


def some(words: Collection[str], number: int = 8) -> str:
    """Words in backticks, the first of many."""
    listed = sorted(words, key=lambda each: (_number(each) is None, _number(each) or 0, each))
    return ", ".join(f"`{each}`" for each in listed[:number]) + (" …" if len(listed) > number else "")


def _closest(wanted: str, there: Collection[str], cutoff: float) -> str:
    # Each comparison takes as long as both are long, multiplied.
    if len(wanted) > _LONGEST or len(there) > _MOST:
        return ""
    found = difflib.get_close_matches(wanted, sorted(each for each in there if len(each) <= _LONGEST), 1, cutoff)
    return found[0] if found else ""


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
