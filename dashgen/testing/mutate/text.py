"""A mutation run in words: the score, each survivor with what was changed, what is equivalent and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor

from dashgen.testing.mutate.operators import OPERATORS
from dashgen.testing.mutate.results import Judged, Mutation

_AROUND = 40
"""Characters of an expression shown on each side of a change."""
_NAMED = 3
"""Cases and specs that are named; of more it is said how many."""


def text(found: Mutation) -> str:
    """The whole report; the verdict is its last line."""
    return "\n".join(_lines(found))


def _lines(found: Mutation) -> Iterator[str]:
    for each in found.judged:
        if each.verdict == "survived":
            yield from survivor(each)
    equivalent = [each for each in found.judged if each.verdict == "equivalent"]
    for reason in dict.fromkeys(each.reason for each in equivalent):
        alike = [each for each in equivalent if each.reason == reason]
        yield f"equivalent: {_count(len(alike), 'mutant')}, {reason}"
        yield from (f"  {_about(each)}" for each in alike)
    for each in found.judged:
        if each.verdict == "refused":
            yield f"no PromQL: {_about(each)}: {' '.join(each.reason.split())}"
    for name in found.failing:
        yield f"judged nothing: {name} fails without any mutant"
    yield from _by_operator(found)
    yield summary(found)


def summary(found: Mutation) -> str:
    """The verdict in one line."""
    parts = [f"{found.count(verdict)} {verdict}" for verdict in ("killed", "survived", "equivalent")]
    runs = _count(found.runs, "run")
    return (
        f"{_count(len(found.judged) - found.count('refused'), 'mutant')}: {', '.join(parts)}; "
        f"score {_percent(found.score)} ({runs} of promtool, {found.seconds:.0f} s)"
    )


def survivor(each: Judged) -> Iterator[str]:
    """A mutant nobody noticed: what it is, what was changed, who looked."""
    yield f"survived: {_about(each)}"
    if each.mutant.expr != each.target.expr:
        yield from (f"  {line}" for line in diff(each))
    yield f"  {_tried(each.cases)}"


def diff(each: Judged) -> tuple[str, str]:
    """The original and the mutant where they differ, on a line each."""
    before, after = each.target.expr, each.mutant.expr
    start, end = each.mutant.start, each.mutant.end
    lead = _tail(before[:start])
    trail = _head(before[end:])
    changed = after[start : len(after) - (len(before) - end)]
    return f"- {_line(f'{lead}{before[start:end]}{trail}')}", f"+ {_line(f'{lead}{changed}{trail}')}"


def _tail(text: str) -> str:
    return text if len(text) <= _AROUND else f"…{text[-_AROUND:]}"


def _head(text: str) -> str:
    return text if len(text) <= _AROUND else f"{text[:_AROUND]}…"


def _line(text: str) -> str:
    return " ".join(text.split())


def _about(each: Judged) -> str:
    target = each.target
    return f"{target.kind} {target.name} [{_some(target.specs)}], {each.mutant.operator}: {each.mutant.description}"


def _tried(cases: Sequence[str]) -> str:
    if not cases:
        return "no case asserts anything that depends on it"
    return f"not noticed by {_some(cases)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _by_operator(found: Mutation) -> Iterator[str]:
    for operator in OPERATORS:
        own = [each.verdict for each in found.judged if each.mutant.operator == operator]
        judged = own.count("killed") + own.count("survived")
        if judged:
            yield f"{operator:12} {own.count('killed'):5} of {judged:5} killed"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    """Rounded down: 94.96 % is not the 95 % somebody asks for."""
    return f"{floor(share * 1000 + 1e-9) / 10:g} %"
