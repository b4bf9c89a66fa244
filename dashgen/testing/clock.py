"""When series are scraped and rules are evaluated while a scenario plays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import floor


@dataclass(frozen=True, slots=True)
class Clock:
    """All in milliseconds. Sample ``n`` of every series is at ``n * scrape``, evaluation ``n`` at ``n * every``.

    ``scrape`` is a hundredth shorter than what it stands for, so that scrapes and evaluations do not meet:
    Prometheus 3 leaves the sample at the left edge of a range out, Prometheus 2 takes it.
    """

    scrape: int
    every: int
    until: int

    @classmethod
    def of(cls, scrape: timedelta, every: timedelta, length: timedelta) -> Clock:
        """The clock of a scenario; its length is rounded up to a whole evaluation."""
        step, nominal = _milliseconds(every), _milliseconds(scrape)
        return cls(nominal - max(nominal // 100, 1), step, -(-_milliseconds(length) // step) * step)

    def samples(self) -> int:
        """How many samples a series of the whole length has."""
        return floor(self.until / self.scrape) + 1

    def index(self, at: timedelta) -> int:
        """The first sample at or after a time."""
        return -(-_milliseconds(at) // self.scrape)

    def ticks(self) -> range:
        """The times of every evaluation."""
        return range(0, self.until + 1, self.every)


def _milliseconds(value: timedelta) -> int:
    return round(value / timedelta(milliseconds=1))
