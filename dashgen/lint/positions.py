"""Place of a document -> line and column of the file, also through texts inside texts."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from dashgen.lint.document import Document, Place
from dashgen.lint.text.json_places import JsonPlaces
from dashgen.lint.text.yaml_places import YamlPlaces


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: ``line`` and ``column`` count from 1, ``end_line`` and ``end_column`` are behind it.

    ``source`` is the whole first line, without its end. ``exact`` is false when the text is not written in the file as
    it is (compressed), or is not there, so that the spot is the value around it. ``start`` and ``end`` are characters
    of the file.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: str
    exact: bool = True
    start: int = 0
    end: int = 0


def locate(place: Place) -> Spot:
    """Where a place is; the nearest value around it when there is no such value."""
    start, end, exact = _characters(place)
    while (outer := place.document.outer) is not None:
        if place.document.encoded:
            place, (start, end, _), exact = outer, _characters(outer), False
        else:
            place = Place(outer.document, outer.path, start, end)
            start, end, known = _characters(place)
            exact = exact and known
    return _positions(place.document).spot(place.document.file, start, end, exact=exact)


@dataclass(eq=False)
class _Positions:
    """What is worked out about a document when it is first asked for."""

    document: Document
    sources: dict[int, str] = field(default_factory=dict)
    """Lines by number, each once for all spots in it: one of JSON may be all of a dashboard."""

    @cached_property
    def places(self) -> JsonPlaces | YamlPlaces:
        if self.document.syntax == "json":
            return JsonPlaces(self.document.text)
        return YamlPlaces(self.document.text, self.document.number)

    @cached_property
    def lines(self) -> list[int]:
        """Where each line starts."""
        return [0, *accumulate(len(line) + 1 for line in self.document.text.split("\n"))]

    def spot(self, file: str, start: int, end: int, *, exact: bool) -> Spot:
        text, lines = self.document.text, self.lines
        first = bisect_right(lines, start, 0, len(lines) - 1) - 1
        last = bisect_right(lines, end, first, len(lines) - 1) - 1
        source = self.sources.get(first)
        if source is None:
            source = self.sources[first] = text[lines[first] : lines[first + 1] - 1].rstrip("\r")
        return Spot(
            file, first + 1, start - lines[first] + 1, last + 1, end - lines[last] + 1, source, exact, start, end
        )


def _positions(document: Document) -> _Positions:
    if not isinstance(document.positions, _Positions):
        document.positions = _Positions(document)
    return document.positions


def _characters(place: Place) -> tuple[int, int, bool]:
    """Characters of the document's text, and whether they are what was asked for."""
    document, size = place.document, len(place.document.text)
    wanted = place.start is not None
    start = max(place.start or 0, 0)
    end = start if place.end is None else max(place.end, start)
    if wanted and not place.path and not isinstance(document.data, (str, int, float)):
        # Of the text as a whole, when it could not be read.
        return min(start, size), min(end, size), True
    places = _positions(document).places
    inside = places.characters(place.path, start, end) if wanted and not place.key else None
    if inside is not None:
        return *inside, True
    (first, last), exact = places.span(place.path, key=place.key)
    return first, last, exact and not (wanted and not place.key)
