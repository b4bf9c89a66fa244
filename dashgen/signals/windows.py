"""Range windows that hold enough scrapes. At least four: Prometheus 3 leaves the left edge out."""

from __future__ import annotations

from datetime import timedelta

from dashgen.spec import Spec

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
SCRAPES = 4


def at_least(spec: Spec, window: timedelta) -> timedelta:
    """``window``, widened to four scrapes and to whole minutes when that is longer."""
    needed = spec.prometheus.scrape_interval * SCRAPES
    if window >= needed:
        return window
    return timedelta(minutes=-(-needed // timedelta(minutes=1)))


def recent(spec: Spec) -> timedelta:
    """The window of what on-call looks at: five minutes."""
    return at_least(spec, timedelta(minutes=5))


def brief(spec: Spec) -> timedelta:
    """The shortest window that still tells movement from standstill: two minutes."""
    return at_least(spec, timedelta(minutes=2))


def queue_window(spec: Spec) -> timedelta:
    """The time over which it is counted how often requests waited."""
    return at_least(spec, spec.alerts.queue.window)


def error_windows(spec: Spec) -> tuple[timedelta, timedelta]:
    """(long, short) windows of the error ratio."""
    errors = spec.alerts.errors
    return at_least(spec, errors.window), at_least(spec, errors.short_window)
