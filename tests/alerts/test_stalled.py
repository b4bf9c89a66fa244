"""LLMServingStalled: a pod holds work and produces no token."""

from __future__ import annotations

import pytest

from dashgen.alerts import alerts
from tests.alerts.deployments import QWEN, VLLM, engine, serving, spec, waiting
from tests.exporters import line
from tests.promtool import play
from tests.series import RESET, constant, counter, gap

NAME = "LLMServingStalled"


def capacity(*series, until=30, version="0.33"):
    return play(spec((QWEN,), (VLLM | {"version": version},)), *series, groups=("capacity",), until=until)


def hanging(pod="vllm-qwen-1", running=4, queue=0):
    """A pod that works for ten minutes and then hangs."""
    return {
        engine("vllm:num_requests_running", pod=pod): constant(1, 10) + constant(running, 20),
        engine("vllm:generation_tokens_total", pod=pod): counter((600, 10), (0, 20)),
        **waiting(constant(0, 10) + constant(queue, 20), pod=pod),
    }


def test_one_hanging_pod_of_two_is_found():
    played = capacity(serving(30), hanging())
    first = played.firing(NAME)[0]
    assert {f.labels["pod"] for f in played.firing(NAME)} == {"vllm-qwen-1"}
    assert first.minute == pytest.approx(15, abs=0.5)
    assert (first.labels["severity"], first.labels["model"]) == ("ticket", "qwen")
    assert first.annotations["description"].startswith("4 requests are running or waiting on vllm-qwen-1")


def test_an_engine_that_accepts_and_never_schedules_is_found():
    assert capacity(hanging(running=0, queue=7)).minutes(NAME)


def test_an_idle_pod_is_not_stalled():
    assert not capacity(serving(30, running=0, tokens_per_minute=0)).minutes(NAME)


def test_a_new_pod_in_its_first_prefill_is_not_stalled():
    born = {
        engine("vllm:num_requests_running"): gap(10) + constant(1, 20),
        engine("vllm:generation_tokens_total"): gap(10) + constant(0, 2) + counter((600, 18)),
        **waiting(gap(10) + constant(0, 20)),
    }
    assert not capacity(born).minutes(NAME)


def test_a_pod_that_works_slowly_is_not_stalled():
    assert not capacity(serving(30, running=8, tokens_per_minute=1)).minutes(NAME)


def test_two_minutes_without_tokens_are_a_long_prefill():
    prefill = {
        engine("vllm:num_requests_running"): constant(1, 30),
        engine("vllm:generation_tokens_total"): counter((600, 10), (0, 4), (600, 16)),
        **waiting(constant(0, 30)),
    }
    assert not capacity(prefill).minutes(NAME)


def test_a_restart_while_it_works_is_not_a_stall():
    restarted = {
        engine("vllm:num_requests_running"): constant(2, 30),
        engine("vllm:generation_tokens_total"): counter((600, 10), RESET, (600, 19)),
        **waiting(constant(0, 30)),
    }
    assert not capacity(restarted).minutes(NAME)


def test_ranks_of_one_pod_are_one_pod():
    busy = serving(30, engine="0")
    idle = serving(30, engine="1", running=1, tokens_per_minute=0)
    assert not capacity(busy, idle).minutes(NAME)


def test_pods_that_only_know_the_old_queue_metric_are_watched_during_an_upgrade():
    old = {
        engine("vllm:num_requests_running", pod="old"): constant(3, 30),
        engine("vllm:generation_tokens_total", pod="old"): counter((600, 10), (0, 20)),
        engine("vllm:num_requests_waiting", pod="old"): constant(2, 30),
    }
    played = capacity(old, serving(30, pod="new"), version=">=0.10, <=0.33")
    assert {f.labels["pod"] for f in played.firing(NAME)} == {"old"}


def test_a_pod_that_hangs_on_its_first_batch_has_no_token_series_and_is_found():
    never = {engine("vllm:num_requests_running"): constant(8, 30), **waiting(constant(0, 30))}
    assert capacity(never).minutes(NAME)[0] == pytest.approx(3, abs=0.5)


SGLANG = {"kind": "sglang", "selector": {"job": "sglang"}, "variant": "colon"}


def sglang(tokens=None, mode="decode", version="0.5.23", role="unified", finished=None):
    """A pod of SGLang that works on one request; what it counts while it works, and when requests end."""
    own = {"job": "sglang", "namespace": "llm", "pod": "sglang-0", "model_name": "qwen"}
    series = [line("sglang:num_running_reqs", constant(1, 31), **own)]
    series.append(line("sglang:num_queue_reqs", constant(0, 31), **own))
    for name in ("generation", "prompt"):
        series.append(line(f"sglang:{name}_tokens_total", finished or constant(9000, 31), **own))
    if tokens:
        series.append(line("sglang:realtime_tokens_total", tokens, mode=mode, **own))
    sources = [SGLANG | {"version": version, "role": role}]
    if role == "prefill":
        sources.append(SGLANG | {"name": "decode", "role": "decode", "selector": {"job": "decode"}})
    return play(spec((QWEN | {"engine": "sglang"},), sources), *series, groups=("capacity",), until=30)


@pytest.mark.parametrize("mode", ["decode", "prefill_compute"])
def test_a_long_request_of_sglang_is_no_stall_although_its_tokens_are_counted_at_its_end(mode):
    assert not sglang(counter((3000, 30)), mode).minutes(NAME)


def test_a_long_prefill_of_an_sglang_prefill_engine_is_no_stall():
    assert not sglang(counter((90000, 30)), "prefill_compute", role="prefill").minutes(NAME)
    assert sglang(counter((90000, 10), (0, 20)), "prefill_compute", role="prefill").minutes(NAME)


def test_a_hanging_sglang_is_found_even_before_its_first_token():
    assert sglang(counter((3000, 10), (0, 20))).minutes(NAME)[0] == pytest.approx(15, abs=0.5)
    assert sglang().minutes(NAME)[0] == pytest.approx(3, abs=0.5)


def test_a_restart_of_sglang_is_marked_whichever_counter_its_version_has():
    restarted = counter((3000, 10), RESET, (3000, 19))
    for played in (sglang(restarted), sglang(version="0.4.6", finished=restarted)):
        assert played.query("llm:pod_started_engine:5m", 12).value() == 1


QUIET = [
    ("sglang", {"version": "0.4.6"}),
    ("sglang", {"version": ">=0.4.6, <=0.5.23"}),
    ("tgi", {}),
    ("ollama", {}),
    ("llamacpp", {}),
    ("nim", {}),
]


@pytest.mark.parametrize(("kind", "rest"), QUIET)
def test_engines_that_count_tokens_only_when_a_request_ends_have_no_such_ticket(kind, rest):
    source = {"kind": kind, "selector": {"job": kind}, **rest}
    assert NAME not in {alert.name for alert in alerts(spec((QWEN | {"engine": kind},), (source,)))}
