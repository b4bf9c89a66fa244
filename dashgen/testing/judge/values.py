"""What a query shows against what it should: lines by legend, numbers with a tolerance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dashgen.testing.panels import legend
from dashgen.testing.promtool.play import Sample
from dashgen.testing.results import Legend
from dashgen.testing.scenario.model import Close, Shown, Value

Lines = dict[str, list[float]]
NOTHING = "nothing"


def lines(samples: Sequence[Sample], template: str) -> Lines:
    """Values by legend. A legend with two values is two series that nobody can tell apart."""
    found: Lines = {}
    for sample in samples:
        found.setdefault(legend(template, sample.labels), []).append(sample.value)
    return found


def differs(shows: Shown, seen: Lines, tolerance: float) -> bool:
    """Whether the lines are not what a scenario expects."""
    values = [value for each in seen.values() for value in each]
    if shows == "empty":
        return bool(values)
    if shows == "not empty":
        return not values or any(len(each) > 1 for each in seen.values())
    if isinstance(shows, Mapping):
        alike = shows.keys() == seen.keys() and all(len(each) == 1 for each in seen.values())
        return not alike or any(not _close(shows[name], seen[name][0], tolerance) for name in shows)
    assert not isinstance(shows, str)
    return len(values) != 1 or not _close(shows, values[0], tolerance)


def _close(expected: Value, value: float, tolerance: float) -> bool:
    if isinstance(expected, tuple):
        low, high = expected
        return low <= value <= high
    if isinstance(expected, Close):
        return _close(expected.value, value, expected.tolerance)
    if math.isnan(expected) or math.isinf(expected):
        return expected == value or (math.isnan(expected) and math.isnan(value))
    return abs(value - expected) <= tolerance * (abs(expected) or 1)


def expected_text(shows: Shown) -> str:
    """What should be shown, a line for each legend."""
    if isinstance(shows, Mapping):
        return "\n".join(f"{name}: {_value(value)}" for name, value in sorted(shows.items())) or NOTHING
    if isinstance(shows, str):
        return {"empty": NOTHING, "not empty": "anything, each line once"}[shows]
    return _value(shows)


def actual_text(seen: Lines, shows: Shown) -> str:
    """What is shown, in the same form."""
    if not seen:
        return NOTHING
    if isinstance(shows, Mapping) or len(seen) > 1 or any(len(each) > 1 for each in seen.values()):
        return "\n".join(f"{name}: {' and '.join(map(number, values))}" for name, values in sorted(seen.items()))
    return number(next(iter(seen.values()))[0])


def legends(shows: Shown, seen: Lines, tolerance: float) -> tuple[Legend, ...]:
    """Each line as expected beside as it is; none where no lines are named."""
    if not isinstance(shows, Mapping):
        return ()
    found = []
    for name in sorted(shows.keys() | seen.keys()):
        wanted, there = shows.get(name), seen.get(name, [])
        holds = wanted is not None and len(there) == 1 and _close(wanted, there[0], tolerance)
        found.append(Legend(name, "" if wanted is None else _value(wanted), " and ".join(map(number, there)), holds))
    return tuple(found)


def number(value: float) -> str:
    """A number as short as it can be written; whole ones without a point."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"{number(value[0])} to {number(value[1])}"
    if isinstance(value, Close):
        return f"{number(value.value)} (+- {number(value.tolerance)})"
    return number(value)
