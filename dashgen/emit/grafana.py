"""Dashboard -> grafanalib -> JSON. The only module that touches grafanalib; import it when rendering.

grafanalib is the object model only: what it writes is finished by ``normalise``.
"""

from __future__ import annotations

import contextlib
import io
import json
from datetime import timedelta
from typing import Any

from grafanalib import core as lib
from grafanalib._gen import DashboardEncoder

from dashgen.emit import panel_shapes
from dashgen.emit.escape import inert, markdown, one_line
from dashgen.emit.layout import Box, PlacedRow, check_ids, place, row_id
from dashgen.emit.normalise import normalise
from dashgen.emit.queries import PROMETHEUS, panel_source, targets, transformations
from dashgen.model import Annotation, Dashboard, DashboardLink, Missing, Panel, Variable
from dashgen.model.identity import stable_id
from dashgen.spec.types import duration_text

Json = dict[str, Any]

_CLASSES: dict[str, type[Any]] = {
    "timeseries": lib.TimeSeries,
    "stat": lib.Stat,
    "gauge": lib.GaugePanel,
    "bargauge": lib.BarGauge,
    "heatmap": lib.Heatmap,
    "table": lib.Table,
    "piechart": lib.PieChartv2,
}
_VANTAGES = {
    "client": "the application (client)",
    "gateway": "the gateway",
    "cluster": "Kubernetes and its autoscaler",
    "engine": "the inference engine",
    "gpu": "the GPU",
}
_BUILT_IN_ANNOTATION: Json = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}


def dashboard_json(dashboard: Dashboard, notice: str) -> Json:
    """The dashboard as Grafana loads it; ``notice`` ends its description.

    Raises:
        OutputError: when two panels or rows would have one id, or a query has no data source.
    """
    check_ids(dashboard)
    # grafanalib prints warnings to stdout, where our results go.
    with contextlib.redirect_stdout(io.StringIO()):
        text = json.dumps(_dashboard(dashboard, notice), cls=DashboardEncoder, sort_keys=True)
    raw: Json = json.loads(text)
    return normalise(raw)


def _dashboard(dashboard: Dashboard, notice: str) -> Any:
    notes = [_BUILT_IN_ANNOTATION, *map(_annotation, dashboard.annotations)]
    return lib.Dashboard(
        title=one_line(dashboard.title),
        uid=dashboard.uid,
        description=inert(f"{dashboard.description.rstrip()} {notice}".strip()),
        tags=list(dict.fromkeys([*dashboard.tags, "dashgen"])),
        editable=False,
        graphTooltip=1,
        refresh=dashboard.refresh,
        time=lib.Time(dashboard.time_from, "now"),
        timezone=dashboard.timezone,
        annotations=lib.Annotations(list=notes),
        links=[_dashboard_link(link) for link in dashboard.links],
        templating=lib.Templating(list=[_variable(variable) for variable in dashboard.variables]),
        panels=[item for row in place(dashboard.rows) for item in _row(dashboard, row)],
    )


def _row(dashboard: Dashboard, placed: PlacedRow) -> list[Any]:
    panels = [_panel(dashboard, panel, box) for panel, box in placed.panels]
    title = lib.RowPanel(
        id=row_id(dashboard.key, placed.row.key),
        title=one_line(placed.row.title),
        gridPos=_grid(placed.box),
        collapsed=placed.row.collapsed,
        panels=panels if placed.row.collapsed else [],
    )
    return [title] if placed.row.collapsed else [title, *panels]


def _panel(dashboard: Dashboard, panel: Panel, box: Box) -> Any:
    frame: Json = {
        "id": stable_id(dashboard.key, panel.key),
        "title": one_line(panel.title),
        "description": inert(_description(panel)),
        "gridPos": _grid(box),
        "links": [
            {"title": one_line(link.title), "url": link.url, "targetBlank": True}
            for link in panel.links
            if not link.on_series
        ],
    }
    if panel.missing is not None:
        return lib.Text(**frame, mode="markdown", content=_missing_text(panel, panel.missing))
    if panel.viz == "text":
        return lib.Text(**frame, mode="markdown", content=panel.content)
    return _CLASSES[panel.viz](
        **frame,
        dataSource=panel_source(panel, dashboard.data_sources),
        targets=targets(panel, dashboard.data_sources),
        transformations=transformations(panel),
        interval=duration_text(timedelta(seconds=panel.min_step)) if panel.min_step else None,
        timeFrom=panel.time_from or None,
        extraJson=_modern(panel),
    )


def _modern(panel: Panel) -> Json:
    # grafanalib merges this into its own dict last, so the shapes it keeps by reference are only read.
    return {"fieldConfig": panel_shapes.field_config(panel), "options": panel_shapes.options(panel)}


def _grid(box: Box) -> Any:
    return lib.GridPos(h=box.h, w=box.w, x=box.x, y=box.y)


def _description(panel: Panel) -> str:
    if panel.vantage is None:
        return panel.description
    return f"{panel.description.rstrip()}\n\nMeasured at {_VANTAGES[panel.vantage]}.".strip()


def _missing_text(panel: Panel, missing: Missing) -> str:
    return "\n\n".join(
        [
            "**No source for this panel**",
            f"Would show: {markdown(panel.description or panel.title)}",
            f"Missing signal: {markdown(missing.signal)}",
            f"Why: {markdown(missing.reason)}",
            f"How to enable it: {markdown(missing.how)}",
        ]
    )


def _annotation(note: Annotation) -> Json:
    return {
        "name": one_line(note.name),
        "datasource": PROMETHEUS,
        "enable": True,
        "iconColor": note.colour,
        "expr": note.expr,
        "titleFormat": note.title,
        "textFormat": note.text,
        "tagKeys": ",".join(note.tags),
        "step": "60s",
    }


def _dashboard_link(link: DashboardLink) -> Any:
    return lib.DashboardLink(
        title=one_line(link.title),
        type="dashboards" if link.tags else "link",
        tags=list(link.tags),
        uri="" if link.tags else link.url,
        asDropdown=bool(link.tags),
        includeVars=link.keep,
        keepTime=link.keep,
        targetBlank=not link.tags,
    )


def _variable(variable: Variable) -> Any:
    common: Json = {"name": variable.name, "label": variable.label}
    if variable.kind == "datasource":
        return lib.Template(**common, type="datasource", query=variable.query or "prometheus")
    if variable.kind == "text":
        return lib.Template(**common, type="textbox", query=variable.query, default=variable.query)
    if variable.kind == "constant":
        return lib.Template(
            **common, type="constant", query=variable.query, default=variable.query, hide=lib.HIDE_VARIABLE
        )
    return lib.Template(
        **common,
        type="query",
        query={"qryType": 1, "query": variable.query, "refId": variable.name},
        dataSource=PROMETHEUS,
        default=_all(variable),
        refresh=lib.REFRESH_ON_TIME_RANGE_CHANGE,
        sort=lib.SORT_ALPHA_ASC,
        multi=variable.multi,
        includeAll=variable.include_all,
        allValue=variable.all_value if variable.include_all else None,
    )


def _all(variable: Variable) -> Any:
    if not variable.include_all:
        return None
    return ["$__all"] if variable.multi else "$__all"
