"""Engines other than vLLM: each answers the signals it can, under any spelling, for the model the spec says."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import spec
from tests.exporters import count, distribution, line
from tests.promtool import play
from tests.series import STALE, constant, counter, gap, merge

M1, M2 = ({"name": name, "route": "local", "engine": "tgi"} for name in ("llama", "qwen"))


def model(kind, **more):
    return {"name": "llama", "route": "local", "engine": kind, **more}


def engine(kind, *series, until=10, groups=None, models=None, sources=None, **source):
    """One model on one engine, everything it records."""
    own = {"kind": kind, "selector": {"job": kind}, **source}
    return play(spec(models or (model(kind),), sources or (own,)), merge(*series), groups=groups, until=until)


def values(played, *names, at=None):
    """The only value of each recorded name."""
    answers = played.queries([(name, at or played.until) for name in names])
    return {name: answer.value() for name, answer in zip(names, answers, strict=True)}


# SGLang


def sglang(name, timeline, separator=":", **labels):
    own = {"job": "sglang", "namespace": "llm", "pod": f"sglang-{separator}", "model_name": "llama"}
    own |= {"engine_type": "unified", "tp_rank": "0", "pp_rank": "0", "moe_ep_rank": "0"}
    return line(f"sglang{separator}{name}", timeline, **own | labels)


def both(name, colon, underscore):
    return merge(sglang(name, colon), sglang(name, underscore, "_"))


def test_a_pod_of_each_spelling_is_a_pod():
    played = engine(
        "sglang",
        both("num_running_reqs", constant(3, 11), constant(40, 11)),
        both("num_queue_reqs", constant(2, 11), constant(10, 11)),
        both("token_usage", constant(0.2, 11), constant(0.9, 11)),
        both("generation_tokens_total", counter((60, 11)), counter((600, 11))),
        both("prompt_tokens_total", counter((120, 11)), counter((1200, 11))),
    )
    assert values(
        played,
        "llm:requests_running_engine:sum",
        "llm:requests_waiting_engine:sum",
        "llm:kv_cache_usage_engine:max",
        "llm:tokens_output_engine:rate5m",
        "llm:tokens_input_engine:rate5m",
    ) == pytest.approx(
        {
            "llm:requests_running_engine:sum": 43,
            "llm:requests_waiting_engine:sum": 12,
            "llm:kv_cache_usage_engine:max": 0.9,
            "llm:tokens_output_engine:rate5m": 11,
            "llm:tokens_input_engine:rate5m": 22,
        }
    )


def test_latency_of_both_spellings_is_one_distribution():
    own = {"job": "sglang", "namespace": "llm", "model_name": "llama"}
    played = engine(
        "sglang",
        distribution("sglang:time_to_first_token_seconds", [0.5, 1, 2], 60, 11, {0.4: 1}, pod="a", **own),
        distribution("sglang_time_to_first_token_seconds", [0.5, 1, 2], 180, 11, {1.5: 1}, pod="b", **own),
        groups=("latency",),
    )
    buckets = played.query("llm:ttft_engine_seconds_bucket:rate5m").by("le")
    assert buckets == pytest.approx({"0.5": 1, "1": 1, "2": 4, "+Inf": 4})


@pytest.mark.parametrize("separator", [":", "_"])
def test_the_queue_page_reads_either_spelling(separator):
    played = engine("sglang", sglang("num_queue_reqs", constant(5, 11), separator), groups=("capacity",))
    assert played.models("LLMRequestsQueued") == {"llama"}


@pytest.mark.parametrize(("variant", "running"), [("colon", 3), ("underscore", 40), ("either", 43)])
def test_a_variant_reads_one_spelling(variant, running):
    series = both("num_running_reqs", constant(3, 11), constant(40, 11))
    played = engine("sglang", series, groups=("capacity",), variant=variant)
    assert played.query("llm:requests_running_engine:sum").value() == running


def test_a_change_of_spelling_in_the_middle_leaves_no_gap_and_no_alert():
    before, after = [*constant(2, 10), STALE, *gap(20)], gap(10) + constant(2, 20)
    played = engine(
        "sglang",
        both("num_running_reqs", before, after),
        both("num_queue_reqs", [0 if s == 2 else s for s in before], [0 if s == 2 else s for s in after]),
        both("generation_tokens_total", counter((600, 10), STALE), gap(10) + counter((600, 20))),
        both("realtime_tokens_total", counter((600, 10), STALE), gap(10) + counter((600, 20))),
        until=29,
    )
    for minute in range(1, 30):
        assert played.query("llm:requests_running_engine:sum", minute).value() == 2, minute
    assert {name for name in played.names if played.minutes(name)} == set()


# Engines whose series do not name their model


def tgi(name, timeline, job="tgi", **labels):
    return line(f"tgi_{name}", timeline, **{"job": job, "namespace": "llm", "pod": f"{job}-0"} | labels)


TWO_TGI = (
    {"kind": "tgi", "name": "a", "selector": {"job": "a"}, "model": "llama"},
    {"kind": "tgi", "name": "b", "selector": {"job": "b"}, "model": "qwen"},
)


def test_the_only_model_of_an_engine_needs_no_name():
    played = engine("tgi", tgi("queue_size", constant(4, 11)), groups=("capacity",))
    [(labels, value)] = played.query("llm:requests_waiting_engine:sum")
    assert (labels["model"], labels["route"], value) == ("llama", "local", 4)
    assert played.models("LLMRequestsQueued") == {"llama"}


def test_two_sources_that_say_their_model_stay_apart():
    played = engine(
        "tgi",
        tgi("queue_size", constant(0, 11), "a"),
        tgi("queue_size", constant(7, 11), "b"),
        tgi("queue_size", constant(1, 11), "b", pod="b-1"),
        models=(M1, M2),
        sources=TWO_TGI,
        groups=("capacity",),
    )
    assert played.query("llm:requests_waiting_engine:sum").by("model") == {"llama": 0, "qwen": 8}
    assert played.models("LLMRequestsQueued") == {"qwen"}


def test_one_of_two_nameless_engines_gone_is_missed_by_its_model():
    played = engine(
        "tgi",
        tgi("queue_size", constant(0, 31), "a"),
        tgi("queue_size", [*constant(0, 10), STALE, *gap(20)], "b"),
        models=(M1, M2),
        sources=TWO_TGI,
        groups=("telemetry",),
        until=30,
    )
    assert {f.labels.get("model") for f in played.firing("LLMTelemetryMissing")} == {"qwen"}


def test_what_tgi_answers():
    own = {"job": "tgi", "namespace": "llm", "pod": "tgi-0"}
    bounds = [10, 100, 1000]
    played = engine(
        "tgi",
        distribution("tgi_request_input_length", bounds, 60, 11, {500: 1}, **own),
        distribution("tgi_request_generated_tokens", bounds, 60, 11, {50: 1}, **own),
        distribution("tgi_request_queue_duration", [0.1, 1, 10], 60, 11, {0.05: 1}, **own),
        distribution("tgi_request_duration", [1, 2, 4], 60, 11, {1.5: 1}, **own),
        tgi("batch_current_size", constant(3, 11)),
        tgi("queue_size", constant(0, 11)),
        tgi("request_count", counter((66, 11))),
        tgi("request_success", counter((60, 11))),
        tgi("request_failure", counter((2.4, 11)), err="overloaded"),
        tgi("request_failure", counter((1.2, 11)), err="validation"),
        tgi("request_failure", counter((1.2, 11)), err="generation"),
        tgi("request_failure", counter((0.6, 11)), err="dropped"),
        tgi("request_failure", counter((0.6, 11)), err="incomplete_generation"),
    )
    assert values(
        played, "llm:tokens_input_engine:rate5m", "llm:tokens_output_engine:rate5m", "llm:requests_running_engine:sum"
    ) == pytest.approx(
        {
            "llm:tokens_input_engine:rate5m": 500,
            "llm:tokens_output_engine:rate5m": 50,
            "llm:requests_running_engine:sum": 3,
        }
    )
    ended = {labels.get("error_class", ""): value for labels, value in played.query("llm:requests_engine:rate5m")}
    assert ended == pytest.approx(
        {
            "": 1,
            "overloaded": 0.04,
            "client_invalid": 0.02,
            "internal": 0.02,
            "cancelled": 0.01,
            "stream_interrupted": 0.01,
        }
    )
    # 0.04 + 0.02 + 0.01 of 1.1 requests: what callers do wrong and users who leave are not in it.
    assert played.query("llm:failed_ends_engine:rate10m").value() == pytest.approx(0.07 / 1.1)


def test_what_llamacpp_answers():
    own = {"job": "llamacpp", "namespace": "llm", "pod": "llama-0"}
    played = engine(
        "llamacpp",
        line("llamacpp:requests_processing", constant(2, 11), **own),
        line("llamacpp:requests_deferred", constant(3, 11), **own),
        line("llamacpp:tokens_predicted_total", counter((600, 11)), **own),
        line("llamacpp:predicted_tokens_seconds", constant(99, 11), **own),
    )
    found = {
        name: played.query(name)[0]
        for name in (
            "llm:requests_running_engine:sum",
            "llm:requests_waiting_engine:sum",
            "llm:tokens_output_engine:rate5m",
        )
    }
    assert [value for _, value in found.values()] == pytest.approx([2, 3, 10])
    assert {labels["model"] for labels, _ in found.values()} == {"llama"}
    assert played.models("LLMRequestsQueued") == {"llama"}


def test_a_long_answer_of_llamacpp_is_no_stall():
    """Its tokens are counted when a request ends, so nothing tells a long one from a hang."""
    own = {"job": "llamacpp", "namespace": "llm", "pod": "llama-0"}
    played = engine(
        "llamacpp",
        line("llamacpp:requests_processing", constant(1, 31), **own),
        line("llamacpp:requests_deferred", constant(0, 31), **own),
        line("llamacpp:tokens_predicted_total", counter((600, 10), (0, 21)), **own),
        groups=("capacity",),
        until=30,
    )
    assert {name for name in played.names if played.minutes(name)} == set()


# TensorRT-LLM, NIM, Triton


TRT = {"job": "tensorrt-llm", "namespace": "llm", "pod": "trt-0", "model_name": "llama", "engine_type": "trtllm"}
ITERATIONS = ["trtllm_num_requests_running", "trtllm_num_requests_waiting", "trtllm_kv_cache_utilization"]


def tensorrt(minutes=11):
    return merge(
        count("trtllm_request_success_total", 54, minutes, finished_reason="stop", **TRT),
        count("trtllm_request_success_total", 6, minutes, finished_reason="length", **TRT),
        count("trtllm_request_error_total", 3, minutes, http_code="500", **TRT),
        count("trtllm_request_error_total", 6, minutes, http_code="400", **TRT),
        count("trtllm_prompt_tokens_total", 6000, minutes, **TRT),
        count("trtllm_prompt_cached_tokens_total", 3000, minutes, **TRT),
        count("trtllm_generation_tokens_total", 600, minutes, **TRT),
        distribution("trtllm_time_to_first_token_seconds", [0.5, 1, 2.5], 60, minutes, {0.75: 1}, **TRT),
        line("trtllm_num_requests_running", constant(5, minutes), **TRT),
        line("trtllm_num_requests_waiting", constant(0, minutes), **TRT),
        line("trtllm_kv_cache_utilization", constant(0.4, minutes), **TRT),
    )


def test_what_tensorrt_llm_answers():
    played = engine("tensorrt-llm", tensorrt(), enabled=ITERATIONS)
    expected = {
        "llm:tokens_input_engine:rate5m": 100,
        "llm:tokens_output_engine:rate5m": 10,
        "llm:prefix_cache_hits_engine:rate5m": 50,
        "llm:prefix_cache_queries_engine:rate5m": 100,
        "llm:requests_running_engine:sum": 5,
        "llm:requests_waiting_engine:sum": 0,
        "llm:kv_cache_usage_engine:max": 0.4,
        "llm:failed_ends_engine:rate10m": 3 / 69,
    }
    assert values(played, *expected) == pytest.approx(expected)
    ended = {labels.get("error_class", ""): value for labels, value in played.query("llm:requests_engine:rate5m")}
    assert ended == pytest.approx({"": 1, "internal": 0.05, "client_invalid": 0.1})
    assert played.query("llm:ttft_engine_seconds:p95_5m").value() == pytest.approx(0.975)


def test_pods_that_count_each_ending_apart_are_no_version_mismatch():
    played = engine("tensorrt-llm", tensorrt(31), enabled=ITERATIONS, groups=("telemetry",), until=30)
    assert not played.minutes("LLMTelemetryVersionMismatch")


def test_a_pod_that_waits_for_its_first_request_is_no_silence():
    up = line("up", constant(1, 31), job="tensorrt-llm", instance="trt-0")
    assert not engine("tensorrt-llm", up, groups=("telemetry",), until=30).minutes("LLMTelemetryMissing")
    down = line("up", constant(0, 31), job="tensorrt-llm", instance="trt-0")
    played = engine("tensorrt-llm", down, groups=("telemetry",), until=30)
    assert {f.labels["model"] for f in played.firing("LLMTelemetryMissing")} == {"llama"}


def test_an_old_pod_of_an_engine_without_rename_is_no_version_mismatch_either():
    series = both("num_running_reqs", constant(1, 31), constant(1, 31))
    queue = both("num_queue_reqs", constant(0, 31), constant(0, 31))
    played = engine("sglang", series, queue, groups=("telemetry",), until=30)
    assert not played.minutes("LLMTelemetryVersionMismatch")
    assert not played.minutes("LLMTelemetryMissing")


def test_without_the_iteration_statistics_of_tensorrt_llm_no_queue_is_promised():
    played = engine("tensorrt-llm", tensorrt())
    assert "LLMRequestsQueued" not in played.names
    assert not played.query("llm:requests_running_engine:sum")


def test_what_nim_answers():
    own = {"job": "nim", "namespace": "llm", "pod": "nim-0", "model_name": "llama"}
    played = engine(
        "nim",
        line("num_requests_running", constant(2, 11), **own),
        line("num_requests_waiting", constant(1, 11), **own),
        line("num_requests_waiting", constant(9, 11), **own | {"job": "other"}),
        line("gpu_cache_usage_perc", constant(0.7, 11), **own),
        count("prompt_tokens_total", 600, 11, **own),
        count("generation_tokens_total", 60, 11, **own),
        count("request_finish_total", 66, 11, **own),
        count("request_success_total", 60, 11, **own),
        count("request_failure_total", 6, 11, **own),
        distribution("time_to_first_token_seconds", [0.5, 1, 2], 60, 11, {0.75: 1}, **own),
    )
    expected = {
        "llm:requests_running_engine:sum": 2,
        "llm:requests_waiting_engine:sum": 1,
        "llm:kv_cache_usage_engine:max": 0.7,
        "llm:tokens_input_engine:rate5m": 10,
        "llm:tokens_output_engine:rate5m": 1,
        "llm:failed_ends_engine:rate10m": 6 / 66,
        "llm:ttft_engine_seconds:p95_5m": 0.975,
    }
    assert values(played, *expected) == pytest.approx(expected)
    assert played.query("sum(llm:requests_engine:rate5m)").value() == pytest.approx(1.1)


def test_what_triton_answers():
    own = {"job": "triton", "namespace": "llm", "pod": "triton-0", "model": "llama", "version": "1"}
    played = engine(
        "triton",
        count("nv_inference_request_success", 60, 11, **own),
        count("nv_inference_request_failure", 6, 11, **own),
        count("nv_inference_count", 600, 11, **own),
    )
    assert played.query("llm:requests_engine:rate5m").by("outcome") == pytest.approx({"success": 1, "error": 0.1})
    assert played.query("llm:failed_ends_engine:rate10m").value() == pytest.approx(6 / 66)


def test_what_ollama_answers():
    own = {"job": "ollama", "namespace": "dev", "pod": "ollama-0", "model": "llama"}
    endings = {"200": 60, "interrupted": 6, "cancelled": 3, "499": 3, "404": 12, "503": 3, "500": 3}
    played = engine(
        "ollama",
        line("ollama_up", constant(1, 11), job="ollama"),
        line("ollama_requests_in_flight", constant(4, 11), **own),
        count("ollama_prompt_tokens_total", 600, 11, **own),
        count("ollama_generated_tokens_total", 60, 11, **own),
        *(count("ollama_requests_total", n, 11, status=s, endpoint="/api/chat", **own) for s, n in endings.items()),
        distribution("ollama_time_to_first_token_seconds", [0.5, 1, 2, 5], 60, 11, {1.5: 1}, **own),
    )
    expected = {
        "llm:requests_running_engine:sum": 4,
        "llm:tokens_input_engine:rate5m": 10,
        "llm:tokens_output_engine:rate5m": 1,
        "llm:ttft_engine_seconds:p95_5m": 1.95,
        "llm:failed_ends_engine:rate10m": 12 / 90,
    }
    assert values(played, *expected) == pytest.approx(expected)
    ended = {labels.get("error_class", ""): value for labels, value in played.query("llm:requests_engine:rate5m")}
    assert ended == pytest.approx(
        {
            "": 1,
            "stream_interrupted": 0.1,
            "cancelled": 0.1,
            "client_invalid": 0.2,
            "overloaded": 0.05,
            "internal": 0.05,
        }
    )
