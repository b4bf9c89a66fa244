"""The text of a recording: what is in it, in which words.

A file is UTF-8, with ``\\n`` at the end of each line, and begins with what it is:

    dashgen-series 1                      the version of this format
    spec chat                             whose queries it is for
    zero 2026-09-01T10:00:00.000Z         when time 0 was, UTC; a whole hour, so that subqueries keep their steps
    warm-up 2h                            from time 0 on, only to be looked back to
    length 3h                             all of it, warm-up included
    scrape 15000ms                        how often most series were scraped
    private end_user hash                 a label whose values were hashed, or that was dropped; one line each
    partial                               the server said that something was missing; seldom there

Groups of series that were scraped together follow, in the order of job and instance, with an empty line before each.
A group begins with the times of its scrapes, in milliseconds after time 0: the first, then steps, ``x`` is how often.

    times 4210 +15000x239 +30000 +15000

Its series come in the order of their text, each as the selector that picks it alone, labels sorted, then one value
for each time of the group, on indented lines. Values that follow the last one are missing.

    llm_requests_total{instance="10.0.0.7:8000",job="chat-api",model="a"}
      =1020 .x3 2 1x5 _x2 24 ~ _x8 =0

    =number     the value (Prometheus' floats, exactly; NaN, Inf, -Inf)
    number      that much more than the value before, as decimals add up
    .           the same as before
    _           no sample: not scraped, or not there
    ~           the series went stale
    ...xN       the same N times

A line of values ends at the first token that reaches a multiple of 60 times, and a line of times at a multiple of 12
tokens: what changes in one place of a recording changes few lines.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from math import isnan

MAGIC = "dashgen-series"
VERSION = "1"
SUFFIX = ".series"
CELLS_A_LINE = 60
TIMES_A_LINE = 12
MAX_BYTES = 1 << 26
MAX_CELLS = 20_000_000
MAX_TIMES = 5_000_000
"""More than a month of seconds."""
EXACTLY = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
"""Sums of decimals, or an exception."""


def number(value: float) -> str:
    """The shortest text that reads back as the same float."""
    if isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def decimal(value: float) -> Decimal:
    """The decimal that the shortest text of a float stands for."""
    return Decimal(number(value))


def milliseconds(value: timedelta) -> int:
    """How long in whole milliseconds."""
    return round(value / timedelta(milliseconds=1))


def moment_text(moment: datetime) -> str:
    """A moment to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_recording(data: bytes) -> bool:
    """Whether the bytes are a recording of any version."""
    return data.startswith(f"{MAGIC} ".encode())
