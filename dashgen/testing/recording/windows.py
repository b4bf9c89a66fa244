"""Stretches of time as a sorted tuple of disjoint pairs, and the little arithmetic a recording needs of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

Windows = tuple[tuple[timedelta, timedelta], ...]
"""(near, far): how long before an evaluation samples are read, nearest first."""


def union(*parts: Iterable[tuple[timedelta, timedelta]]) -> Windows:
    """What is in any of them; stretches that touch become one."""
    merged: list[tuple[timedelta, timedelta]] = []
    for near, far in sorted(window for part in parts for window in part):
        if merged and near <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(far, merged[-1][1])
        else:
            merged.append((near, far))
    return tuple(merged)


def shift(windows: Windows, near: timedelta, far: timedelta) -> Windows:
    """What is read by something that is itself read from ``far`` to ``near`` before the evaluation."""
    return union((start + near, end + far) for start, end in windows)


def within(windows: Windows, most: timedelta) -> Windows:
    """The part that is at most that far back."""
    return tuple((near, min(far, most)) for near, far in windows if near <= most)


def stretches(windows: Windows, length: timedelta) -> Windows:
    """The same for evaluations all along ``length``: (from, to) before its end, latest first."""
    return union((near, far + length) for near, far in windows)
