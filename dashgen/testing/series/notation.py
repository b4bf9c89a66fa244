"""promtool's own notation of values, as far as a scenario may use it."""

from __future__ import annotations

import re
from datetime import timedelta

from dashgen.errors import Location
from dashgen.testing.clock import Clock
from dashgen.testing.series.fault import fault, shown

_NUMBER = r"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?"
_VALUE = re.compile(
    rf"_(?:x[0-9]+)?|stale|NaN|[+-]?Inf|[+-]?(?:{_NUMBER})(?:(?:[+-](?:{_NUMBER}))?x[0-9]+)?|\{{\{{.*\}}\}}(?:[x+].*)?"
)
_PIECE = re.compile(r"\{\{.*?\}\}\S*|\S+")


def notation(values: str, starts: timedelta | None, clock: Clock, where: Location) -> str:
    """The values as promtool takes them, from ``starts`` on.

    Raises:
        InputError: for what promtool would not read.
    """
    pieces = _PIECE.findall(values)
    for piece in pieces:
        if not _VALUE.fullmatch(piece):
            raise fault(
                where,
                f"{shown(piece)} among the values",
                "promtool's notation: 1, 0+60x10, 5x3, _ or _x4 for missing samples, stale, NaN",
                "one value for each scrape, or steps such as `- {per_minute: 60}`",
            )
    if not pieces:
        raise fault(where, "a series without values", "promtool's notation, or steps", "write it, such as 0+60x10")
    before = min(clock.index(starts), clock.samples()) if starts else 0
    return " ".join((*([f"_x{before}"] if before else []), *pieces))
