"""LLMRequestsQueued while no replica is ready: nobody but the autoscaler counts the requests that wait."""

from __future__ import annotations

import pytest

from dashgen.alerts import alerts
from tests.alerts.deployments import VLLM, engine, serving, spec, waiting
from tests.exporters import LOCAL, asked, line, pending, pods, ready, replicas
from tests.promtool import play
from tests.series import STALE, constant, counter, gap, merge

NAME = "LLMRequestsQueued"
MISSING = "LLMTelemetryMissing"
KSM = {"kind": "kube-state-metrics", "selector": {"job": "kube-state-metrics"}}
KEDA = {"kind": "keda", "selector": {"job": "keda"}}
LITELLM = {"kind": "litellm", "selector": {"job": "litellm"}}
ENGINE = VLLM | {"scales_to_zero": True}
LLAMA = {"pod": "llama-0", "model_name": "llama"}
COLD = 6


def scaled(*series, until=40, groups=("capacity",), sources=(ENGINE, KSM, KEDA), **queue):
    chosen = spec((LOCAL,), sources, alerts={"queue": {"cold_start": f"{COLD}m", **queue}})
    return play(chosen, merge(*series), groups=groups, until=until)


def test_requests_that_meet_no_replica_page_after_the_cold_start():
    played = scaled(pending(constant(0, 15) + constant(4, 26)))
    first = played.firing(NAME)[0]
    # Exactly the cold start, to one evaluation; counted at its start and, by Prometheus 2, at its end too.
    assert 15 + COLD - 0.5 <= first.minute <= 15 + COLD + 0.5
    assert (first.labels["severity"], first.labels["model"], first.labels["namespace"]) == ("page", "llama", "llm")
    assert "while no replica is ready" in first.annotations["description"]
    assert played.minutes(NAME)[-1] == 40


@pytest.mark.parametrize("share", [0.5, 0.75, 1])
def test_the_share_of_a_queue_does_not_shorten_the_cold_start(share):
    first = scaled(pending(constant(0, 15) + constant(4, 26)), share=share).minutes(NAME)[0]
    assert 15 + COLD - 0.5 <= first <= 15 + COLD + 0.5


def test_a_replica_that_is_ready_in_time_silences_it():
    born = {
        engine("vllm:num_requests_running", **LLAMA): gap(20) + constant(4, 21),
        engine("vllm:generation_tokens_total", **LLAMA): gap(20) + counter((600, 21)),
        **waiting(gap(20) + constant(0, 21), **LLAMA),
    }
    assert not scaled(pending(constant(0, 15) + constant(4, 26)), born).minutes(NAME)


def test_a_replica_that_comes_late_ends_the_page():
    born = {
        engine("vllm:num_requests_running", **LLAMA): gap(25) + constant(4, 16),
        **waiting(gap(25) + constant(0, 16), **LLAMA),
    }
    firing = scaled(pending(constant(0, 10) + constant(4, 31)), born).minutes(NAME)
    assert firing[0] <= 16.5
    assert firing[-1] <= 25 + 3.5, "three minutes longer than the queue, as ever"


def test_demand_that_was_born_just_now_says_nothing_yet():
    played = scaled(pending(gap(20) + constant(4, 21)))
    assert not [m for m in played.minutes(NAME) if m < 20 + COLD]


def test_a_demand_of_min_waiting_is_accepted():
    assert not scaled(pending(constant(2, 41)), min_waiting=2).minutes(NAME)
    assert scaled(pending(constant(3, 41)), min_waiting=2).minutes(NAME)


def test_the_only_replica_of_a_busy_model_that_restarts_is_no_cold_start_gone_by():
    gone = {
        engine("vllm:num_requests_running", **LLAMA): [*constant(9, 20), STALE, *gap(20.75)],
        **waiting([*constant(0, 20), STALE, *gap(20.75)], **LLAMA),
    }
    firing = scaled(pending(constant(9, 41)), gone).minutes(NAME)
    assert 20 + COLD - 0.5 <= firing[0] <= 20 + COLD + 0.5


def test_a_replica_that_restarts_in_three_minutes_pages_nobody():
    hole = [*constant(9, 20), STALE, *gap(2.75), *constant(9, 18)]
    series = {
        engine("vllm:num_requests_running", **LLAMA): hole,
        **waiting([0 if s == 9 else s for s in hole], **LLAMA),
    }
    assert not scaled(pending(constant(9, 41)), series).minutes(NAME)


def test_another_models_replicas_serve_nobody_here():
    played = scaled(pending(constant(4, 41)), serving(41, pod="qwen-0", model_name="qwen"))
    assert played.models(NAME) == {"llama"}


def test_other_scaled_objects_and_namespaces_are_not_ours():
    other = pending(constant(9, 41), scaledObject="other"), pending(constant(9, 41), exported_namespace="test")
    assert not scaled(*other).minutes(NAME)


def test_the_queue_in_the_engine_pages_as_it_always_did():
    queue = waiting(constant(0, 10) + constant(3, 31), **LLAMA) | {
        engine("vllm:num_requests_running", **LLAMA): constant(1, 41)
    }
    with_keda = scaled(pending(constant(0, 41)), queue).minutes(NAME)
    chosen = spec((LOCAL,), (ENGINE,), alerts={"queue": {"cold_start": f"{COLD}m"}})
    assert with_keda == play(chosen, queue, groups=("capacity",), until=40).minutes(NAME)
    assert 11.5 <= with_keda[0] <= 12


def night(*series, until=90):
    chosen = spec((LOCAL,), (LITELLM, ENGINE, KSM, KEDA), alerts={"queue": {"cold_start": f"{COLD}m"}})
    gone = {
        engine("vllm:num_requests_running", **LLAMA): [*constant(1, 20), STALE, *gap(70)],
        engine("vllm:generation_tokens_total", **LLAMA): [*counter((600, 20)), STALE, *gap(70)],
        engine("vllm:kv_cache_usage_perc", **LLAMA): [*constant(0.3, 20), STALE, *gap(70)],
        **waiting([*constant(0, 20), STALE, *gap(70)], **LLAMA),
    }
    there = {
        **line("up", constant(1, 91), job="litellm"),
        **line("keda_build_info", constant(1, 91), job="keda", namespace="keda"),
        **line("kube_pod_info", constant(1, 91), job="kube-state-metrics", namespace="llm", pod="other"),
    }
    return play(chosen, merge(gone, there, *series), groups=None, until=until)


def test_scaled_to_zero_overnight_nothing_fires():
    asleep = [1] * 80 + [STALE] + gap(70.5)
    played = night(
        pods(asleep),
        ready(asleep),
        replicas("status_desired", constant(1, 20) + constant(0, 71)),
        replicas("spec_max", constant(4, 91)),
        pending(constant(0, 91)),
    )
    assert {name: played.minutes(name) for name in played.names if played.minutes(name)} == {}


@pytest.mark.parametrize("phase", ["Running", "Pending"])
def test_pods_that_exist_without_a_series_of_the_engine_are_missed(phase):
    played = night(pods(constant(1, 91), phase), pending(constant(0, 91)))
    firing = played.firing(MISSING)
    assert {(f.labels["llm_exporter"], f.labels["model"]) for f in firing} == {("vllm", "llama")}
    assert firing[0].minute == pytest.approx(30, abs=0.5)


@pytest.mark.parametrize("phase", ["Failed", "Succeeded"])
def test_pods_that_have_ended_need_no_telemetry(phase):
    assert not night(pods(constant(1, 91), phase), pending(constant(0, 91))).minutes(MISSING)


def test_pods_of_another_workload_or_namespace_need_none_of_ours():
    series = pods(constant(1, 91), pod="qwen-0"), pods(constant(1, 91), namespace="test")
    assert not night(*series, pending(constant(0, 91))).minutes(MISSING)


def test_users_who_ask_a_model_that_sleeps_are_noticed_without_pods_too():
    series = asked(60, 90, "503", requested_model="llama")
    played = night(series, pending(constant(0, 91)))
    assert played.models(MISSING) == {"llama"}


def test_an_operator_that_goes_silent_is_missed():
    chosen = spec((LOCAL,), (ENGINE, KEDA))
    played = play(chosen, line("other", constant(1, 21)), groups=("telemetry",), until=20)
    assert ("keda", "") in {(f.labels["llm_exporter"], f.labels.get("model", "")) for f in played.firing(MISSING)}


def test_without_a_scaled_object_nothing_is_promised():
    model = {**LOCAL, "workload": {"namespace": "llm", "pods": "llama-.*"}}
    found = {alert.name: alert for alert in alerts(spec((model,), (ENGINE, KSM, KEDA)))}
    assert "no replica" not in found[NAME].description
    assert "LLMAutoscalerStuck" not in found


TRITON = {"kind": "triton", "selector": {"job": "triton"}}
ON_TRITON = {**LOCAL, "engine": "triton"}


def triton(*series, sources=(TRITON, KSM, KEDA)):
    chosen = spec((ON_TRITON,), sources, alerts={"queue": {"cold_start": f"{COLD}m"}})
    return play(chosen, merge(*series), groups=("capacity",), until=40)


def test_an_engine_that_counts_nothing_is_ready_when_kubernetes_says_so():
    busy = replicas("status_desired", constant(1, 41)), pending(constant(9, 41))
    assert not triton(*busy, ready(constant(1, 41))).minutes(NAME)
    firing = triton(*busy, ready(constant(1, 10) + constant(0, 31))).minutes(NAME)
    assert 10 + COLD - 0.5 <= firing[0] <= 10 + COLD + 1


def test_where_nobody_knows_whether_a_replica_is_ready_no_page_is_promised():
    chosen = spec((ON_TRITON,), (TRITON, KEDA))
    assert NAME not in {alert.name for alert in alerts(chosen)}
