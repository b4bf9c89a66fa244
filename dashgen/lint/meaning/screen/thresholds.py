"""The lines a panel draws, and where each is written."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.document import Place
from dashgen.lint.subject import Panel, items, mapping, text

MOST = 1e300
"""JSON may hold numbers larger than any that can be compared."""
_UNTOUCHED = 80
"""What Grafana writes into every new panel; nobody chose it."""


def drawn(panel: Panel) -> Iterator[tuple[float, Place]]:
    """(value, place) of the thresholds that a time series panel draws; colours of a stat are no statement."""
    thresholds = mapping(panel.defaults.get("thresholds"))
    style = text(mapping(mapping(panel.defaults.get("custom")).get("thresholdsStyle")).get("mode"))
    if not style or style == "off" or thresholds.get("mode", "absolute") != "absolute":
        return
    place = panel.place.child("fieldConfig", "defaults", "thresholds", "steps")
    for index, step in items(thresholds.get("steps")):
        value = step.get("value")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value in (0, _UNTOUCHED):
            continue
        if abs(value) < MOST:
            yield float(value), place.child(index, "value")
