"""One captured series: its samples, and the moments at which it went stale."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low

LOOKBACK = 300_000
"""Milliseconds after which Prometheus no longer shows the last sample, stale marker or not."""
MISSED = 1.5
"""Scrapes without a sample after which something happened."""


@dataclass(frozen=True, slots=True)
class Gap:
    """No sample after ``last`` until ``next`` (exclusive), where it ends or is no longer looked at."""

    last: int
    next: int


@dataclass
class Track:
    """Samples by time, in milliseconds since 1970. ``stale``: gone in (first, second], as far as is known."""

    samples: dict[int, float] = field(default_factory=dict)
    stale: list[tuple[int, int]] = field(default_factory=list)

    def add(self, other: Track) -> None:
        """The same series, as another selector found it."""
        self.samples.update(other.samples)
        self.stale = sorted({*self.stale, *other.stale})

    def interval(self) -> int:
        """How often it is scraped; 0 when too few samples tell."""
        times = sorted(self.samples)
        return median_low(map(_difference, pairwise(times))) if len(times) > 2 else 0

    def gaps(self, start: int, end: int, interval: int) -> Iterator[Gap]:
        """Where scrapes are missing within a stretch of time that was captured."""
        times = sorted(time for time in self.samples if start < time <= end)
        for last, following in pairwise((*times, end + 1) if times else ()):
            if following - last > MISSED * interval:
                yield Gap(last, following)

    def end(self, gap: Gap, shown: Set[int], grid: range) -> None:
        """Notes that the series went stale in a gap if a query at some time of the grid does not show it there."""
        known = gap.last
        # At exactly five minutes, versions differ.
        for at in grid[max(0, -(-(gap.last + 1 - grid.start) // grid.step)) :]:
            if at >= min(gap.next, gap.last + LOOKBACK):
                return
            if at not in shown:
                self.stale.append((known, at))
                return
            known = at


def _difference(pair: tuple[int, int]) -> int:
    return pair[1] - pair[0]
