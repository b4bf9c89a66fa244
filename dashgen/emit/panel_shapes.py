"""The modern ``fieldConfig`` and ``options`` of every kind of panel, as Grafana 11 to 13 write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashgen.emit.escape import one_line
from dashgen.model import Override, Panel, Threshold

Json = dict[str, Any]

_SHOWN: Json = {"legend": False, "tooltip": False, "viz": False}
_REDUCE: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def field_config(panel: Panel) -> Json:
    """``fieldConfig`` of a panel that draws data."""
    return {
        "defaults": _DEFAULTS[panel.viz](panel),
        "overrides": [_override(override) for override in panel.overrides],
    }


def options(panel: Panel) -> Json:
    """``options`` of a panel that draws data."""
    return _OPTIONS[panel.viz](panel)


def _override(override: Override) -> Json:
    properties: list[Json] = []
    if override.dashed:
        properties.append({"id": "custom.lineStyle", "value": {"dash": [10, 10], "fill": "dash"}})
        properties.append({"id": "custom.fillOpacity", "value": 0})
    if override.colour:
        properties.append({"id": "color", "value": {"fixedColor": override.colour, "mode": "fixed"}})
    if override.unit:
        properties.append({"id": "unit", "value": override.unit})
    return {"matcher": {"id": "byRegexp", "options": f"/{override.pattern}/"}, "properties": properties}


def _steps(base: str, thresholds: tuple[Threshold, ...]) -> Json:
    steps: list[Json] = [{"color": base, "value": None}]
    steps += [{"color": line.colour, "value": line.value} for line in thresholds]
    return {"mode": "absolute", "steps": steps}


def _defaults(panel: Panel, *, base: str, colour: str) -> Json:
    links = [
        {"title": one_line(link.title), "url": link.url, "targetBlank": True} for link in panel.links if link.on_series
    ]
    return {
        "unit": panel.unit,
        "color": {"mode": colour},
        "thresholds": _steps(base, panel.thresholds),
        "links": links or None,
        # A null is written on purpose: it clears grafanalib's own default (min 0, max 100, "none").
        "noValue": panel.no_value or None,
        "min": panel.min,
        "max": panel.max,
        "decimals": panel.decimals,
    }


def _timeseries_defaults(panel: Panel) -> Json:
    scale = {"type": "log", "log": 10} if panel.log_scale else {"type": "linear", "log": None}
    fill = 80 if panel.bars else 30 if panel.stacked else 10
    custom: Json = {
        "axisBorderShow": False,
        "axisLabel": "",
        "axisPlacement": "auto",
        "barAlignment": 0,
        "drawStyle": "bars" if panel.bars else "line",
        "fillOpacity": fill,
        "gradientMode": "none",
        "hideFrom": _SHOWN,
        "insertNulls": False,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "pointSize": 5,
        "scaleDistribution": scale,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": panel.stacked or "none"},
        "thresholdsStyle": {"mode": "dashed" if panel.thresholds else "off"},
    }
    if panel.min is None and not panel.log_scale:
        custom["axisSoftMin"] = 0
    return {**_defaults(panel, base="transparent", colour="palette-classic-by-name"), "custom": custom}


def _threshold_defaults(panel: Panel) -> Json:
    return _defaults(panel, base="green" if panel.thresholds else "text", colour="thresholds")


def _heatmap_defaults(_: Panel) -> Json:
    return {"custom": {"hideFrom": _SHOWN, "scaleDistribution": {"type": "linear"}}}


def _table_defaults(panel: Panel) -> Json:
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False}
    return {**_threshold_defaults(panel), "custom": custom}


def _piechart_defaults(panel: Panel) -> Json:
    return {
        **_defaults(panel, base="green", colour="palette-classic-by-name"),
        "custom": {"hideFrom": _SHOWN},
    }


def _timeseries_options(panel: Panel) -> Json:
    return {
        "legend": {
            "calcs": ["sum", "max"] if panel.bars else ["mean", "max", "lastNotNull"],
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": True,
            "sortBy": "Total" if panel.bars else "Max",
            "sortDesc": True,
        },
        "tooltip": {"hideZeros": False, "mode": "multi", "sort": "desc"},
    }


def _stat_options(panel: Panel) -> Json:
    return {
        "colorMode": "background" if panel.thresholds else "value",
        "graphMode": "none" if all(query.instant for query in panel.queries) else "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": _REDUCE,
        "showPercentChange": False,
        "textMode": "auto",
        "wideLayout": True,
    }


def _gauge_options(_: Panel) -> Json:
    return {
        "minVizHeight": 75,
        "minVizWidth": 75,
        "orientation": "auto",
        "reduceOptions": _REDUCE,
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
        "sizing": "auto",
    }


def _bargauge_options(_: Panel) -> Json:
    return {
        "displayMode": "gradient",
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
        "maxVizHeight": 300,
        "minVizHeight": 16,
        "minVizWidth": 8,
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": _REDUCE,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "color",
    }


def _heatmap_options(panel: Panel) -> Json:
    axis: Json = {"axisPlacement": "left", "reverse": False, "unit": panel.unit}
    if panel.decimals is not None:
        axis["decimals"] = panel.decimals
    return {
        "calculate": False,
        "cellGap": 1,
        "color": {
            "exponent": 0.5,
            "fill": "dark-orange",
            "mode": "scheme",
            "reverse": False,
            "scale": "exponential",
            "scheme": "Oranges",
            "steps": 64,
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "showColorScale": True, "yHistogram": True},
        "yAxis": axis,
    }


def _table_options(panel: Panel) -> Json:
    keys = {query.key for query in panel.queries}
    values = [title for name, title in panel.columns if name in keys]
    sort = [{"desc": True, "displayName": values[0]}] if values else []
    return {"cellHeight": "sm", "frameIndex": 0, "showHeader": True, "sortBy": sort}


def _piechart_options(_: Panel) -> Json:
    return {
        "displayLabels": ["percent"],
        "legend": {
            "calcs": [],
            "displayMode": "table",
            "placement": "right",
            "showLegend": True,
            "values": ["value", "percent"],
        },
        "orientation": "auto",
        "pieType": "donut",
        "reduceOptions": _REDUCE,
        "tooltip": {"hideZeros": False, "mode": "single", "sort": "none"},
    }


_Shape = Callable[[Panel], Json]
_DEFAULTS: dict[str, _Shape] = {
    "timeseries": _timeseries_defaults,
    "stat": _threshold_defaults,
    "gauge": _threshold_defaults,
    "bargauge": _threshold_defaults,
    "heatmap": _heatmap_defaults,
    "table": _table_defaults,
    "piechart": _piechart_defaults,
}
_OPTIONS: dict[str, _Shape] = {
    "timeseries": _timeseries_options,
    "stat": _stat_options,
    "gauge": _gauge_options,
    "bargauge": _bargauge_options,
    "heatmap": _heatmap_options,
    "table": _table_options,
    "piechart": _piechart_options,
}
