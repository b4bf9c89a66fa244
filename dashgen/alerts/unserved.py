"""Requests that wait while no replica is ready: nothing that the engine could count, so the autoscaler tells."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from dashgen.alerts import autoscaling
from dashgen.model import RecordingRule
from dashgen.promql.selector import aggregate, number
from dashgen.signals import cluster
from dashgen.signals.capacity import RUNNING
from dashgen.signals.resolve import recorded
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, route_labels, service_scope
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

PENDING = "llm:pending_requests_cluster:sum"


def window(spec: Spec) -> timedelta:
    """The time requests are watched over: the share of it that pages is a cold start, in whole minutes."""
    settings = spec.alerts.queue
    return timedelta(minutes=ceil(settings.cold_start / settings.share / timedelta(minutes=1)))


def share_record(spec: Spec) -> str:
    """Recorded share of that time in which requests waited for a replica, by model."""
    return f"llm:unserved_requests_cluster:share{duration_text(window(spec))}"


def rules(spec: Spec) -> tuple[RecordingRule, ...]:
    """Demand by model, and how much of the time it met no ready replica; none unless both are known."""
    pending = []
    for model in spec.models:
        counted = cluster.of_workload(spec, model.workload, cluster.DEMAND)
        if counted and model.workload:
            own = {"namespace": model.workload.namespace, "model": model.name, "route": model.route}
            pending.append(RecordingRule(PENDING, counted, {SERVICE: spec.name, **own}))
    if not pending:
        return ()
    serving = _serving(spec)
    if not serving:
        return ()
    scope, settings = service_scope(spec), spec.alerts.queue
    demand, within = scope.read(PENDING), window(spec)
    now = f"unless on ({', '.join((*cluster_labels(spec), 'model'))}) {serving}"
    # Time with a replica counts as served: when the only one restarts, a busy hour before is no cold start.
    unserved = f"({demand} > bool {number(settings.min_waiting)}) {now} or 0 * {demand}"
    step = duration_text(spec.prometheus.evaluation_interval)
    # The share of a window that began before the series did says nothing: demand must be that old.
    expr = (
        f"(avg_over_time(({unserved})[{duration_text(within)}:{step}])\nand {scope.ago(within).read(PENDING)})\n{now}"
    )
    return (*pending, RecordingRule(share_record(spec), expr, {SERVICE: spec.name}))


def _serving(spec: Spec) -> str:
    """Models with a replica that is ready: its engine reports, or Kubernetes says so; '' when nobody tells."""
    scope, by = service_scope(spec), (*cluster_labels(spec), "model")
    running, signs = recorded(spec, RUNNING, "engine"), []
    if running:
        signs.append(running.value(scope, by))
    if autoscaling.counts_ready(spec):
        # A replica whose scrape broke still serves.
        signs.append(f"{aggregate('sum', by, scope.read(autoscaling.READY))} > 0")
    return f"({' or '.join(signs)})" if signs else ""


def share(spec: Spec, scope: Scope) -> str:
    """Share of the time with requests and no ready replica, by model; '' when nobody counts them."""
    return aggregate("max", route_labels(spec), scope.read(share_record(spec))) if rules(spec) else ""
