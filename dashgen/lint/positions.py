"""Place of a document -> line and column of the file, also through texts inside texts."""

from __future__ import annotations

from dataclasses import dataclass

from dashgen.lint.document import Place


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: ``line`` and ``column`` count from 1, ``end_line`` and ``end_column`` are behind it.

    ``source`` is the whole first line, without its end. ``exact`` is false when the text is not written in the file as
    it is (compressed), so that the spot is the value around it.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: str
    exact: bool = True


def locate(place: Place) -> Spot:
    """Where a place is; the nearest value around it when there is no such value."""
    while place.document.outer is not None:
        place = place.document.outer
    return Spot(place.document.file, 1, 1, 1, 2, place.document.text.split("\n", 1)[0], exact=False)
