"""Service Health: the dashboard that should be open when the alert fires."""

from __future__ import annotations

from dataclasses import replace

from dashgen.dashboards import engine_rows, gpu_rows, health_rows
from dashgen.dashboards.complaint import complaint_row
from dashgen.dashboards.parts import dashboard
from dashgen.dashboards.telemetry import telemetry_row
from dashgen.model import Dashboard, Variable
from dashgen.spec import Spec
from dashgen.spec.types import duration_text


def service_health(spec: Spec) -> Dashboard:
    """Is the service healthy right now, and if a user complained, what happened?"""
    rows = (
        health_rows.verdict_row(spec),
        health_rows.users_row(spec),
        health_rows.traffic_row(spec),
        engine_rows.engine_row(spec),
        engine_rows.pods_row(spec),
        gpu_rows.gpu_row(spec),
        complaint_row(spec),
        telemetry_row(spec),
    )
    board = dashboard(
        spec,
        "service-health",
        "Service Health",
        "Is the service healthy right now? Start at the verdict row; each line drawn is the page's threshold.",
        rows,
        instance=True,
        time_from="now-6h",
        refresh=duration_text(spec.grafana.refresh),
    )
    if spec.tempo is None and spec.langfuse is None:
        return board
    user = Variable("user_id", "User id", "text")
    return replace(board, variables=(*board.variables, user))
