"""LLMAutoscalerStuck: more replicas are wanted than are ready, and none comes.

The autoscaler's own count of current replicas is what it asked for last: pods that wait for a GPU are in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.alerts.common import Built, make_alert
from dashgen.model import PanelRef, RecordingRule
from dashgen.signals import cluster
from dashgen.signals.scope import SERVICE, service_scope
from dashgen.spec import Spec

DESIRED = "llm:replicas_desired_cluster:max"
READY = "llm:replicas_ready_cluster:sum"
MAXIMUM = "llm:replicas_allowed_cluster:max"
WAIT = timedelta(minutes=15)
"""A node has to be bought, an image pulled and a model loaded before a replica is there."""


def _records(spec: Spec) -> Iterator[RecordingRule]:
    for model in spec.models:
        if model.workload is None:
            continue
        wanted, ready, most = (
            cluster.of_workload(spec, model.workload, signal)
            for signal in (cluster.DESIRED, cluster.READY, cluster.MAXIMUM)
        )
        labels = {SERVICE: spec.name, "namespace": model.workload.namespace, "model": model.name, "route": model.route}
        if wanted:
            yield RecordingRule(DESIRED, wanted, labels)
        if wanted and ready:
            # No pod at all is no replica, not an unknown number of them.
            yield RecordingRule(READY, f"{ready}\nor 0 * ({wanted})", labels)
        if most:
            yield RecordingRule(MAXIMUM, most, labels)


def counts_ready(spec: Spec) -> bool:
    """Whether ready replicas are recorded."""
    return any(record.record == READY for record in _records(spec))


def build(spec: Spec) -> Built:
    """The ticket and its records; nothing where no autoscaler is watched."""
    records = tuple(_records(spec))
    if not counts_ready(spec):
        return Built(records)
    scope = service_scope(spec)
    alert = make_alert(
        spec,
        "LLMAutoscalerStuck",
        f"{scope.read(DESIRED)} - {scope.read(READY)} > 0",
        severity="ticket",
        summary="replicas of {{ $labels.model }} are wanted and do not get ready",
        description=(
            "{{ $value }} replicas of {{ $labels.model }} are not ready for 15m although the autoscaler asks for them. "
            "First look: pending pods and why they cannot be scheduled, the GPU quota, the node pool's ceiling."
        ),
        panel=PanelRef("service-health", "replicas"),
        wait=WAIT,
    )
    return Built(records, (alert,))
