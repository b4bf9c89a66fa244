"""Series over time in the notation of promtool unit tests.

A timeline is a list of samples, one per ``step`` seconds: numbers, ``GAP`` (not scraped) and ``STALE``
(the target said goodbye). Timelines are joined with ``+``; sets of series are dicts from selector to timeline.
"""

from __future__ import annotations

import itertools

GAP = "_"
STALE = "stale"
RESET = "reset"
STEP = 15


def selector(name, **labels):
    """``name{label="value"}``, with values escaped the way PromQL reads them."""
    inner = ",".join(f"{label}={quoted(value)}" for label, value in labels.items())
    return f"{name}{{{inner}}}"


def quoted(text):
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(escapes.get(c) or (c if c >= " " and c != "\x7f" else f"\\x{ord(c):02x}") for c in text) + '"'


def ticks(minutes, step=STEP):
    """How many samples fit in that time; a length between two samples is a mistake of the test."""
    count = minutes * 60 / step
    assert abs(count - round(count)) < 1e-9, f"{minutes} minutes is no multiple of {step} s"
    return round(count)


def constant(value, minutes, step=STEP):
    return [value] * ticks(minutes, step)


def gap(minutes, step=STEP):
    return [GAP] * ticks(minutes, step)


def ramp(start, end, minutes, step=STEP):
    count = ticks(minutes, step)
    return [start + (end - start) * n / max(count - 1, 1) for n in range(count)]


def pattern(values, minutes, step=STEP, phase=0):
    """``values`` over and over, beginning with the one at ``phase``."""
    return [values[(n + phase) % len(values)] for n in range(ticks(minutes, step))]


def counter(*phases, start=0, step=STEP):
    """A counter through phases of (rate per minute, minutes), (GAP, minutes), RESET or STALE.

    It counts on unseen during a gap that has a third element, the rate per minute.
    """
    value, samples = float(start), [float(start)]
    for phase in phases:
        if phase == RESET:
            value = 0.0
        elif phase == STALE:
            samples.append(STALE)
        elif phase[0] == GAP:
            samples += gap(phase[1], step)
            value += (phase[2] if len(phase) > 2 else 0) * phase[1]
        else:
            rate, minutes = phase
            for _ in range(ticks(minutes, step)):
                value = round(value + rate * step / 60, 9)
                samples.append(value)
    return samples


def events(minutes_of_events, minutes, step=STEP, start=0):
    """A counter that rises by one at each of the given minutes."""
    times = sorted(minutes_of_events)
    return [start + sum(1 for t in times if t * 60 <= n * step) for n in range(ticks(minutes, step) + 1)]


def histogram(name, bounds, *phases, step=STEP, start_after=0, **labels):
    """Cumulative buckets of phases (rate per minute, minutes, {observed value: share}), RESET or STALE."""

    def below(phase, bound):
        if isinstance(phase, str) or phase[0] == GAP:
            return phase
        rate, minutes, shares = phase
        return rate * sum(share for value, share in shares.items() if value <= bound), minutes

    series = {}
    for bound in (*bounds, float("inf")):
        le = "+Inf" if bound == float("inf") else f"{bound:.15g}"
        timeline = gap(start_after, step) + counter(*(below(phase, bound) for phase in phases), step=step)
        series[selector(f"{name}_bucket", **labels, le=le)] = timeline
    return series


def text(timeline):
    """A timeline as promtool reads it; repeats are compressed, a week of nothing is ``_x10080``."""
    parts = []
    for sample, group in itertools.groupby(timeline):
        count = len(list(group))
        shown = sample if isinstance(sample, str) else _number(sample)
        if shown == GAP:
            parts.append(f"_x{count}")
        elif isinstance(sample, str) or count == 1 or shown in ("NaN", "Inf", "-Inf"):
            parts += [shown] * count
        else:
            parts.append(f"{shown}x{count - 1}")
    return " ".join(parts)


def _number(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def merge(*sets):
    """Sets of series as one; promtool would silently take a duplicate."""
    merged = {}
    for part in sets:
        twice = merged.keys() & part.keys()
        assert not twice, f"the same series twice: {sorted(twice)[0]}"
        merged |= part
    return merged
