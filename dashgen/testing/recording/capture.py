"""The raw series a spec needs, out of a Prometheus: every sample with its time, gaps, and where series went stale."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from dashgen.testing.recording.api import PIECE, Api, Labels
from dashgen.testing.recording.needs import COMPUTED, Need
from dashgen.testing.recording.track import LOOKBACK, Gap, Track
from dashgen.testing.recording.windows import stretches, within

FINEST = 1000
"""Milliseconds between two looks at where a series ends."""

Tracks = dict[Labels, Track]
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """What to record: evaluations from ``start`` to ``end``, and what they look back to, at most ``warm_up``."""

    start: datetime
    end: datetime
    warm_up: timedelta

    @property
    def zero(self) -> datetime:
        """Time 0 of the recording: the whole hour before the warm-up begins.

        The steps of a subquery are counted from 1970, as those of a replay are: whole hours keep them where they were.
        """
        return (self.start - self.warm_up).replace(minute=0, second=0, microsecond=0)

    def stretches(self, need: Need) -> list[Stretch]:
        """(after, until) of the samples to capture, in milliseconds since 1970, first one first."""
        found = stretches(within(need.windows, self.warm_up), self.end - self.start)
        return [(_milliseconds(self.end - far), _milliseconds(self.end - near)) for near, far in reversed(found)]

    def pieces(self, needs: Sequence[Need]) -> int:
        """How many questions it takes at least."""
        return sum(-(-(until - after) // PIECE) for need in needs for after, until in self.stretches(need))


@dataclass(frozen=True, slots=True)
class Captured:
    """Series by their labels. ``interval`` is how often most are scraped, in milliseconds."""

    tracks: Mapping[Labels, Track]
    interval: int


def capture(
    api: Api,
    needs: Sequence[Need],
    span: Span,
    records: frozenset[str],
    step: int,
    advance: Callable[[], object] = lambda: None,
) -> Captured:
    """Everything the needs name, over the span; series a rule records, ``records``, are left out.

    ``step`` is the scrape interval of series too short to tell; ``advance`` is called after each piece.

    Raises:
        DashgenError: when the server cannot or may not answer.
    """
    computed = records | set(COMPUTED)
    all_tracks: Tracks = {}
    found: list[tuple[Need, Tracks]] = []
    for need in needs:
        tracks: Tracks = {}
        for after, until in span.stretches(need):
            _samples(api, need.selector, (after, until), tracks, computed, advance)
        for labels, track in tracks.items():
            all_tracks.setdefault(labels, Track()).add(track)
        found.append((need, tracks))
    intervals = _intervals(all_tracks)
    for need, tracks in found:
        for stretch in span.stretches(need):
            _stale(api, need.selector, stretch, tracks, lambda labels: intervals.get(_target(labels), step))
        for labels, track in tracks.items():
            all_tracks[labels].add(track)
    scraped = [intervals[_target(labels)] for labels in all_tracks if _target(labels) in intervals]
    return Captured(all_tracks, median_low(scraped) if scraped else step)


def _target(labels: Labels) -> tuple[str, str]:
    known = dict(labels)
    return known.get("job", ""), known.get("instance", "")


def _intervals(tracks: Tracks) -> dict[tuple[str, str], int]:
    """How often each target is scraped: a series of it that comes and goes does not tell."""
    found: dict[tuple[str, str], int] = {}
    for labels, track in tracks.items():
        interval = track.interval()
        if interval:
            found[_target(labels)] = min(interval, found.get(_target(labels), interval))
    return found


def _samples(
    api: Api,
    selector: str,
    stretch: Stretch,
    tracks: Tracks,
    computed: frozenset[str],
    advance: Callable[[], object],
) -> None:
    after, until = stretch
    for start in range(after, until, PIECE):
        for labels, samples in api.raw(selector, start, min(start + PIECE, until)):
            if dict(labels).get("__name__") not in computed:
                tracks.setdefault(labels, Track()).samples.update(samples)
        advance()


def _stale(api: Api, selector: str, stretch: Stretch, tracks: Tracks, interval: Callable[[Labels], int]) -> None:
    """Asks what queries show around the gaps only: most series have none."""
    gaps = [(labels, gap) for labels, track in tracks.items() for gap in track.gaps(*stretch, interval(labels))]
    if not gaps:
        return
    # As fine as the fastest series is scraped: one that comes back after a single missed scrape was gone, too.
    pace = max(min(interval(labels) for labels, _ in gaps), FINEST)
    for grid in _grids([gap for _, gap in gaps], stretch[0], pace):
        shown: dict[Labels, set[int]] = {}
        for labels, points in api.points(selector, grid.start, grid[-1], pace):
            shown.setdefault(labels, set()).update(time for time, _ in points)
        for labels, gap in gaps:
            if grid.start <= gap.last < grid[-1]:
                tracks[labels].end(gap, shown.get(labels, set()), grid)


def _grids(gaps: Sequence[Gap], origin: int, pace: int) -> Iterator[range]:
    """Times on one grid that cover all gaps, as far as a query would still show the last sample."""
    spans = sorted((gap.last, min(gap.next, gap.last + LOOKBACK)) for gap in gaps)
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1] + pace:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    for start, end in merged:
        first = origin + (start - origin) // pace * pace
        yield range(first, end + pace, pace)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
