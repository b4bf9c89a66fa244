"""Classic Grafana JSON -> the neutral form of a dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashgen.compare.model import Dashboard, Panel, Query

Json = Mapping[str, Any]

# Said on their own, or without meaning: where a panel stands and which Grafana version its JSON was written for.
_PANEL_SAID = frozenset(
    {"id", "title", "type", "description", "gridPos", "targets", "pluginVersion", "panels", "collapsed", "datasource"}
)
_QUERY_SAID = frozenset({"refId", "expr", "query", "legendFormat", "editorMode", "datasource"})
_SETTINGS = ("refresh", "time", "timezone", "tags", "graphTooltip", "editable")


def is_dashboard(document: Json) -> bool:
    """Whether this is a dashboard of the classic schema."""
    return isinstance(document.get("panels"), list) and "schemaVersion" in document


def read_dashboard(document: Json) -> Dashboard:
    """A dashboard; one without uid goes by its title.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: when the JSON has another shape.
    """
    title = str(document.get("title", ""))
    rows: dict[str, str] = {}
    panels = {panel.id: panel for panel in _panels(document["panels"], rows)}
    return Dashboard(
        uid=str(document.get("uid") or title),
        title=title,
        description=str(document.get("description") or ""),
        rows=rows,
        panels=panels,
        variables=_by(_list(document.get("templating"), "list"), "name"),
        links=_by(document.get("links") or [], "title"),
        notes=_by(_list(document.get("annotations"), "list"), "name"),
        settings=flat({key: document[key] for key in _SETTINGS if key in document}),
    )


def _list(value: Any, key: str) -> list[Json]:
    return list((value or {}).get(key) or [])


def _by(items: list[Json], key: str) -> dict[str, Json]:
    """Items by name, flat; the second of a name is told apart by a number."""
    found: dict[str, Json] = {}
    for item in items:
        name = str(item.get(key, ""))
        repeated = sum(1 for other in found if other == name or other.startswith(f"{name} #"))
        found[f"{name} #{repeated + 1}" if repeated else name] = flat(item)
    return found


def _panels(items: list[Json], rows: dict[str, str]) -> Iterator[Panel]:
    row, row_id = "", ""
    for item in items:
        if item.get("type") != "row":
            yield _panel(item, row, row_id)
            continue
        row, row_id = str(item.get("title", "")), str(item.get("id", item.get("title", "")))
        rows[row_id] = row
        for inner in item.get("panels") or []:
            yield _panel(inner, row, row_id)


def _panel(item: Json, row: str, row_id: str) -> Panel:
    title, kind = str(item.get("title", "")), str(item.get("type", ""))
    config = item.get("fieldConfig") or {}
    defaults = dict(config.get("defaults") or {})
    thresholds, unit = defaults.pop("thresholds", None) or {}, str(defaults.pop("unit", ""))
    options = dict(item.get("options") or {})
    text = str(options.pop("content", "")) if kind == "text" else ""
    look = {key: value for key, value in item.items() if key not in _PANEL_SAID}
    queries = [_query(target) for target in item.get("targets") or []]
    return Panel(
        id=str(item.get("id", title)),
        title=title,
        kind=kind,
        row=row,
        row_id=row_id,
        description=str(item.get("description") or ""),
        unit=unit,
        thresholds=_thresholds(thresholds),
        queries={query.ref: query for query in queries},
        look=flat({**look, "fieldConfig": {**config, "defaults": defaults}, "options": options}),
        text=text,
    )


def _thresholds(config: Json) -> tuple[tuple[str, float], ...]:
    steps = config.get("steps") or []
    return tuple((str(step.get("color", "")), float(step["value"])) for step in steps if step.get("value") is not None)


def _query(target: Json) -> Query:
    return Query(
        ref=str(target.get("refId", "")),
        expr=str(target.get("expr") or target.get("query") or ""),
        legend=str(target.get("legendFormat") or ""),
        other=flat({key: value for key, value in target.items() if key not in _QUERY_SAID}),
    )


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Nested mappings as dotted path -> value; lists, and what is in them, stay whole."""
    if not isinstance(value, Mapping):
        return {path: value}
    found: dict[str, Any] = {}
    for key in sorted(value, key=str):
        found |= flat(value[key], f"{path}.{key}" if path else str(key))
    return found
