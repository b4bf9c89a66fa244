"""Our own checks of emitted dashboards: what neither Grafana's schema nor its linter catches. Pure.

A defect found here is a bug in a builder (ours or an ``extend`` function), never in the spec.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from dashgen.errors import OutputError

Json = dict[str, Any]

_UID = re.compile(r"[a-zA-Z0-9_-]{1,40}")
_VARIABLE = re.compile(r"\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)[^}]*\})|\[\[(?P<old>\w+)[^\]]*\]\]")
_CUSTOM_UNIT = re.compile(r"(si|count|currency|prefix|suffix|time|bool):.+")
GRAFANA_VARIABLES = frozenset(
    {
        "__all_variables",
        "__auto_interval",
        "__dashboard",
        "__data",
        "__field",
        "__from",
        "__interval",
        "__interval_ms",
        "__name",
        "__org",
        "__range",
        "__range_ms",
        "__range_s",
        "__rate_interval",
        "__series",
        "__timeFilter",
        "__timezone",
        "__to",
        "__url_time_range",
        "__user",
        "__value",
        "timeFilter",
    }
)


@cache
def known_units() -> frozenset[str]:
    """Every unit id of Grafana."""
    text = (Path(__file__).parent / "data" / "units.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def verify(dashboards: Mapping[str, Json]) -> None:
    """Check dashboards as emitted, by name.

    Raises:
        OutputError: with every defect of every dashboard.
    """
    defects = [f"{name}: {text}" for name, board in dashboards.items() for text in dashboard_defects(board)]
    shared = _repeated(board.get("uid") for board in dashboards.values())
    defects += [f"uid {uid!r} belongs to more than one dashboard" for uid in shared]
    if defects:
        raise OutputError(defects)


def dashboard_defects(board: Json) -> Iterator[str]:
    """Everything wrong with one dashboard."""
    for check in _DASHBOARD_CHECKS:
        yield from check(board)
    for panel in _panels(board):
        where = f"panel {panel.get('title')!r}"
        for check in _PANEL_CHECKS:
            yield from (f"{where}: {text}" for text in check(panel))


def _panels(board: Json) -> Iterator[Json]:
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def _repeated(values: Iterable[Any]) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]


def _uid(board: Json) -> Iterator[str]:
    if not _UID.fullmatch(board.get("uid") or ""):
        yield f"uid {board.get('uid')!r} is not 1 to 40 characters of [a-zA-Z0-9-_]"


def _panel_ids(board: Json) -> Iterator[str]:
    yield from (f"panel id {number} is used twice" for number in _repeated(p.get("id") for p in _panels(board)))


def _variable_names(board: Json) -> Iterator[str]:
    names = (variable["name"] for variable in board["templating"]["list"])
    yield from (f"variable {name!r} is defined twice" for name in _repeated(names))


def _overlaps(board: Json) -> Iterator[str]:
    for panels in [board["panels"], *(p["panels"] for p in board["panels"] if p.get("panels"))]:
        for panel in panels:
            box = panel["gridPos"]
            if min(box["x"], box["y"]) < 0 or min(box["w"], box["h"]) < 1 or box["x"] + box["w"] > 24:
                yield f"panel {panel['title']!r} leaves the 24 columns: {box}"
        for one, other in combinations(panels, 2):
            if _overlap(one["gridPos"], other["gridPos"]):
                yield f"panels {one['title']!r} and {other['title']!r} overlap"


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def _variables(board: Json) -> Iterator[str]:
    known = GRAFANA_VARIABLES | {variable["name"] for variable in board["templating"]["list"]}
    for where, text in _interpolated(board):
        for match in _VARIABLE.finditer(text):
            name = match["bare"] or match["braced"] or match["old"]
            if name not in known:
                yield f"{where}: variable {name!r} is not defined, in {text!r}"


def _interpolated(board: Json) -> Iterator[tuple[str, str]]:
    for link in board["links"]:
        yield f"link {link['title']!r}", link["url"]
    for note in board["annotations"]["list"]:
        yield f"annotation {note['name']!r}", note.get("expr", "")
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield f"variable {variable['name']!r}", variable["query"]["query"]
    for panel in _panels(board):
        where = f"panel {panel['title']!r}"
        yield from ((where, text) for text in _panel_texts(panel))


def _panel_texts(panel: Json) -> Iterator[str]:
    yield from (panel["title"], panel.get("description", ""), panel.get("options", {}).get("content", ""))
    yield panel.get("datasource", {}).get("uid", "")
    for target in panel.get("targets", []):
        yield from (target.get(key, "") for key in ("expr", "query", "legendFormat"))
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    for link in [*panel.get("links", []), *defaults.get("links", [])]:
        yield link["url"]


def _ref_ids(panel: Json) -> Iterator[str]:
    names = [target.get("refId") for target in panel.get("targets", [])]
    yield from (f"refId {name!r} is used twice" for name in _repeated(names))
    if not all(names):
        yield "a query has no refId"


def _exemplars(panel: Json) -> Iterator[str]:
    if any(target.get("exemplar") for target in panel.get("targets", [])[1:]):
        yield "exemplars are on a query that is not the first; Grafana drops them there"


def _thresholds(panel: Json) -> Iterator[str]:
    steps = panel.get("fieldConfig", {}).get("defaults", {}).get("thresholds", {}).get("steps", [])
    values = [step["value"] for step in steps]
    if values and values[0] is not None:
        yield f"the first threshold step must have no value, not {values[0]}"
    if any(value is None for value in values[1:]) or any(a >= b for a, b in pairwise(values[1:])):
        yield f"threshold values must rise, found {values[1:]}"


def _units(panel: Json) -> Iterator[str]:
    for unit in _units_of(panel):
        if unit not in known_units() and not _CUSTOM_UNIT.fullmatch(unit):
            yield f"unit {unit!r} is not one Grafana knows"


def _units_of(panel: Json) -> Iterator[str]:
    config = panel.get("fieldConfig", {})
    yield from filter(None, [config.get("defaults", {}).get("unit")])
    for override in config.get("overrides", []):
        yield from (item["value"] for item in override["properties"] if item["id"] == "unit")
    axis = panel.get("options", {}).get("yAxis", {})
    yield from filter(None, [axis.get("unit")])


_Check = Callable[[Json], Iterator[str]]
_DASHBOARD_CHECKS: tuple[_Check, ...] = (_uid, _panel_ids, _variable_names, _overlaps, _variables)
_PANEL_CHECKS: tuple[_Check, ...] = (_ref_ids, _exemplars, _thresholds, _units)
