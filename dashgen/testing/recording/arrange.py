"""Captured series -> groups that share the times of their scrapes: a target's series are scraped all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dashgen.promql import quote
from dashgen.testing.recording.api import Labels
from dashgen.testing.recording.model import MISSING, STALE, Cell, Group, Row
from dashgen.testing.recording.track import Track

_PROBES = 8
"""Times looked at to see whether a series is scraped with others."""


@dataclass
class _Scraped:
    """Series of one target and every time at which one of them has a sample."""

    times: set[int] = field(default_factory=set)
    tracks: dict[str, Track] = field(default_factory=dict)

    def fits(self, track: Track) -> bool:
        times = sorted(track.samples)
        probes = times[:: max(len(times) // _PROBES, 1)]
        return 2 * sum(time in self.times for time in probes) >= len(probes)

    def add(self, selector: str, track: Track) -> None:
        self.times.update(track.samples)
        self.tracks[selector] = track


def selector(labels: Labels) -> str:
    """``name{a="b"}`` of one series on one line; promtool reads it, 2.42 included."""
    name = dict(labels).get("__name__", "")
    plain = quote.metric(name)
    inner = ",".join(f"{label}={_quoted(value)}" for label, value in labels if not (plain and label == "__name__"))
    return f"{name if plain else ''}{{{inner}}}"


def _quoted(value: str) -> str:
    return "".join(
        char if char.isprintable() else f"\\u{ord(char):04x}" if char <= "\uffff" else f"\\U{ord(char):08x}"
        for char in quote.string(value)
    )


def groups(tracks: Mapping[Labels, Track], zero: int, interval: int, apart: Sequence[str] = ()) -> tuple[Group, ...]:
    """The series in the order of targets, then of selectors; times count from ``zero``.

    ``apart`` are labels beyond job and instance that tell targets apart. ``interval`` is how often series are scraped
    that do not show it.
    """
    keys = ("job", "instance", *apart)
    targets: dict[tuple[str, ...], list[_Scraped]] = {}
    # The longest first: what comes and goes fits into the times of what stays.
    for labels, track in sorted(tracks.items(), key=lambda item: (-len(item[1].samples), selector(item[0]))):
        if not track.samples:
            continue
        known = dict(labels)
        there = targets.setdefault(tuple(known.get(key, "") for key in keys), [])
        home = next((scraped for scraped in there if scraped.fits(track)), None)
        if home is None:
            there.append(home := _Scraped())
        home.add(selector(labels), track)
    return tuple(_group(scraped, zero, interval) for _, there in sorted(targets.items()) for scraped in there)


def _group(scraped: _Scraped, zero: int, interval: int) -> Group:
    scrapes = sorted(scraped.times)
    interval = min(filter(None, (track.interval() for track in scraped.tracks.values())), default=interval)
    ends = {name: _ends(track, scrapes, interval) for name, track in scraped.tracks.items()}
    times = sorted(scraped.times.union(*ends.values()))
    rows = {name: _row(track, set(ends[name]), times) for name, track in scraped.tracks.items()}
    return Group(tuple(time - zero for time in times), rows)


def _ends(track: Track, scrapes: Sequence[int], interval: int) -> list[int]:
    """When exactly the series went stale: at a scrape of its target, which Prometheus then knew to lack it."""
    found = []
    for known, gone in track.stale:
        following = bisect_right(scrapes, known)
        if following < len(scrapes) and scrapes[following] <= gone:
            found.append(scrapes[following])
            continue
        last = max(time for time in track.samples if time <= known)
        expected = last + interval
        found.append(expected if known < expected <= gone else gone)
    return found


def _row(track: Track, ends: set[int], times: Iterable[int]) -> Row:
    row: list[Cell] = [track.samples.get(time, STALE if time in ends else MISSING) for time in times]
    while row and row[-1] is MISSING:
        row.pop()
    return tuple(row)
