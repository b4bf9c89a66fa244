"""Series: which one a part means, and that its steps can be played one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.testing.scenario.checks import notation, steps
from dashgen.testing.scenario.checks.called import called
from dashgen.testing.scenario.checks.spans import spans_inside
from dashgen.testing.scenario.model import Scenario, SeriesPart
from dashgen.testing.scenario.types import ZERO, time_text

OF = ("signal", "metric", "recording", "away")
NOT_WITH = {
    "signal": ("reset",),
    "metric": ("model", "source", "vantage", "as", "pods", "reset"),
    "recording": ("model", "source", "vantage", "as", "pods", "labels", "starts", "reset", "values"),
    "away": ("as", "labels", "starts", "beside", "values"),
}
"""What says nothing of a raw series, which has all its labels already, of a recording, and of targets."""
_INSTEAD = {
    "signal": ("a signal, which says in its values when it begins again", "write `{reset: true}` among the values"),
    "metric": ("a raw series with all its labels in the selector", "remove it, or play a signal"),
    "recording": ("a recording as it is, with at most `beside`", "remove it, or play a signal"),
    "away": ("targets: at most `source`, `model`, `vantage`, `pods` and `reset`", "remove it, or make two parts"),
}


def parts(scenario: Scenario) -> Iterator[Finding]:
    """Each part is of one thing and has values, unless it is recorded."""
    for number, part in enumerate(scenario.series):
        path: Path = ("series", number)
        yield from chain(_of(part, path), _values(part, path), steps.check(part, (*path, "values")))


def _of(part: SeriesPart, path: Path) -> Iterator[Finding]:
    named = [key for key in OF if getattr(part, key) is not None]
    name = called(path)
    if len(named) != 1:
        yield Finding(
            path,
            f"{name} has {' and '.join(named)}" if named else f"{name} does not say which series it is",
            "exactly one of signal, metric, recording and away",
            "make a part of each" if named else "add for example `signal: queue_depth`",
            reads=tuple((*path, key) for key in OF),
        )
        return
    for key in NOT_WITH[named[0]]:
        field = f"{key}_" if key == "as" else key
        if field in part.model_fields_set and getattr(part, field) not in (None, (), {}, False):
            expected, action = _INSTEAD[named[0]]
            yield Finding(
                (*path, key),
                f"`{key}` beside `{named[0]}` in {name}",
                expected,
                action,
                key=True,
                reads=((*path, named[0]),),
            )


def _values(part: SeriesPart, path: Path) -> Iterator[Finding]:
    if part.recording is None and part.away is None and not part.values:
        yield Finding(
            path,
            f"{called(path)} has no values",
            "`values`, steps one after the other or promtool's notation",
            "add for example `values: {constant: 1}`",
            reads=((*path, "recording"), (*path, "away"), (*path, "values")),
        )
    if not isinstance(part.values, str):
        return
    problem = notation.problem(part.values)
    if problem:
        yield Finding((*path, "values"), problem, notation.WORDS, notation.EXAMPLE)


def beginnings(scenario: Scenario) -> Iterator[Finding]:
    """Series and steps begin while the scenario plays; what begins later would never be seen."""
    length = scenario.length
    for number, part in enumerate(scenario.series):
        path: Path = ("series", number)
        yield from spans_inside(part.away or (), (*path, "away"), length)
        begin = part.starts or ZERO
        if begin >= length:
            yield _late((*path, "starts"), begin, length, ())
            continue
        for index, step in enumerate(() if isinstance(part.values, str) else part.values):
            here: Path = (*path, "values", index)
            if begin >= length:
                yield _late(here, begin, length, ((*path, "values"), (*path, "starts")))
                break
            begin += step.gap or step.for_ or ZERO


def _late(path: Path, begin: timedelta, length: timedelta, reads: tuple[Path, ...]) -> Finding:
    return Finding(
        path,
        f"{called(path)} begins at {time_text(begin)}, when the scenario is over",
        f"a beginning before the end of the scenario at {time_text(length)}",
        "lengthen the scenario with `length:`, or shorten what is before",
        reads=(("length",), *reads),
    )
