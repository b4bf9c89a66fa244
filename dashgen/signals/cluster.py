"""What Kubernetes and its autoscaler know of a model's workload: pods, demand, replicas.

These series name a workload, not a model; the spec's ``workload`` of each model says which is whose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashgen.model import Missing
from dashgen.promql.selector import Match, aggregate
from dashgen.signals import raw
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed
from dashgen.signals.resolve import feeds, find
from dashgen.signals.scope import cluster_labels
from dashgen.spec import Spec
from dashgen.spec.models import Workload

PODS = Signal("pods_existing", "gauge", "pods", "pods that run or wait to run")
READY = Signal("pods_ready", "gauge", "pods", "pods that are ready")
DEMAND = Signal("pending_demand", "gauge", "requests", "requests the autoscaler sees waiting")
DESIRED = Signal("autoscaler_desired", "gauge", "replicas", "replicas the autoscaler wants", combine="max")
MAXIMUM = Signal("autoscaler_max", "gauge", "replicas", "replicas the autoscaler may ask for", combine="max")


def _pods(workload: Workload) -> dict[str, Match]:
    return {"pod": Match("pod", "=~", workload.pods)}


def _scaled_object(workload: Workload) -> dict[str, Match]:
    return {"scaled_object": Match("scaled_object", "=", workload.scaled_object or "")}


def _autoscaler(workload: Workload) -> dict[str, Match]:
    # KEDA names the autoscaler it makes after its ScaledObject (keda 2.20 pkg/scaling/resolver, GetHPAName).
    return {"autoscaler": Match("autoscaler", "=", f"keda-hpa-{workload.scaled_object}")}


_BY: dict[str, Callable[[Workload], dict[str, Match]]] = {
    PODS.key: _pods,
    READY.key: _pods,
    DEMAND.key: _scaled_object,
    DESIRED.key: _autoscaler,
    MAXIMUM.key: _autoscaler,
}


def of_workload(spec: Spec, workload: Workload | None, signal: Signal) -> str:
    """The signal of one workload, one series (per cluster, where rules see clusters); '' when nobody tells."""
    if workload is None or (_BY[signal.key] is not _pods and workload.scaled_object is None):
        return ""
    found = feeds(spec, signal, "cluster")
    return " or ".join(_of(spec, feed, workload, signal) for feed in found)


def _of(spec: Spec, feed: Feed, workload: Workload, signal: Signal) -> str:
    names = raw.label_map(spec, feed)
    matches: Sequence[Match] = (
        Match(names["namespace"], "=", workload.namespace),
        *(Match(names[label], match.operator, match.value) for label, match in _BY[signal.key](workload).items()),
    )
    expr = raw.samples(spec, feed, extra=matches)
    if _BY[signal.key] is _pods:
        # Two kube-state-metrics, or one that moved to another node, show a pod twice: it stays one pod.
        expr = aggregate("max", [names.get(label, label) for label in (*cluster_labels(spec), "pod")], expr)
    return raw.canonical(spec, feed, expr, signal.combine, cluster_labels(spec))


def known(spec: Spec, signal: Signal) -> Missing | None:
    """Why no model's workload has the signal, or None."""
    found = find(spec, signal, "cluster")
    if isinstance(found, Missing):
        return found
    if any(of_workload(spec, model.workload, signal) for model in spec.models):
        return None
    how = "give each local model workload: {namespace: …, pods: …, scaled_object: …}"
    return Missing(signal.meaning, "no model of the spec names its ScaledObject", how, "cluster")
