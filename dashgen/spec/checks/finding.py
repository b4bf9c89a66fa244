"""What a check of a spec reports, before it has a position."""

from __future__ import annotations

from dataclasses import dataclass

from dashgen.spec.document import Path


@dataclass(frozen=True)
class Finding:
    """Something wrong at ``path``.

    ``other`` is the place it clashes with, ``reads`` are the other parts of the spec it was concluded from.
    It is shown at ``path``, or at the first of ``reads`` that the file holds when ``path`` is a default, and
    it is dropped when one of these parts could not be read.
    """

    path: Path
    found: str
    expected: str
    action: str
    reads: tuple[Path, ...] = ()
    key: bool = False
    other: Path | None = None
