"""LLMTelemetryMissing: silence is watched."""

from __future__ import annotations

import pytest

from dashgen.alerts import rule_groups
from dashgen.dashboards.telemetry import telemetry_row
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
from tests.series import STALE, constant, counter, gap, merge, selector

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


VLLM_A = VLLM | {"name": "a", "selector": {"job": "a"}, "model": "qwen"}
VLLM_B = VLLM | {"name": "b", "selector": {"job": "b"}, "model": "llama"}


def test_a_model_beside_one_that_scales_to_zero_is_expected_always():
    chosen = spec(BOTH, (VLLM_A, VLLM_B | {"scales_to_zero": True}))
    assert missing(telemetry(chosen)) == {("vllm", "qwen")}


def test_a_model_that_one_source_always_serves_is_expected_although_another_sleeps():
    sources = (VLLM_A, VLLM_A | {"name": "spill", "selector": {"job": "c"}, "scales_to_zero": True})
    assert missing(telemetry(spec((QWEN,), sources))) == {("vllm", "qwen")}


def test_each_role_is_asked_for_the_models_it_serves_only():
    roles = [VLLM_B | {"name": role, "selector": {"job": role}, "role": role} for role in ("prefill", "decode")]
    expected = {("vllm", "qwen"), ("vllm prefill", "llama"), ("vllm decode", "llama")}
    assert missing(telemetry(spec(BOTH, (VLLM_A, *roles)))) == expected
    assert missing(telemetry(spec(BOTH, (VLLM, *roles)))) == expected


GLOBAL = {"rules": "global", "external_labels": {"cluster": "eu"}}
GONE = [*constant(1, 10), STALE, *gap(30)]


def lost(played):
    return {
        (f.labels.get("cluster", ""), f.labels["llm_exporter"], f.labels.get("model", "")) for f in played.firing(NAME)
    }


def clusters(eu, us, models=(QWEN,), sources=(VLLM,), groups=("telemetry",), prometheus=GLOBAL):
    chosen = spec(models, sources, prometheus=prometheus)
    return telemetry(chosen, running(eu, cluster="eu"), running(us, cluster="us"), groups=groups)


def test_a_cluster_that_vanishes_is_missed_although_another_reports():
    played = clusters(constant(1, 41), GONE)
    assert lost(played) == {("us", "vllm", "qwen")}
    first = played.firing(NAME)[0]
    assert first.minute == 20
    assert first.annotations["summary"] == "chat: no vllm series for qwen in us"
    assert first.annotations["description"].startswith("vllm reports nothing about qwen in us although it should")


def test_a_model_that_vanishes_everywhere_is_one_ticket():
    assert lost(clusters(GONE, GONE)) == {("", "vllm", "qwen")}


def test_a_model_that_never_ran_in_a_cluster_is_not_missed_there():
    assert not clusters(constant(1, 41), gap(41)).minutes(NAME)


def test_a_cluster_that_scaled_to_zero_is_not_missed_while_another_serves():
    ready = {
        selector("kube_pod_status_phase", phase="Running", job="ksm", namespace="llm", pod="vllm-qwen-0", cluster="eu")
    }
    ksm = {"kind": "kube-state-metrics", "selector": {"job": "ksm"}}
    chosen = spec((QWEN | {"workload": WORKLOAD},), (VLLM | {"scales_to_zero": True}, ksm), prometheus=GLOBAL)
    kept = dict.fromkeys(ready, constant(1, 41))
    alive = {selector("kube_pod_info", job="ksm", cluster="eu"): constant(1, 41)}
    serving_on = running(constant(1, 41), cluster="eu"), running(GONE, cluster="us")
    assert not telemetry(chosen, kept, alive, *serving_on).minutes(NAME)


def test_an_application_that_is_down_in_one_cluster_is_missed_by_its_up():
    up = [
        {selector("up", job="app", instance="0", cluster=name): line}
        for name, line in (("eu", constant(1, 41)), ("us", constant(1, 10) + constant(0, 31)))
    ]
    assert lost(telemetry(spec(prometheus=GLOBAL), *up)) == {("us", "app", "")}


def test_gpus_are_mapped_to_pods_in_each_cluster_by_itself():
    chosen = spec((QWEN | {"workload": WORKLOAD},), (VLLM, DCGM), prometheus=GLOBAL)
    mapped = [gpu("USED", 40000, 41, cluster=name) for name in ("eu", "us")]
    serves = [running(constant(1, 41), cluster=name) for name in ("eu", "us")]
    rows = merge(mapped[0], *serves)
    moved = {key: [*value[:40], STALE, *gap(30)] for key, value in mapped[1].items()}
    unmapped = gpu("USED", 40000, 41, exported_pod=None, exported_namespace=None, cluster="us")
    assert lost(play(chosen, rows, moved, unmapped, groups=("capacity", "telemetry"), until=40)) == {
        ("us", "dcgm-exporter", "")
    }
    assert not play(chosen, rows, mapped[1], unmapped, groups=("capacity", "telemetry"), until=40).minutes(NAME)


def panel(played, variable="eu|us", at=40):
    """What the panel Telemetry shows: 1 or 0 by cluster, exporter and model."""
    query = telemetry_row(clustered()).panels[0].queries[0].expr.replace("$cluster", variable)
    return {(ls.get("cluster", ""), ls["llm_exporter"], ls.get("model", "")): v for ls, v in played.query(query, at)}


def clustered():
    return spec((QWEN,), (VLLM,), prometheus=GLOBAL)


def test_the_panel_shows_each_cluster_that_reported_within_a_day():
    played = clusters(constant(1, 41), GONE)
    assert panel(played, at=5) == {("eu", "vllm", "qwen"): 1, ("us", "vllm", "qwen"): 1}
    assert panel(played) == {("eu", "vllm", "qwen"): 1, ("us", "vllm", "qwen"): 0}
    assert panel(played, "us") == {("us", "vllm", "qwen"): 0}
    assert panel(clusters(gap(41), gap(41))) == {("", "vllm", "qwen"): 0}


def test_rules_that_see_no_cluster_ask_for_none():
    near = spec((QWEN,), (VLLM,), prometheus={"external_labels": {"cluster": "eu"}})
    assert not any(
        "cluster" in rule.expr for group in rule_groups(near) for rule in group.rules if "telemetry" in group.name
    )
