"""``dead-panel-type``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel

_REPLACED: Mapping[str, str] = {
    "graph": "timeseries",
    "singlestat": "stat",
    "grafana-singlestat-panel": "stat",
    "table-old": "table",
    "grafana-piechart-panel": "piechart",
    "grafana-worldmap-panel": "geomap",
    "natel-discrete-panel": "state-timeline",
    "heatmap-new": "heatmap",
}
"""Old panel -> what Grafana makes of it when a dashboard is opened."""
_GONE: Mapping[str, str] = {
    "flant-statusmap-panel": "status-history",
    "mtanda-histogram-panel": "histogram",
    "savantly-heatmap-panel": "heatmap",
    "pr0ps-trackmap-panel": "geomap",
    "briangann-datatable-panel": "table",
    "agenty-flowcharting-panel": "canvas",
    "marcuscalidus-svg-panel": "canvas",
    "larona-epict-panel": "canvas",
    "bessler-pictureit-panel": "canvas",
    "natel-plotly-panel": "xychart",
}
"""Plugins that need AngularJS -> what draws the nearest to it."""


class DeadPanelType(Check):
    """Panels made with AngularJS are gone since Grafana 12: their plugins do not load any more.

    Some have a successor that Grafana puts in their place each time the dashboard is opened. What it cannot translate
    is dropped: series overrides, axes, null handling and alerts of ``graph``. Of the other plugins nothing is left but
    an error where the panel was.

    Bad:

        panels:
          - title: GPU temperature
            type: graph
            targets: [{refId: A, expr: DCGM_FI_DEV_GPU_TEMP}]

    Good:

        panels:
          - title: GPU temperature
            type: timeseries
            targets: [{refId: A, expr: DCGM_FI_DEV_GPU_TEMP}]
    """

    code = "DSH013"
    name = "dead-panel-type"
    severity = Severity.WARNING
    example = "dashboard"

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at the plugin that draws it."""
        successor = _REPLACED.get(panel.type)
        if successor is not None:
            found = f"`{panel.type}` is gone; Grafana 12 makes a `{successor}` of it and drops what that has not"
        elif panel.type in _GONE:
            successor = _GONE[panel.type]
            found = f"`{panel.type}` needs AngularJS, which Grafana 12 has not: it shows an error"
        else:
            return
        yield self.finding(
            panel.place.child("type"),
            panel.about,
            found,
            f"a panel that is still there, such as `{successor}`",
            f"open it in Grafana 11, change it to `{successor}`, look at what was lost, and save",
        )
