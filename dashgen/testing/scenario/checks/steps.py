"""Steps: one kind each, how long each is, and that all of them are of one series."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.testing.scenario.checks.called import called
from dashgen.testing.scenario.model import SeriesPart, Step

GAUGE = ("constant", "ramp", "step", "pattern")
MOMENTARY = ("gap", "stale", "reset")
KINDS = (*GAUGE, "per_minute", *MOMENTARY)


def kinds(step: Step) -> tuple[str, ...]:
    """The kinds a step names."""
    said = {kind: getattr(step, kind) for kind in KINDS}
    return tuple(kind for kind, value in said.items() if value is not None and value is not False)


def check(part: SeriesPart, path: Path) -> Iterator[Finding]:
    """Everything about the steps of one part; ``path`` is that of its values."""
    if isinstance(part.values, str):
        return
    for number, step in enumerate(part.values):
        here: Path = (*path, number)
        found = list(_kind(step, here))
        yield from found or _details(step, here, last=number == len(part.values) - 1)
    yield from _one_series(part.values, path)


def _kind(step: Step, path: Path) -> Iterator[Finding]:
    named, name = kinds(step), called(path)
    reads = tuple((*path, kind) for kind in (*KINDS, "observe"))
    if not named and step.observe is not None:
        yield Finding(
            path,
            f"{name} says what is observed, but not how often",
            "`per_minute` beside `observe`",
            "add for example `per_minute: 60`",
            reads=reads,
        )
    elif len(named) != 1:
        yield Finding(
            path,
            f"{name} is {' and '.join(named)}" if named else f"{name} does not say what it shows",
            f"exactly one of {', '.join(KINDS)}",
            "make a step of each" if named else "add for example `constant: 1`",
            reads=reads,
        )
    elif step.observe is not None and step.per_minute is None:
        yield Finding(
            (*path, "observe"),
            f"`observe` beside `{named[0]}` in {name}",
            "`observe` beside `per_minute`, which is how many observations come",
            "remove it, or make a step of each",
            key=True,
        )


def _details(step: Step, path: Path, *, last: bool) -> Iterator[Finding]:
    (kind,), name = kinds(step), called(path)
    if kind in MOMENTARY and step.for_ is not None:
        yield Finding(
            (*path, "for"),
            f"`for` beside `{kind}` in {name}",
            "a gap with its own duration" if kind == "gap" else f"`{kind}: true` alone, which is at one moment",
            "remove it" if kind == "gap" else "remove it; what comes after is a step of its own, such as `gap: 5m`",
            key=True,
        )
    if kind not in MOMENTARY and step.for_ is None and not last:
        yield Finding(
            path,
            f"{name} does not say how long it is",
            "`for` on every step but the last",
            "add for example `for: 5m`",
            reads=((*path, "for"),),
        )
    if "phase" in step.model_fields_set and step.pattern is None:
        yield Finding(
            (*path, "phase"),
            f"`phase` without `pattern` in {name}",
            "a pattern to skip values of",
            "remove it",
            key=True,
        )
    if step.observe is not None:
        yield from _shares(step.observe, (*path, "observe"))


def _shares(observe: dict[float, float], path: Path) -> Iterator[Finding]:
    wrong = [share for share in observe.values() if share <= 0]
    total = fsum(observe.values())
    if wrong:
        found = f"{called(path)} has the share {wrong[0]:g}"
    elif abs(total - 1) > 1e-9:
        found = f"the shares of {called(path)} add up to {total:.12g}"
    else:
        return
    action = "write for example `observe: {0.3: 0.9, 4: 0.1}`: nine in ten are 0.3"
    yield Finding(path, found, "shares above 0 that add up to 1", action)


def _one_series(steps: tuple[Step, ...], path: Path) -> Iterator[Finding]:
    """A series is a gauge, a counter or a histogram all the time, and shows something at some time."""
    named = [kind for step in steps for kind in kinds(step)]
    gauge = next((kind for kind in named if kind in GAUGE), None)
    name = called(path)
    if gauge and "per_minute" in named:
        yield Finding(
            path,
            f"{name} has {gauge}, which is of a gauge, and per_minute, which is of a counter",
            "steps of one kind of series",
            "make a part of each",
        )
    elif steps and named and not gauge and "per_minute" not in named:
        yield Finding(
            path,
            f"{name} never shows anything",
            f"a step that does: {', '.join((*GAUGE, 'per_minute'))}",
            "add one; a series that does not exist needs no part",
        )
    plain = [step for step in steps if step.per_minute and step.observe is None]
    if plain and any(step.observe is not None for step in steps):
        yield Finding(
            path,
            f"{name} says in some steps what is observed, in others only how often",
            "`observe` in every step that has observations, or in none",
            "add `observe` to the others",
        )
