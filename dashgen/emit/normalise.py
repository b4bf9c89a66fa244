"""Grafana-6-era JSON of grafanalib -> JSON of schema version 41 that Grafana 11 to 13 load as it is. Pure."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SCHEMA_VERSION = 41
PLUGIN_VERSION = "12.0.0"

_DASHBOARD_DEAD = (
    "__inputs",
    "gnetId",
    "hideControls",
    "rows",
    "sharedCrosshair",
    "style",
    "version",
)
_DASHBOARD_ADDED: Json = {
    "fiscalYearStartMonth": 0,
    "liveNow": False,
    "preload": False,
    "schemaVersion": SCHEMA_VERSION,
    "timepicker": {},
    "weekStart": "",
}
_PANEL_KEPT = (
    "datasource",
    "description",
    "fieldConfig",
    "gridPos",
    "id",
    "interval",
    "links",
    "options",
    "targets",
    "timeFrom",
    "title",
    "transformations",
    "type",
)
_ROW_KEPT = ("collapsed", "gridPos", "id", "panels", "repeat", "title", "type")
_TEXT_DEAD = ("datasource", "interval", "targets", "timeFrom", "transformations")
_DEFAULTS_DEAD = ("calcs", "limit", "override", "title", "values")
_OPTIONS_DEAD: dict[str, tuple[str, ...]] = {
    "bargauge": ("fieldOptions", "showThresholdLabels", "showThresholdMarkers"),
}
_VARIABLE_DEAD = ("auto", "auto_count", "auto_min", "tagValuesQuery", "tagsQuery", "useTags")
_VARIABLE_KEPT: dict[str, tuple[str, ...]] = {
    "constant": ("current", "hide", "label", "name", "options", "query", "type"),
    "datasource": ("hide", "includeAll", "label", "multi", "name", "options", "query", "refresh", "type"),
    "textbox": ("current", "hide", "label", "name", "options", "query", "type"),
}


def normalise(board: Json) -> Json:
    """The dashboard with dead keys gone, modern shapes in place and no null but two kinds Grafana needs."""
    fresh = {key: value for key, value in board.items() if key not in _DASHBOARD_DEAD} | _DASHBOARD_ADDED
    fresh["panels"] = [_panel(panel) for panel in board["panels"]]
    fresh["templating"] = {"list": [_variable(variable) for variable in board["templating"]["list"]]}
    pruned: Json = _prune(fresh)
    return pruned | {"id": None}


def _panel(panel: Json) -> Json:
    if panel["type"] == "row":
        kept = {key: panel[key] for key in _ROW_KEPT if key in panel}
        return kept | {"panels": [_panel(inner) for inner in panel["panels"]]}
    fresh = {key: panel[key] for key in _PANEL_KEPT if key in panel}
    for key in ("links", "transformations"):
        if not fresh.get(key):
            fresh.pop(key, None)
    fresh["pluginVersion"] = PLUGIN_VERSION
    if panel["type"] == "text":
        plain = {key: value for key, value in fresh.items() if key not in _TEXT_DEAD}
        return plain | {"fieldConfig": {"defaults": {}, "overrides": []}}
    dead = _OPTIONS_DEAD.get(panel["type"], ())
    fresh["options"] = {key: value for key, value in panel["options"].items() if key not in dead}
    fresh["fieldConfig"] = _field_config(panel["fieldConfig"], heatmap=panel["type"] == "heatmap")
    return fresh


def _field_config(config: Json, *, heatmap: bool) -> Json:
    defaults = {key: value for key, value in config["defaults"].items() if key not in _DEFAULTS_DEAD}
    custom = defaults.get("custom")
    if isinstance(custom, dict):
        custom.pop("displayMode", None)
        if not custom:
            del defaults["custom"]
    if heatmap:
        defaults.pop("thresholds", None)
    else:
        defaults.setdefault("mappings", [])
    return {"defaults": defaults, "overrides": config.get("overrides", [])}


def _variable(variable: Json) -> Json:
    kept = _VARIABLE_KEPT.get(variable["type"])
    fresh = {key: value for key, value in variable.items() if key not in _VARIABLE_DEAD}
    if kept is not None:
        fresh = {key: value for key, value in fresh.items() if key in kept}
    return fresh | {"current": _current(fresh.get("current")), "options": fresh.get("options") or []}


def _current(current: Json | None) -> Json | None:
    if not current or current.get("value") is None:
        return None
    value = current["value"]
    text = {"$__all": "All", ("$__all",): ["All"]}.get(tuple(value) if isinstance(value, list) else value, value)
    return {"selected": current.get("selected", True), "text": text, "value": value}


def _prune(value: Any) -> Any:
    if isinstance(value, list):
        return [_prune(item) for item in value]
    if isinstance(value, dict):
        step = value.keys() == {"color", "value"}
        return {key: _prune(item) for key, item in value.items() if item is not None or (step and key == "value")}
    return value
