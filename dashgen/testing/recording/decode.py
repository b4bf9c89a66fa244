"""The text of a recording -> the recording; what does not belong there is shown with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashgen.errors import InputError, Location, Problem
from dashgen.promql.tokens import milliseconds as duration_milliseconds
from dashgen.spec.recording import Privacy
from dashgen.spec.words import quote, shorten
from dashgen.testing.recording.format import MAGIC, MAX_CELLS, VERSION
from dashgen.testing.recording.model import Group, Recording, Row
from dashgen.testing.recording.tokens import Times, Values

_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*"'
_SELECTOR = re.compile(rf"(?:[a-zA-Z_:][a-zA-Z0-9_:]*)?\{{(?:{_LABEL}(?:,{_LABEL})*)?\}}")
_DURATION = re.compile(r"(?:[0-9]{1,12}(?:ms|[smhdw]))+")
_LONGEST = 10 * 365 * 86_400_000
_ZERO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_WORD = re.compile(r"\S+")
_PRIVACY: Mapping[str, Privacy] = {"hash": "hash", "drop": "drop"}
_NEEDED = ("spec", "zero", "warm-up", "length", "scrape")
_AGAIN = "record again, or restore the file"


def decode(text: str, file: str) -> Recording:
    """The recording whose text this is; ``file`` is how messages name it.

    Raises:
        InputError: with the first thing that is wrong.
    """
    lines = text.split("\n")
    reader = _Reader(lines[:-1], file)
    reader.version()
    if lines[-1]:
        problem = Problem(Location(file, len(lines), 1), "the last line breaks off", "a whole file", _AGAIN)
        raise InputError([problem])
    reader.header()
    groups = []
    while reader.next is not None:
        groups.append(reader.group())
    return reader.recording(tuple(groups))


@dataclass
class _Reader:
    """Line by line: ``number`` are read, the last of them is ``line``."""

    lines: list[str]
    file: str
    number: int = 0
    cells: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    private: dict[str, Privacy] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    @property
    def next(self) -> str | None:
        """The line to read; None at the end."""
        return self.lines[self.number] if self.number < len(self.lines) else None

    @property
    def line(self) -> str:
        return self.lines[self.number - 1] if self.lines else ""

    def _indented(self) -> bool:
        return self.next is not None and self.next.startswith("  ")

    def version(self) -> None:
        self.number = 1
        if self.line != f"{MAGIC} {VERSION}":
            action = "name a file that `dashgen record` wrote"
            if self.line.startswith(f"{MAGIC} "):
                action = "read it with the dashgen that wrote it, or record again"
            raise self._wrong(f"`{MAGIC} {VERSION}`", action=action)

    def header(self) -> None:
        while self.next:
            self.number += 1
            name, _, value = self.line.partition(" ")
            label, _, privacy = value.partition(" ")
            if name == "private" and label and privacy in _PRIVACY and label not in self.private:
                self.private[label] = _PRIVACY[privacy]
            elif name in self.fields or not _fits(name, value):
                raise self._wrong("a line of the header: spec, zero, warm-up, length, scrape (once), private, partial")
            else:
                self.fields[name] = value
        self.number += self.next is not None
        missing = [name for name in _NEEDED if name not in self.fields]
        if missing:
            found = f"the header ends without {', '.join(missing)}"
            raise InputError([Problem(Location(self.file, self.number, 1), found, "a whole header", _AGAIN)])

    def recording(self, groups: tuple[Group, ...]) -> Recording:
        return Recording(
            spec=self.fields["spec"],
            start=datetime.fromisoformat(self.fields["zero"]),
            warm_up=self._duration("warm-up"),
            length=self._duration("length"),
            scrape=self._duration("scrape"),
            private=self.private,
            partial="partial" in self.fields,
            groups=groups,
        )

    def _duration(self, name: str) -> timedelta:
        return timedelta(milliseconds=duration_milliseconds(self.fields[name]))

    def group(self) -> Group:
        """A group and the empty line behind it."""
        self.number += 1
        if not self.line.startswith("times "):
            raise self._wrong("a group: `times` and the times of its scrapes")
        times = Times()
        self._read(times, skip=len("times "))
        while self._indented():
            self.number += 1
            self._read(times)
        if not times.found:
            raise self._wrong("the times of the group's scrapes")
        series: dict[str, Row] = {}
        while self.next:
            self.number += 1
            selector = self.line
            if not _SELECTOR.fullmatch(selector):
                raise self._wrong('a series such as up{job="app"}, its values on indented lines')
            if selector in self.seen:
                raise self._wrong("each series once")
            self.seen.add(selector)
            series[selector] = self._row(len(times.found))
        self.number += self.next is not None
        return Group(tuple(times.found), series)

    def _row(self, most: int) -> Row:
        values = Values(most)
        self.cells += most
        if self.cells > MAX_CELLS:
            raise self._wrong(f"at most {MAX_CELLS:,} samples in a file", action="record less")
        while self._indented():
            self.number += 1
            self._read(values)
        return tuple(values.found)

    def _read(self, reader: Times | Values, skip: int = 0) -> None:
        for word in _WORD.finditer(self.line, skip):
            expected = reader.add(word[0])
            if expected:
                raise self._wrong(expected, word.start() + 1, word[0])

    def _wrong(self, expected: str, column: int = 1, word: str | None = None, action: str = _AGAIN) -> InputError:
        text = self.line if word is None else word
        found = quote(shorten(text)) if text else "an empty line"
        return InputError([Problem(Location(self.file, self.number, column), found, expected, action)])


def _fits(name: str, value: str) -> bool:
    if name in ("warm-up", "length", "scrape"):
        return bool(_DURATION.fullmatch(value)) and duration_milliseconds(value) <= _LONGEST
    if name == "zero":
        try:
            return bool(_ZERO.fullmatch(value) and datetime.fromisoformat(value))
        except ValueError:
            return False
    return bool(value) if name == "spec" else name == "partial" and not value
