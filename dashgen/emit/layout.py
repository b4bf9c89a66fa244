"""Where panels stand, and that the ids they keep for ever do not collide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from dashgen.errors import OutputError
from dashgen.model import Dashboard, Panel, Row
from dashgen.model.identity import stable_id

COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of Grafana's grid."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row, where its title stands, and its panels where they stand."""

    row: Row
    box: Box
    panels: tuple[tuple[Panel, Box], ...]


def row_id(dashboard: str, row: str) -> int:
    """The id of a row, from a name no panel key has."""
    return stable_id(dashboard, f"row/{row}")


def check_ids(dashboard: Dashboard) -> None:
    """Refuse two panels or rows with one id.

    Raises:
        OutputError: for a key used twice, or for two keys with the same hash.
    """
    keys = chain((f"row/{row.key}" for row in dashboard.rows), (panel.key for panel in dashboard.panels()))
    owners: dict[int, str] = {}
    defects = []
    for key in keys:
        number = stable_id(dashboard.key, key)
        if number in owners:
            defects.append(f"{dashboard.key}: {owners[number]!r} and {key!r} have the same panel id {number}")
        owners[number] = key
    if defects:
        raise OutputError(defects)


def place(rows: Iterable[Row]) -> Iterator[PlacedRow]:
    """Rows below one another, their panels left to right in reading order, wrapped at 24 columns."""
    y = 0
    for row in rows:
        title = Box(0, y, COLUMNS, 1)
        boxes = tuple(_boxes(row.panels, y + 1))
        # A collapsed row takes one line; its panels keep the places they have when it is opened.
        y = y + 1 if row.collapsed else max((box.y + box.h for box in boxes), default=y + 1)
        yield PlacedRow(row, title, tuple(zip(row.panels, boxes, strict=True)))


def _boxes(panels: Sequence[Panel], top: int) -> Iterator[Box]:
    x, y, line_height = 0, top, 0
    for panel in panels:
        if x and x + panel.width > COLUMNS:
            x, y, line_height = 0, y + line_height, 0
        yield Box(x, y, panel.width, panel.height)
        x += panel.width
        line_height = max(line_height, panel.height)
