"""Whose pods and demand a series is about, however the scrape spells the workload's namespace and pod."""

from __future__ import annotations

import pytest

from dashgen.alerts.autoscaling import DESIRED, MAXIMUM, READY
from dashgen.alerts.unserved import PENDING
from tests.alerts.deployments import VLLM, spec
from tests.exporters import LOCAL, pending, pods, ready, replicas
from tests.promtool import play
from tests.series import constant, merge

KSM = {"kind": "kube-state-metrics", "selector": {"job": "kube-state-metrics"}}
KEDA = {"kind": "keda", "selector": {"job": "keda"}}
ENGINE = VLLM | {"scales_to_zero": True}
RENAMED = {"namespace": "exported_namespace", "pod": "exported_pod"}


def seen(record, *series, sources):
    """A record's value for the only model, or None."""
    played = play(spec((LOCAL,), (ENGINE, *sources)), merge(*series), groups=("capacity",), until=5)
    answer = played.query(record)
    return answer.value() if answer else None


def demand(count, **labels):
    return pending(constant(count, 5), **labels)


TWO_OBJECTS = {
    "renamed": (
        demand(4, namespace="keda", exported_namespace="llm"),
        demand(9, namespace="keda", exported_namespace="test"),
        demand(7, namespace="llm", exported_namespace="test", triggerIndex="1"),
    ),
    "honored": (
        demand(4, namespace="llm", exported_namespace=""),
        demand(9, namespace="test", exported_namespace=""),
        demand(7, namespace="test", exported_namespace="llm", triggerIndex="1"),
    ),
}


@pytest.mark.parametrize(("honored", "spelling"), [(False, "renamed"), (True, "honored")])
def test_demand_is_that_of_the_scaled_objects_namespace_and_not_of_kedas(honored, spelling):
    source = KEDA | {"honor_labels": honored}
    assert seen(PENDING, *TWO_OBJECTS[spelling], sources=(KSM, source)) == 4


@pytest.mark.parametrize("honored", [True, False])
def test_a_spec_that_is_wrong_about_honor_labels_reads_nothing_of_others(honored):
    spelling = {"namespace": "keda", "exported_namespace": "llm"} if honored else {"namespace": "llm"}
    series = demand(4, **{"exported_namespace": "", **spelling})
    assert seen(PENDING, series, sources=(KSM, KEDA | {"honor_labels": honored})) is None


def test_the_source_may_call_the_namespace_what_it_likes():
    series = demand(4, namespace="keda", exported_namespace="", scaled_namespace="llm")
    source = KEDA | {"labels": {"namespace": "scaled_namespace"}}
    assert seen(PENDING, series, sources=(KSM, source)) == 4


def autoscaled(prefix=""):
    """Three replicas wanted of five, two pods ready, and more of a namesake in another namespace."""
    scraped = {"namespace": "monitoring", "pod": "kube-state-metrics-0"} if prefix else {}

    def labels(namespace, **pod):
        return scraped | {prefix + label: value for label, value in (pod | {"namespace": namespace}).items()}

    return merge(
        *(ready(constant(int(n < 2), 5), **labels("llm", pod=f"llama-{n}")) for n in range(3)),
        *(pods(constant(1, 5), **labels("llm", pod=f"llama-{n}")) for n in range(3)),
        ready(constant(1, 5), **labels("test", pod="llama-7")),
        replicas("status_desired", constant(3, 5), **labels("llm")),
        replicas("spec_max", constant(5, 5), **labels("llm")),
        replicas("status_desired", constant(40, 5), **labels("test")),
        replicas("spec_max", constant(50, 5), **labels("test")),
    )


@pytest.mark.parametrize(
    ("source", "prefix"),
    [(KSM, ""), (KSM | {"honor_labels": True}, ""), (KSM | {"labels": RENAMED}, "exported_")],
    ids=["as usual", "said so", "without honorLabels"],
)
def test_replicas_are_those_of_the_workloads_namespace(source, prefix):
    series = autoscaled(prefix)
    found = {record: seen(record, series, sources=(source, KEDA)) for record in (DESIRED, READY, MAXIMUM)}
    assert found == {DESIRED: 3, READY: 2, MAXIMUM: 5}


def test_without_honor_labels_kube_state_metrics_has_to_be_told_where_the_workload_is():
    assert seen(DESIRED, autoscaled("exported_"), sources=(KSM, KEDA)) is None
