"""One expression -> all its mutants, in an order that never changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import promql_parser

from dashgen.promql.macros import UnknownVariableError, expand, times
from dashgen.promql.parse import NotPromQLError, parse
from dashgen.promql.tokens import Token, milliseconds, significant
from dashgen.spec.types import duration_text
from dashgen.testing.mutate.operators import OPERATORS
from dashgen.testing.mutate.subject import Change, Edit, Retimed, Subject, Timing

_SHOWN = 60
"""Characters of a change that are shown in its description."""


class _Anything(dict[str, str | Sequence[str]]):
    """Every variable has a value here."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return ".*"


_ANYTHING = _Anything()


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small wrong change. ``[start, end)`` of the original is what ``expr`` has something else for.

    ``timing`` is set on mutants of alerts: their ``for`` and ``keep_firing_for``.
    """

    operator: str
    description: str
    expr: str
    start: int
    end: int
    timing: Timing | None = None


@lru_cache(maxsize=8192)
def mutants(expr: str, timing: Timing | None = None, *, value_shown: bool = True) -> tuple[Mutant, ...]:
    """Every mutant that parses and is another expression than the original and the mutants before it.

    Text that is no PromQL has none.
    """
    try:
        subject = Subject(expr, parse(expr), timing, value_shown)
    except NotPromQLError:
        return ()
    return tuple(_distinct(subject)) if parses(expr) else ()


def _distinct(subject: Subject) -> Iterator[Mutant]:
    words = significant(subject.expr)
    starts, texts = [word.start for word in words], list(map(_key, words))
    seen = {(tuple(texts), subject.timing)}
    for operator, change in _changes(subject):
        mutant = _applied(subject, operator, change)
        identity = (tuple(texts), mutant.timing)
        if isinstance(change, Edit):
            first, last = bisect_left(starts, change.start), bisect_left(starts, change.end)
            identity = ((*texts[:first], *canonical(change.text), *texts[last:]), mutant.timing)
        if identity not in seen and parses(mutant.expr):
            seen.add(identity)
            yield mutant


def _changes(subject: Subject) -> list[tuple[str, Change]]:
    found = [(name, change) for name, operator in OPERATORS.items() for change in operator(subject)]
    return sorted(found, key=lambda each: (each[1].start, each[1].end) if isinstance(each[1], Edit) else (-1, -1))


def _applied(subject: Subject, operator: str, change: Change) -> Mutant:
    expr = subject.expr
    if isinstance(change, Retimed):
        before, after = (f"`{change.what}: {duration_text(each)}`" for each in (change.before, change.after))
        said = f"{before} → {after}" if change.after else f"{before} dropped"
        return Mutant(operator, said, expr, 0, 0, change.timing)
    old, new = expr[change.start : change.end], change.text
    mutated = f"{expr[: change.start]}{new}{expr[change.end :]}"
    said = f"`{_short(old)}` → `{_short(new)}`" if new.strip() else f"`{_short(old)}` dropped"
    return Mutant(operator, f"{said} at {change.start}", mutated, change.start, change.end, subject.timing)


def _short(text: str) -> str:
    line = " ".join(text.split()).strip(",")
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def canonical(expr: str) -> tuple[str, ...]:
    """The tokens that count, so that layout, comments and the spelling of durations make no difference."""
    return tuple(map(_key, significant(expr)))


def _key(token: Token) -> str:
    return f"{milliseconds(token.text)}ms" if token.kind == "duration" else token.text


def parses(expr: str) -> bool:
    """Whether the expression is PromQL once Grafana's variables are replaced."""
    try:
        promql_parser.parse(expand(expr, _ANYTHING, times()))
    except (ValueError, UnknownVariableError):
        return False
    return True
