"""A recording in memory: groups of series that were scraped together, as they are in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from dashgen.spec.recording import Privacy


class Mark(Enum):
    """What stands where a scrape gave no sample."""

    MISSING = "_"
    STALE = "~"


MISSING: Final = Mark.MISSING
STALE: Final = Mark.STALE
Cell = float | Mark
Row = tuple[Cell, ...]
"""One cell for each time of its group; what is left out at the end is missing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Series of one target. ``times`` are milliseconds after the recording's time 0; ``series`` go by selector."""

    times: tuple[int, ...]
    series: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Recording:
    """Series from ``start``, which is time 0 of a replay, for ``length``; the first ``warm_up`` is for looking back.

    ``scrape`` is how often most were scraped. ``partial``: the server said that something was missing.
    """

    spec: str
    start: datetime
    warm_up: timedelta
    length: timedelta
    scrape: timedelta
    private: Mapping[str, Privacy] = field(default_factory=dict)
    partial: bool = False
    groups: tuple[Group, ...] = ()
