"""LLMTelemetryMissing: silence is watched."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import (
    APP,
    DCGM,
    GPT,
    LLAMA,
    QWEN,
    VLLM,
    WORKLOAD,
    app,
    engine,
    gpu,
    requests,
    serving,
    spec,
)
from tests.promtool import play
from tests.series import STALE, constant, counter, gap, selector

NAME = "LLMTelemetryMissing"
BOTH = (QWEN, LLAMA)
LLAMA_POD = {"pod": "vllm-llama-0", "model_name": "llama"}
UP = selector("up", job="app", instance="app-0")


def telemetry(chosen, *series, until=40, groups=("telemetry",)):
    return play(chosen, *series, groups=groups, until=until)


def running(timeline, **labels):
    return {engine("vllm:num_requests_running", **labels): timeline}


def engines(models=BOTH, **vllm):
    return spec(models, (VLLM | vllm,))


def missing(played):
    return {(f.labels["llm_exporter"], f.labels.get("model", "")) for f in played.firing(NAME)}


def test_one_silent_model_of_two_is_found_after_ten_minutes():
    gone = running([*constant(0, 10), STALE, *gap(30)], **LLAMA_POD)
    played = telemetry(engines(), running(constant(0, 41)), gone)
    assert missing(played) == {("vllm", "llama")}
    first = played.firing(NAME)[0]
    assert first.minute == 20
    assert first.labels["severity"] == "ticket"
    assert first.annotations["summary"] == "chat: no vllm series for llama"


def test_all_models_silent_are_one_ticket_each():
    gone = [*constant(0, 10), STALE, *gap(30)]
    played = telemetry(engines(), running(gone), running(gone, **LLAMA_POD))
    assert missing(played) == {("vllm", "qwen"), ("vllm", "llama")}


def test_a_fleet_that_never_came_up_is_missing_too():
    played = telemetry(engines())
    assert missing(played) == {("vllm", "qwen"), ("vllm", "llama")}
    assert played.minutes(NAME)[0] == 10


def test_nine_minutes_of_silence_are_a_rollout():
    hole = [*constant(0, 10), STALE, *gap(9), *constant(0, 22)]
    assert not telemetry(engines((QWEN,)), running(hole)).minutes(NAME)


def test_a_model_that_is_renamed_is_missed_under_its_old_name():
    played = telemetry(engines((QWEN,)), running(constant(0, 41), model_name="Qwen/Qwen2.5"))
    assert missing(played) == {("vllm", "qwen")}
    aliased = engines((QWEN | {"aliases": ["Qwen/Qwen2.5"]},))
    assert not telemetry(aliased, running(constant(0, 41), model_name="Qwen/Qwen2.5")).minutes(NAME)


def test_a_broken_metric_is_missed_while_the_target_is_up():
    up = {selector("up", job="vllm", instance="0"): constant(1, 41)}
    assert telemetry(engines((QWEN,)), up).minutes(NAME)


def night(traffic):
    chosen = spec((QWEN, GPT), (APP, VLLM | {"scales_to_zero": True}))
    gone = running([*constant(0, 10), STALE, *gap(30)])
    alive = {UP: constant(1, 41)}
    return telemetry(chosen, gone, alive, *traffic, groups=("traffic", "telemetry"))


def test_scaled_to_zero_at_night_is_silent():
    assert not night([]).minutes(NAME)
    assert not night([requests(counter((60, 10), (0, 30)), model="qwen", route="local")]).minutes(NAME)
    assert not night([requests(counter((60, 40)))]).minutes(NAME)


def test_scaled_to_zero_while_users_ask_is_not():
    played = night([requests(counter((60, 40)), "timeout", model="qwen", route="local")])
    assert missing(played) == {("vllm", "qwen")}


@pytest.mark.parametrize("series", [[], [requests(counter((60, 40)))]])
def test_an_application_that_is_up_or_counts_is_present(series):
    assert not telemetry(spec(), {UP: constant(1, 41)}, *series).minutes(NAME)


def test_an_application_whose_metrics_are_pushed_has_no_up():
    assert not telemetry(spec(), requests(counter((60, 40)))).minutes(NAME)


def test_an_application_that_is_down_is_missing():
    gone = {UP: constant(1, 10) + constant(0, 31)}
    stale = {app("llm_requests_total", outcome="success"): [*counter((60, 10)), STALE, *gap(30)]}
    played = telemetry(spec(), gone, stale)
    assert missing(played) == {("app", "")}
    assert played.firing(NAME)[0].annotations["summary"] == "chat: no app series "


def test_one_of_two_applications_down_is_not_silence():
    other = {selector("up", job="app", instance="app-1"): constant(1, 41)}
    assert not telemetry(spec(), {UP: constant(0, 41)}, other).minutes(NAME)


def test_two_sources_of_one_kind_watch_each_their_models():
    sources = (
        VLLM | {"name": "a", "selector": {"job": "vllm-a"}},
        VLLM | {"name": "b", "selector": {"job": "vllm-b"}},
    )
    played = telemetry(spec(BOTH, sources), running(constant(0, 41), job="vllm-a"))
    assert missing(played) == {("vllm", "llama")}


def test_a_serving_fleet_has_all_its_telemetry():
    played = telemetry(engines(), serving(41), serving(41, **LLAMA_POD))
    assert not played.minutes(NAME)


def gpus(*series):
    chosen = spec((QWEN | {"workload": WORKLOAD},), (VLLM, DCGM))
    return missing(play(chosen, *series, groups=("capacity", "telemetry"), until=20))


def test_gpus_that_are_not_mapped_to_our_pods_are_missing_while_we_serve():
    unmapped = gpu("USED", 40000, 21, exported_pod=None, exported_namespace=None)
    serving_pod = running(constant(1, 21))
    assert ("dcgm-exporter", "") in gpus(unmapped, serving_pod)
    assert ("dcgm-exporter", "") not in gpus(gpu("USED", 40000, 21), serving_pod)
    assert ("dcgm-exporter", "") not in gpus(unmapped)
