"""What every alert carries: labels that route it, annotations that lead to the panel and the runbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import quote as url_quote

from dashgen.model import Alert, MissingAlert, PanelRef, RecordingRule
from dashgen.model.identity import stable_id
from dashgen.promql import quote
from dashgen.promql.selector import number
from dashgen.signals.scope import CLUSTER, SERVICE, has_cluster
from dashgen.spec import Spec

LEVEL = "level"
"""Label of recorded quantiles: ``model_route`` (one model on one route) or ``service`` (all together)."""


@dataclass(frozen=True, slots=True)
class Built:
    """What one alert file yields: the records it needs, and the alerts or why there are none."""

    records: tuple[RecordingRule, ...] = ()
    alerts: tuple[Alert, ...] = ()
    missing: tuple[MissingAlert, ...] = ()


def at_least(count: int) -> str:
    """``> count - 0.5``: counts from rates are extrapolated, so an exact ``>=`` would depend on float dust."""
    return f"> {number(count - 0.5)}"


def dashboard_url(spec: Spec, panel: PanelRef, variables: Sequence[str]) -> str:
    """Link that opens the panel with the alert's labels as variables; '' without a Grafana URL."""
    if spec.grafana.url is None:
        return ""
    uid = spec.dashboard_uid(panel.dashboard)
    url = f"{spec.grafana.url.rstrip('/')}/d/{uid}?viewPanel={stable_id(panel.dashboard, panel.panel)}"
    # No namespace: that of the alert is the application's or the engine's, and would empty the other's panels.
    values = {name: f"$labels.{name}" for name in variables if name != "namespace"}
    if has_cluster(spec) and CLUSTER not in values:
        # Rules that run in the scraping Prometheus do not see the label it adds on the way out.
        values[CLUSTER] = f"$externalLabels.{spec.prometheus.cluster_label}"
    return url + "".join(f"&var-{name}={{{{ {value} | urlquery }}}}" for name, value in values.items())


def make_alert(
    spec: Spec,
    name: str,
    expr: str,
    *,
    severity: Literal["page", "ticket"],
    summary: str,
    description: str,
    panel: PanelRef,
    variables: Sequence[str] = (),
    wait: timedelta = timedelta(0),
    keep_firing_for: timedelta = timedelta(0),
) -> Alert:
    """An alert with the service's labels and links.

    ``variables`` are the labels of the expression that are dashboard variables too. ``summary`` may use
    labels but no value: it has to stay the same while the alert fires.
    """
    labels = {name: quote.template(value) for name, value in spec.alerts.labels.items()}
    labels[SERVICE] = spec.name
    if spec.team:
        labels["team"] = quote.template(spec.team)
    annotations = {}
    if spec.runbooks:
        annotations["runbook_url"] = f"{spec.runbooks.rstrip('/')}/{url_quote(name)}"
    url = dashboard_url(spec, panel, variables)
    if url:
        annotations["dashboard_url"] = url
    return Alert(
        name=name,
        expr=expr,
        severity=severity,
        summary=f"{quote.template(spec.display_title)}: {summary}",
        description=description,
        panel=panel,
        wait=wait,
        keep_firing_for=keep_firing_for,
        labels=labels,
        annotations=annotations,
    )
