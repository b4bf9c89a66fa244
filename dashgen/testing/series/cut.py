"""Samples taken out of a series that is written in promtool's notation, and what comes after them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dashgen.testing.series.timeline import Run, Timeline

_PIECE = re.compile(
    r"(?P<first>[-+]?(?:Inf|NaN|[0-9.]+(?:[eE][-+]?[0-9]+)?))(?P<slope>[-+][^x]+)?(?:x(?P<times>[0-9]+))?"
)

Stretch = tuple[int, int]
"""The first sample that is taken out, and the first that is there again."""


def cut(values: str, stretches: Iterable[Stretch], *, reset: bool = False) -> str:
    """The values without some samples; what was shown before ends with a stale marker.

    With ``reset``, what comes back begins at 0, as counters of a restarted process do.
    """
    runs = tuple(_runs(values))
    for first, after in stretches:
        before, rest = tuple(_part(runs, 0, first)), tuple(_part(runs, after, None))
        gone = _gone(after - first, shown=bool(before) and before[-1].first is not None)
        runs = (*before, *gone, *(_from_zero(rest) if reset else rest))
    return Timeline(runs).text()


def _gone(count: int, *, shown: bool) -> Iterator[Run]:
    if shown:
        yield Run(1, stale=True)
    yield Run(count - shown)


def _runs(values: str) -> Iterator[Run]:
    """What ``Run.text`` and people write, as runs."""
    for piece in values.split():
        if piece == "stale":
            yield Run(1, stale=True)
        elif piece.startswith("_"):
            yield Run(int(piece[2:] or 1))
        elif found := _PIECE.fullmatch(piece):
            yield Run(int(found["times"] or 0) + 1, float(found["first"]), float(found["slope"] or 0))
        else:
            raise ValueError(f"no samples: {piece!r}")


def _part(runs: Iterable[Run], first: int, after: int | None) -> Iterator[Run]:
    """Samples ``first`` up to before ``after``; silence where the runs begin later."""
    position = 0
    for run in runs:
        begin, end = max(first - position, 0), run.count if after is None else min(after - position, run.count)
        position += run.count
        if begin < end:
            value = None if run.first is None else run.first + run.slope * begin
            yield replace(run, count=end - begin, first=value)


def _from_zero(runs: Sequence[Run]) -> Iterator[Run]:
    """A counter as if its process had just begun, up to where it begins again by itself."""
    base: float | None = None
    last = 0.0
    for run in runs:
        if run.first is None:
            yield run
            continue
        if base is None:
            base = run.first
        elif run.first < last:
            base = 0.0
        last = run.first + run.slope * (run.count - 1)
        yield replace(run, first=run.first - base)
