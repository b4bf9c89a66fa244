"""``grid-overlap``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashgen.emit.layout import COLUMNS
from dashgen.lint.check import Check
from dashgen.lint.document import Path
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Panel, mapping


@dataclass(frozen=True, slots=True)
class _Box:
    panel: Panel
    x: float
    y: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        beside = self.right <= other.x or other.right <= self.x
        return not beside and self.y < other.bottom and other.y < self.bottom


class GridOverlap(Check):
    """Panels that overlap are moved by Grafana, so nobody sees the layout that the file says.

    Grafana pushes the lower of two overlapping panels down when the dashboard is opened, and takes what goes beyond
    the 24 columns back into them. Rows come apart, and the first save in the editor changes the places of many panels.
    The panels of a collapsed row are laid out on their own.

    Bad:

        panels:
          - {id: 1, title: Requests running, type: timeseries, gridPos: {x: 0, y: 0, w: 12, h: 8}}
          - {id: 2, title: Requests waiting, type: timeseries, gridPos: {x: 6, y: 4, w: 12, h: 8}}

    Bad:

        panels:
          - {id: 1, title: Requests running, type: timeseries, gridPos: {x: 16, y: 0, w: 12, h: 8}}

    Good:

        panels:
          - {id: 1, title: Requests running, type: timeseries, gridPos: {x: 0, y: 0, w: 12, h: 8}}
          - {id: 2, title: Requests waiting, type: timeseries, gridPos: {x: 12, y: 0, w: 12, h: 8}}
    """

    code = "DSH012"
    name = "grid-overlap"
    severity = Severity.INFO
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at panels that are laid out together."""
        together: dict[Path, list[_Box]] = {}
        for panel in dashboard.panels:
            box = _box(panel)
            if box is None:
                continue
            if box.x < 0 or box.y < 0 or box.right > COLUMNS:
                yield self.finding(
                    panel.place.child("gridPos"),
                    panel.about,
                    f"it takes the columns {box.x:g} to {box.right:g}"
                    if box.y >= 0
                    else f"it begins {-box.y:g} above the top",
                    f"a place in the {COLUMNS} columns",
                    "move it, or make it narrower",
                )
            together.setdefault(panel.path[:-1], []).append(box)
        for boxes in together.values():
            for box, first in _overlaps(boxes):
                yield self.finding(
                    box.panel.place.child("gridPos"),
                    box.panel.about,
                    f"it overlaps {first.panel.about}",
                    "a place of its own",
                    "move one of the two",
                )


def _box(panel: Panel) -> _Box | None:
    place = mapping(panel.data.get("gridPos"))
    x, y, w, h = (_number(place.get(key)) for key in "xywh")
    if x is None or y is None or w is None or h is None:
        return None
    return _Box(panel, x, y, x + w, y + h) if w > 0 and h > 0 else None


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _overlaps(boxes: list[_Box]) -> Iterator[tuple[_Box, _Box]]:
    """Each box that overlaps one above it, or beside it to the left, with the first of those."""
    open_: list[_Box] = []
    for box in sorted(boxes, key=lambda each: (each.y, each.x)):
        open_ = [each for each in open_ if each.bottom > box.y]
        met = next((each for each in open_ if each.meets(box)), None)
        if met is None:
            open_.append(box)
        else:
            yield box, met
