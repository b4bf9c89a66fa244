"""A recording -> its text; the same text for the same recording on any machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Inexact
from itertools import groupby, pairwise
from math import isfinite

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.types import duration_text
from dashgen.testing.recording.format import (
    CELLS_A_LINE,
    EXACTLY,
    MAGIC,
    MAX_BYTES,
    MAX_CELLS,
    TIMES_A_LINE,
    VERSION,
    decimal,
    milliseconds,
    moment_text,
    number,
)
from dashgen.testing.recording.model import MISSING, STALE, Cell, Group, Recording


def encode(recording: Recording) -> str:
    """The text of a recording.

    Raises:
        InputError: when it is larger than a recording may be.
    """
    cells = sum(len(group.times) * len(group.series) for group in recording.groups)
    lines = [*_header(recording)]
    for group in recording.groups:
        lines += ["", *_group(group)]
    text = "\n".join(lines) + "\n"
    if cells > MAX_CELLS or len(text) > MAX_BYTES:
        found = f"{cells:,} samples in {len(text) >> 20} MiB of text"
        expected = f"at most {MAX_CELLS:,} samples in {MAX_BYTES >> 20} MiB"
        raise InputError([Problem(Location("the recording"), found, expected, "record less time, or cap --warm-up")])
    return text


def _header(recording: Recording) -> Iterator[str]:
    yield f"{MAGIC} {VERSION}"
    yield f"spec {recording.spec}"
    yield f"zero {moment_text(recording.start)}"
    for name, value in (("warm-up", recording.warm_up), ("length", recording.length), ("scrape", recording.scrape)):
        yield f"{name} {duration_text(timedelta(milliseconds=milliseconds(value)))}"
    for label, privacy in sorted(recording.private.items()):
        yield f"private {label} {privacy}"
    if recording.partial:
        yield "partial"


def _group(group: Group) -> Iterator[str]:
    steps = [following - time for time, following in pairwise(group.times)]
    tokens = [str(group.times[0]), *(_repeated(f"+{step}", len(list(run))) for step, run in groupby(steps))]
    for start in range(0, len(tokens), TIMES_A_LINE):
        yield ("  " if start else "times ") + " ".join(tokens[start : start + TIMES_A_LINE])
    for selector, row in sorted(group.series.items()):
        yield selector
        yield from _lines(row)


def _lines(row: Sequence[Cell]) -> Iterator[str]:
    line: list[str] = []
    done = 0
    for token, run in groupby(_tokens(row)):
        count = len(list(run))
        line.append(_repeated(token, count))
        done += count
        if done // CELLS_A_LINE > (done - count) // CELLS_A_LINE:
            yield "  " + " ".join(line)
            line = []
    if line:
        yield "  " + " ".join(line)


def _tokens(row: Sequence[Cell]) -> Iterator[str]:
    last: float | None = None
    grows = _grows(row)
    for cell in row:
        if cell is MISSING or cell is STALE:
            yield cell.value
        else:
            assert isinstance(cell, float)
            yield _value(last, cell, grows=grows)
            last = cell


def _grows(row: Sequence[Cell]) -> bool:
    """Whether it is a counter: it seldom falls. A gauge is easier to read as its values."""
    steps = [later - value for value, later in pairwise(cell for cell in row if isinstance(cell, float))]
    return sum(step > 0 for step in steps) > 2 * sum(step < 0 for step in steps)


def _value(last: float | None, value: float, *, grows: bool) -> str:
    plain = f"={number(value)}"
    if value == last:
        return "."
    if not grows or last is None or not isfinite(value) or not isfinite(last) or value < last:
        return plain
    more = _difference(last, value)
    return more if more and len(more) <= len(plain) else plain


def _difference(last: float, value: float) -> str:
    """The number to add, or nothing when there is no exact one."""
    if last.is_integer() and value.is_integer() and max(abs(last), abs(value)) < 1e15:
        return str(int(value) - int(last))
    try:
        return str(EXACTLY.subtract(decimal(value), decimal(last))).replace("E", "e")
    except (Inexact, ArithmeticError):
        return ""


def _repeated(token: str, count: int) -> str:
    return token if count == 1 else f"{token}x{count}"
