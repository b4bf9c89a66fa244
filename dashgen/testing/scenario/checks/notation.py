"""promtool's notation of values: ``0+15x40 _x10 stale``."""

from __future__ import annotations

import re

from dashgen.spec.words import quote

WORDS = "promtool's notation: values separated by blanks, such as `0+15x40 _x10 stale 1x5`"
EXAMPLE = "write for example `0+15x40` for 0, 15, 30 … 600, or steps"
MOST = 1_000_000
"""Samples of one series; a million scrapes of 15 s are half a year."""

_DIGITS = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_HISTOGRAM = r"\{\{[^{}]*\}\}"
_TIMES = r"(?:x(?P<{0}>[0-9]{{1,9}}))"
_ITEM = re.compile(
    rf"(?:_{_TIMES.format('gaps')}?|stale|NaN|[-+]?Inf"
    rf"|(?:[-+]?{_DIGITS}(?:[-+]{_DIGITS}(?=x))?|{_HISTOGRAM}(?:[-+]{_HISTOGRAM}(?=x))?){_TIMES.format('times')}?)"
    r"(?=\s|\Z)"
)


def problem(text: str) -> str | None:
    """What is wrong with values in this notation."""
    position, samples = 0, 0
    while match := re.compile(r"\s*").match(text, position):
        position = match.end()
        if position == len(text):
            break
        item = _ITEM.match(text, position)
        if item is None:
            return f"{quote(text[position:].split(maxsplit=1)[0])} in the values"
        samples += int(item["times"] or item["gaps"] or 0) + 1
        position = item.end()
    if samples > MOST:
        return f"values with {samples} samples, which is more than {MOST}"
    return None if samples else "values without a sample"
