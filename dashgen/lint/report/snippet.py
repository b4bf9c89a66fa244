"""The line a finding points at, and the carets below it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from dashgen.lint.finding import Finding
from dashgen.lint.result import Located
from dashgen.report.line import ASIDE, Line

WIDTH = 100
"""Columns of a line, at most; of a longer one what is around the caret is shown."""
_BEFORE = 40


def snippet(found: Located, style: str) -> Iterator[Line]:
    """Gutter with the line number, the line, and the carets; nothing when there is no text to show."""
    text, start, end = _pointed_at(found)
    if not text.strip():
        return
    text, start, end = _window("".join(char if char.isprintable() else " " for char in text), start, end)
    number = str(found.spot.line)
    yield Line(f"  {number} |  {text}")
    carets = "^" * max(1, _columns(text[start:end]))
    yield Line(f"  {' ' * len(number)} |  {' ' * _columns(text[:start])}{carets}", style or ASIDE)


def _pointed_at(found: Located) -> tuple[str, int, int]:
    """The text of a line with the characters in it that are meant.

    Of a long line, or one of JSON, the value alone is shown: an expression is read better without its escapes.
    """
    spot, place = found.spot, found.finding.place
    value = place.document.get(*place.path)
    whole = spot.source.strip()
    if isinstance(value, str) and not place.key and (place.document.syntax == "json" or len(whole) > WIDTH):
        return _line_of(value, *_within(found.finding, value))
    indent = len(spot.source) - len(spot.source.lstrip())
    start = spot.column - 1 - indent
    end = spot.end_column - 1 - indent if spot.end_line == spot.line else len(whole)
    if place.document.syntax == "json" and isinstance(value, (dict, list)) and not place.key:
        # All of it is meant; its bracket shows where it begins.
        end = start + 1
    return whole, max(start, 0), min(max(end, start + 1), len(whole))


def _within(finding: Finding, value: str) -> tuple[int, int]:
    start, end = finding.place.start, finding.place.end
    if start is None:
        return 0, len(value)
    return min(start, len(value)), len(value) if end is None else min(max(end, start), len(value))


def _line_of(value: str, start: int, end: int) -> tuple[str, int, int]:
    """The line of a text that ``start`` is in, without its indentation."""
    first = value.rfind("\n", 0, start) + 1
    last = value.find("\n", start)
    line = value[first : last if last >= 0 else len(value)]
    left = len(line) - len(line.lstrip())
    left = min(left, start - first)
    return line[left:].rstrip(), start - first - left, min(end - first, len(line)) - left


def _window(text: str, start: int, end: int) -> tuple[str, int, int]:
    """At most ``WIDTH`` characters of a line, those that are meant among them."""
    if len(text) <= WIDTH:
        return text, start, min(end, len(text))
    first = max(0, min(start - _BEFORE, len(text) - WIDTH))
    last = min(len(text), first + WIDTH)
    left, right = ("…" if first else ""), ("…" if last < len(text) else "")
    shift = len(left) - first
    return f"{left}{text[first:last]}{right}", start + shift, min(end, last) + shift


def _columns(text: str) -> int:
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
