"""The unit that the text of an alert gives its value: the ``ms`` of ``{{ $value }}ms``, the % of humanizePercentage."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.lint.document import Place
from dashgen.lint.meaning.firing.conditions import comparison, conjunction
from dashgen.lint.meaning.firing.templates import Reference, references
from dashgen.lint.meaning.numbers.shares import flow
from dashgen.lint.meaning.numbers.units import Unit, of_name, unit
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.nodes import Binary, Node, bare

_WORD = re.compile(r"\s?(ms|msec|milliseconds|s|sec|secs|seconds|%|percent|bytes|[KMGT]i?B|°C)(?![\w/])")
_SECONDS, _PERCENT = Unit("seconds"), Unit("ratio", 0.01)
_WORDS = {
    **dict.fromkeys(("ms", "msec", "milliseconds"), Unit("seconds", 1e-3)),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), _SECONDS),
    **dict.fromkeys(("%", "percent"), _PERCENT),
    "bytes": Unit("bytes"),
    **{f"{letter}B": Unit("bytes", 1e3**power) for power, letter in enumerate("KMGT", 1)},
    **{f"{letter}iB": Unit("bytes", 1024.0**power) for power, letter in enumerate("KMGT", 1)},
    "°C": Unit("celsius"),
}
_EXPECT = {"humanizePercentage": Unit("ratio"), "humanizeDuration": _SECONDS}
_KEEP = frozenset({"printf", "humanize", "print"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """``said`` in the text, ``really`` the unit of the expression; ``word`` is what says so."""

    place: Place
    word: str
    said: Unit
    really: Unit


def spoken_otherwise(rule: Rule, world: World) -> Iterator[Spoken]:
    """Where the annotations of an alert give its value another unit of the same quantity than it has."""
    root = rule.expression.analysis.root if rule.kind == "alert" and rule.expression is not None else None
    shown = [
        (name, each, found)
        for name, text in (rule.annotations.items() if root is not None else ())
        for each in references(text)
        if each.kind == "value" and not each.conditional and (found := _said(each)) is not None
    ]
    really = (unit(root, world) or _mean(root, world)) if root is not None and shown else None
    if really is None or really.per:
        return
    for name, each, (word, said) in shown:
        if said.base == really.base and not math.isclose(said.scale, really.scale, rel_tol=0.1):
            yield Spoken(rule.place.child("annotations", name).within(each.start, each.end), word, said, really)


def _mean(root: Node, world: World) -> Unit | None:
    """The unit of a mean, the rate of a sum over that of its count."""
    found = comparison(conjunction(root).value)
    quotient = bare(found.value) if found is not None else None
    if not isinstance(quotient, Binary) or quotient.operator.text != "/":
        return None
    above, below = flow(quotient.left), flow(quotient.right)
    if above is None or below is None:
        return None
    name, count = above.selector.metric, below.selector.metric
    fits = name.endswith("_sum") and count == name.removesuffix("_sum") + "_count"
    return of_name(name, world) if fits else None


def _said(shown: Reference) -> tuple[str, Unit] | None:
    for function in shown.functions:
        if function in _EXPECT:
            return function, _EXPECT[function]
    if any(function not in _KEEP for function in shown.functions):
        return None
    found = _WORD.match(shown.after)
    return (found[1], _WORDS[found[1]]) if found else None
