"""The values at which a panel changes its colour, where it shows them."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.meaning.screen.thresholds import MOST
from dashgen.lint.subject import Panel, items, mapping, text

_DEFAULT = [80]
"""The steps of a panel whose thresholds nobody touched."""
_COLOURED = frozenset({"stat", "gauge", "bargauge"})


def steps(panel: Panel) -> list[tuple[Place, float]]:
    """The thresholds that a panel shows, with where they are; none when they are Grafana's own or not drawn."""
    thresholds = mapping(panel.defaults.get("thresholds"))
    if text(thresholds.get("mode")) == "percentage" or not _drawn(panel):
        return []
    place = panel.place.child("fieldConfig", "defaults", "thresholds", "steps")
    found = [
        (place.child(index, "value"), float(step["value"]))
        for index, step in items(thresholds.get("steps"))
        if isinstance(step.get("value"), (int, float))
        and not isinstance(step["value"], bool)
        and abs(step["value"]) < MOST
    ]
    # Some exports have a number for the first step too, which stands for "from the bottom".
    found = [each for each in found if each[0].path[-2] != 0]
    return [] if [value for _, value in found] == _DEFAULT else found


def _drawn(panel: Panel) -> bool:
    if panel.type == "timeseries":
        style = mapping(mapping(panel.defaults.get("custom")).get("thresholdsStyle"))
        return text(style.get("mode")) not in ("", "off")
    mode = text(mapping(panel.defaults.get("color")).get("mode"))
    return panel.type in _COLOURED and mode in ("", "thresholds")
