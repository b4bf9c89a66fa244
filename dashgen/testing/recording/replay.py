"""A recording as series of a unit test: samples on the grid of its scrapes, none before it was there.

Time 0 of the recording, before its warm-up, is time 0 of the replay; what was recorded for its own sake begins where
the warm-up ends. The grid of the clock decides how close a replay comes: at a tenth of the scrape interval rates are
within a percent or two. Whatever asks for the time of day, or the date, gets that of 1970.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from dashgen.errors import InputError, Location, MachineError, Problem
from dashgen.testing.clock import Clock
from dashgen.testing.recording.decode import decode
from dashgen.testing.recording.format import MAX_BYTES, number
from dashgen.testing.recording.model import MISSING, STALE, Cell, Group, Recording, Row

_UNREPEATED = ("stale", "NaN", "Inf", "-Inf")
"""What promtool takes one by one only."""


def read(path: Path, where: Location | None = None) -> Recording:
    """The recording in a file; ``where`` is the place that names it.

    Raises:
        InputError: for a file that is missing, too large, damaged or none of ours.
        MachineError: for a file that may not be read.
    """
    named, expected = where or Location(str(path)), "a file that `dashgen record` wrote"
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        found = f"{path}: no such file" if where else "no such file"
        raise InputError([Problem(named, found, expected, "correct the path, or record it")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MachineError(f"{path}: cannot be read: {reason}") from error
    if len(data) > MAX_BYTES:
        found = f"larger than {MAX_BYTES >> 20} MiB"
        raise InputError([Problem(Location(str(path)), found, expected, "check the path, or record less")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(Location(str(path), line, 1), "a byte that is not UTF-8", expected, "restore the file")
        raise InputError([problem]) from None
    return decode(text, str(path))


def series(recording: Recording, clock: Clock) -> dict[str, str]:
    """Selector -> values in promtool's notation, one for each scrape of the clock, until its end.

    A sample stands at the first scrape at or after it was taken; of several in one place the last one stays.
    """
    found = {}
    for group in recording.groups:
        places = _places(group, clock)
        for selector, row in group.series.items():
            values = _values(row, places)
            if values:
                found[selector] = values
    return found


def recording_series(path: Path, clock: Clock, where: Location) -> dict[str, str]:
    """The series of a recording that a scenario names at ``where``, for its clock.

    Raises:
        InputError: for a file that is missing, too large, damaged or none of ours.
        MachineError: for a file that may not be read.
    """
    try:
        changed = path.stat().st_mtime_ns
    except (OSError, ValueError):
        changed = 0  # reading it says why
    return series(_cached(path, where, changed), clock)


@lru_cache(maxsize=4)
def _cached(path: Path, where: Location, changed: int) -> Recording:
    """Cases of one scenario play the same file."""
    return read(path, where)


def _places(group: Group, clock: Clock) -> list[int]:
    """The scrape of the clock for each time of the group; those outside of it are left out, at both ends."""
    return [-(-time // clock.scrape) if 0 <= time <= clock.until else -1 for time in group.times]


def _values(row: Row, places: list[int]) -> str:
    snapped: dict[int, Cell] = {}
    for place, cell in zip(places, row, strict=False):
        if place >= 0 and cell is not MISSING:
            snapped[place] = cell
    if all(cell is STALE for cell in snapped.values()):
        return ""
    return " ".join(_runs(snapped))


def _runs(snapped: dict[int, Cell]) -> Iterator[str]:
    done = 0
    # Runs of one value in neighbouring places; what lies between is missing.
    for (text, _), run in groupby(enumerate(snapped.items()), lambda each: (_text(each[1][1]), each[1][0] - each[0])):
        members = [place for _, (place, _) in run]
        gap = members[0] - done
        if gap:
            yield "_" if gap == 1 else f"_x{gap}"
        if text in _UNREPEATED or len(members) == 1:
            yield from [text] * len(members)
        else:
            yield f"{text}x{len(members) - 1}"
        done = members[-1] + 1


def _text(cell: Cell) -> str:
    return number(cell) if isinstance(cell, float) else "stale"
