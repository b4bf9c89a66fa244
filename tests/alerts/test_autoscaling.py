"""LLMAutoscalerStuck: replicas are wanted and do not get ready."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import VLLM, spec
from tests.exporters import LOCAL, ready, replicas
from tests.promtool import play
from tests.series import STALE, constant, gap, merge

NAME = "LLMAutoscalerStuck"
KSM = {"kind": "kube-state-metrics", "selector": {"job": "kube-state-metrics"}}


def wanted(*series, until=40):
    return play(spec((LOCAL,), (VLLM, KSM)), merge(*series), groups=("capacity",), until=until)


def test_a_pod_that_waits_for_a_gpu_is_no_replica():
    # The autoscaler counts what it asked for: its own current and desired replicas are the same at once.
    played = wanted(
        replicas("status_desired", constant(1, 10) + constant(3, 31)),
        replicas("status_current", constant(1, 10) + constant(3, 31)),
        replicas("spec_max", constant(4, 41)),
        ready(constant(1, 41)),
        ready(gap(10) + constant(0, 31), pod="llama-1"),
        ready(gap(10) + constant(0, 31), pod="llama-2"),
    )
    first = played.firing(NAME)[0]
    assert first.minute == pytest.approx(25, abs=0.5)
    assert (first.labels["severity"], first.labels["model"]) == ("ticket", "llama")
    assert first.annotations["description"].startswith("2 replicas of llama are not ready for 15m")


@pytest.mark.parametrize(("minutes", "fires"), [(14.75, False), (15.5, True)])
def test_fifteen_minutes_are_what_a_node_and_a_model_may_take(minutes, fires):
    late = gap(10) + constant(0, minutes) + constant(1, 31 - minutes)
    played = wanted(
        replicas("status_desired", constant(1, 10) + constant(2, 31)),
        ready(constant(1, 41)),
        ready(late, pod="llama-1"),
    )
    assert bool(played.minutes(NAME)) is fires


def test_as_many_ready_as_wanted_is_silent():
    assert not wanted(replicas("status_desired", constant(1, 41)), ready(constant(1, 41))).minutes(NAME)


def test_more_ready_than_wanted_is_a_scale_down():
    pods = [ready(constant(1, 41), pod=f"llama-{n}") for n in range(3)]
    assert not wanted(replicas("status_desired", constant(1, 41)), *pods).minutes(NAME)


def test_no_pod_at_all_is_no_replica():
    assert wanted(replicas("status_desired", constant(2, 41))).minutes(NAME)


def test_zero_wanted_and_zero_there_is_the_night():
    asleep = ready([*constant(1, 10), STALE, *gap(30)])
    played = wanted(replicas("status_desired", constant(1, 10) + constant(0, 31)), asleep)
    assert not played.minutes(NAME)


def test_other_autoscalers_and_pods_are_not_ours():
    played = wanted(
        replicas("status_desired", constant(5, 41), horizontalpodautoscaler="keda-hpa-other"),
        replicas("status_desired", constant(1, 41)),
        ready(constant(1, 41)),
        ready(constant(0, 41), pod="qwen-0"),
        ready(constant(0, 41), namespace="test"),
    )
    assert not played.minutes(NAME)


@pytest.mark.parametrize("watched_by", [("a",), ("a", "b")], ids=["one kube-state-metrics", "two of them"])
def test_a_pod_that_two_exporters_see_is_one_pod(watched_by):
    seen = [
        merge(ready(constant(1, 41), instance=name), replicas("status_desired", constant(2, 41), instance=name))
        for name in watched_by
    ]
    played = wanted(*seen)
    assert [value for _, value in played.query("llm:replicas_ready_cluster:sum")] == [1]
    assert played.minutes(NAME)
