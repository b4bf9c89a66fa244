"""Model Behavior: catches that the new feature is silently ten times dearer than the old one."""

from __future__ import annotations

from datetime import timedelta

from dashgen.dashboards import behavior_rows
from dashgen.dashboards.parts import dashboard
from dashgen.model import Dashboard
from dashgen.spec import Spec
from dashgen.spec.types import duration_text


def behavior(spec: Spec) -> Dashboard:
    """What do models do with the requests they get, and is it changing?"""
    rows = (
        behavior_rows.length_row(spec),
        behavior_rows.cache_row(spec),
        behavior_rows.mix_row(spec),
        behavior_rows.template_row(spec),
    )
    return dashboard(
        spec,
        "behavior",
        "Model Behavior",
        "Are answers getting longer, does the cache still work, who and what uses the tokens?",
        rows,
        time_from="now-7d",
        refresh=duration_text(max(spec.grafana.refresh, timedelta(minutes=5))),
        timezone="utc",
    )
