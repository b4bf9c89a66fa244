"""Spans of time: inside the scenario and one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.testing.scenario.checks.called import called
from dashgen.testing.scenario.types import span_text, time_text

Spans = Sequence[tuple[timedelta, timedelta | None]]


def spans_inside(spans: Spans, path: Path, length: timedelta) -> Iterator[Finding]:
    """Spans are inside the scenario, in order of time, and do not touch."""
    for number, span in enumerate(spans):
        latest = max(span[0], span[1] or span[0])
        if latest > length:
            yield outside((*path, number), span_text(span), latest, length)
    for number, (before, after) in enumerate(pairwise(spans), 1):
        if before[1] is None or after[0] <= before[1]:
            yield Finding(
                (*path, number),
                f"{called((*path, number))} begins before {span_text(before)} is over",
                "spans in order of time that do not touch",
                "make one span of the two, or put them in order",
            )


def outside(path: Path, written: str, moment: timedelta, length: timedelta) -> Finding:
    """A time after the end of the scenario."""
    return Finding(
        path,
        f"{called(path)} is {written}, but the scenario is over at {time_text(length)}",
        f"a time up to {time_text(length)}",
        f"lengthen the scenario with `length: {time_text(moment)}`, or choose an earlier time",
        reads=(("length",),),
    )
