"""The stacks beside vLLM: facts picked by hand from their sources, and what each signal must mean everywhere."""

import pytest

from dashgen.catalogue.availability import alternatives, availability
from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.model import SignalUse
from dashgen.catalogue.validate_uses import ERROR_CLASSES
from dashgen.catalogue.version import Version, VersionRange
from dashgen.catalogue.why import explain

TIMES = ("histogram", {"seconds", "milliseconds"})
TOKENS = ("counter", {"tokens"})
PER_REQUEST = ("histogram", {"tokens"})
REQUESTS = ("counter", {"requests"})
GAUGE = ("gauge", {"requests"})
STATE = ("gauge", {""})
# What a metric must be to answer a signal; a histogram also answers a counter by one of its parts.
MEANING = {
    "ttft": TIMES, "itl": TIMES, "request_duration": TIMES, "queue_time": TIMES,
    "requests": REQUESTS, "finished_requests": REQUESTS, "admission_rejections": ("counter", {"", "requests"}),
    "requests_running": GAUGE, "requests_waiting": GAUGE, "requests_waiting_by_reason": GAUGE,
    "kv_cache_usage": ("gauge", {"ratio"}), "preemptions": REQUESTS,
    "prefix_cache_hits": ("counter", {"", "tokens"}), "prefix_cache_queries": ("counter", {"", "tokens"}),
    "tokens_input": TOKENS, "tokens_output": TOKENS, "tokens_cache_read": TOKENS, "tokens_cache_write": TOKENS,
    "tokens_reasoning": TOKENS, "input_tokens_per_request": PER_REQUEST, "output_tokens_per_request": PER_REQUEST,
    "progress": TOKENS,
    "cost": ("counter", {"usd"}), "cost_by_team": ("counter", {"usd"}),
    "cost_by_user": ("counter", {"usd"}), "cost_per_request": ("histogram", {"usd"}),
    "cost_unpriced": REQUESTS, "usage_missing": REQUESTS,
    "pods_existing": STATE, "pods_ready": STATE, "pending_demand": STATE,
    "autoscaler_desired": STATE, "autoscaler_current": STATE, "autoscaler_max": STATE,
}  # fmt: skip

STACKS = [name for name in exporters() if name not in ("app", "dcgm-exporter", "vllm")]


def newest(exporter: str, signal: str, variant: str | None = None, **more: list[str]) -> tuple[SignalUse, ...]:
    entry = load(exporter)
    return alternatives(entry, signal, VersionRange.exactly(entry.newest), variant, **more)


def names(uses: tuple[SignalUse, ...]) -> list[str]:
    return [use.metric for use in uses]


@pytest.mark.parametrize("name", [name for name in exporters() if name != "dcgm-exporter"])
def test_a_signal_means_the_same_whoever_exposes_it(name: str) -> None:
    exporter = load(name)
    for key, uses in exporter.signals.items():
        kind, units = MEANING[key]
        for use in uses:
            metric = exporter.find(use.metric)[0]
            if use.part:
                assert (kind, metric.type) == ("counter", "histogram"), (key, use)
                assert use.part == ("count" if key.endswith("requests") else "sum"), (key, use)
            else:
                assert metric.type == kind, (key, use)
                assert metric.unit in units, (key, use)


@pytest.mark.parametrize("name", STACKS)
def test_every_entry_explains_itself(name: str) -> None:
    for metric in load(name).metrics:
        assert metric.source, metric.name
        text = explain(metric.instrument or metric.name)
        assert metric.meaning in text
        assert f"{load(name).title}\n" in text


@pytest.mark.parametrize("name", STACKS)
def test_labels_of_the_map_are_labels_of_what_signals_read(name: str) -> None:
    exporter = load(name)
    for uses in exporter.signals.values():
        for use in uses:
            labels = {**exporter.label_map(), **use.keep}
            carried = exporter.find(use.metric)[0].labels
            assert "model" not in labels or labels["model"] in carried, (name, use)


def test_engines_are_local_and_gateways_may_be_either() -> None:
    routes = {name: load(name).route for name in STACKS}
    assert {name for name in STACKS if load(name).vantage == "engine" and routes[name] != "local"} == set()
    assert {name for name in STACKS if routes[name] == "by-model"} == {"envoy-ai-gateway", "litellm", "otel-genai"}
    assert {name for name in STACKS if load(name).vantage == "cluster"} == {"keda", "kube-state-metrics"}


def test_exporters_that_name_no_model() -> None:
    nameless = {name for name in STACKS if "model" not in load(name).labels}
    assert nameless == {"keda", "kube-state-metrics", "llamacpp", "tgi"}


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        ("1.60.0", ["litellm_input_tokens_total"]),
        ("1.73.7", ["litellm_input_tokens_total"]),
        ("1.80.0", ["litellm_input_tokens_metric_total"]),
        ("1.109.1", ["litellm_input_tokens_metric_total"]),
        (">=1.60.0", ["litellm_input_tokens_metric_total", "litellm_input_tokens_total"]),
    ],
)
def test_litellm_renamed_its_tokens(versions: str, found: list[str]) -> None:
    assert names(alternatives(load("litellm"), "tokens_input", VersionRange.parse(versions))) == found


def test_litellm_labels_follow_the_version() -> None:
    (spend,) = load("litellm").find("litellm_spend_metric_total")
    assert "requested_model" not in spend.labels_at(Version.parse("1.85.7"))
    assert "requested_model" in spend.labels_at(Version.parse("1.93.2"))
    assert "model" in spend.labels_at(Version.parse("1.60.0"))
    (ttft,) = load("litellm").find("litellm_llm_api_time_to_first_token_metric")
    assert ttft.labels_at(Version.parse("1.80.0")) == ("model", "hashed_api_key", "api_key_alias", "team", "team_alias")
    assert {0.5, 2.0} <= set(ttft.buckets_at(Version.parse("1.60.0"))) & set(ttft.buckets)
    assert 1.5 in ttft.buckets_at(Version.parse("1.80.0"))
    assert 1.5 not in ttft.buckets


def test_litellm_counts_failures_with_their_status() -> None:
    (use,) = newest("litellm", "requests")
    assert use.metric == "litellm_proxy_total_requests_metric_total"
    assert use.classify is not None
    assert use.classify.label == "status_code"
    assert ("429", "rate_limited") in use.classify.classes
    assert use.labels >= {"outcome", "error_class"}


@pytest.mark.parametrize(("label", "own"), [("team", "team_alias"), ("user", "end_user")])
def test_litellm_has_no_cost_per_request_but_cost_by_team_and_user(label: str, own: str) -> None:
    assert newest("litellm", "cost_per_request") == ()
    (use,) = newest("litellm", f"cost_by_{label}")
    assert (use.metric, dict(use.keep)) == ("litellm_spend_metric_total", {label: own})
    assert dict(use.copy) == {"requested_model": "model"}
    (spend,) = load("litellm").find("litellm_spend_metric_total")
    assert own in spend.labels_at(Version.parse("1.60.0")) and own in spend.labels_at(load("litellm").newest)


def test_litellm_reports_everything_under_the_model_the_caller_asked_for() -> None:
    """What is divided by each other must have one name; where a version lacks it, the deployment's stands in."""
    litellm = load("litellm")
    assert litellm.label_map()["model"] == "requested_model"
    for signal, uses in litellm.signals.items():
        for use in uses:
            (metric,) = litellm.find(use.metric)
            assert "model" not in use.keep, signal
            assert ("requested_model" in metric.labels_at(metric.since or litellm.newest)) is not bool(use.copy), signal


@pytest.mark.parametrize(
    ("variant", "found"),
    [
        (None, ["sglang:token_usage", "sglang_token_usage"]),
        ("either", ["sglang:token_usage", "sglang_token_usage"]),
        ("colon", ["sglang:token_usage"]),
        ("underscore", ["sglang_token_usage"]),
    ],
)
def test_sglang_is_read_under_the_spelling_prometheus_keeps(variant: str | None, found: list[str]) -> None:
    assert names(newest("sglang", "kv_cache_usage", variant)) == found


def test_sglang_facts() -> None:
    sglang = load("sglang")
    assert sglang.find("sglang_time_to_first_token_seconds_bucket") == sglang.find("sglang:time_to_first_token_seconds")
    (ttft,) = sglang.find("sglang:time_to_first_token_seconds")
    assert 2.0 in ttft.buckets
    assert 0.5 not in ttft.buckets
    assert ttft.labels_at(Version.parse("0.5.10")) == ("model_name",)
    assert "is_streaming" in ttft.labels_at(Version.parse("0.5.23"))
    (running,) = sglang.find("sglang:num_running_reqs")
    assert running.labels_at(Version.parse("0.4.6")) == ("model_name", "engine_type")
    assert "moe_ep_rank" in running.labels_at(Version.parse("0.5.23"))
    assert names(newest("sglang", "preemptions", "colon")) == ["sglang:num_retracted_requests_total"]
    old = VersionRange.parse("0.4.6")
    assert alternatives(sglang, "preemptions", old) == ()
    assert alternatives(sglang, "input_tokens_per_request", old) == ()


def test_progress_is_what_grows_while_a_request_runs() -> None:
    assert {name for name in exporters() if load(name).signals.get("progress")} == {"sglang", "vllm"}
    assert names(newest("sglang", "progress", "colon")) == ["sglang:realtime_tokens_total"]
    assert names(newest("vllm", "progress")) == ["vllm:generation_tokens_total"]
    assert alternatives(load("sglang"), "progress", VersionRange.parse("0.4.6")) == ()


def test_signals_that_an_exporter_cannot_answer_are_not_made_up() -> None:
    absent = {
        "tgi": ["ttft", "itl", "kv_cache_usage"],
        "llamacpp": ["ttft", "request_duration", "requests", "tokens_input", "kv_cache_usage"],
        "triton": ["ttft", "request_duration", "queue_time"],
        "litellm": ["itl", "queue_time", "cost_per_request"],
        "ollama": ["requests_waiting", "kv_cache_usage"],
        "production-stack-router": ["ttft", "tokens_input", "requests_waiting"],
        "envoy-ai-gateway": ["cost"],
    }
    for name, signals in absent.items():
        assert [signal for signal in signals if newest(name, signal)] == [], name


def test_old_llamacpp_builds_had_a_kv_cache_gauge() -> None:
    uses = alternatives(load("llamacpp"), "kv_cache_usage", VersionRange.parse("0.9"))
    assert names(uses) == ["llamacpp:kv_cache_usage_ratio"]


def test_tensorrt_llm_needs_a_switch_for_what_the_engine_does() -> None:
    assert newest("tensorrt-llm", "kv_cache_usage") == ()
    answer = availability(load("tensorrt-llm"), "trtllm_kv_cache_utilization", VersionRange.parse("1.2.1"))
    assert "enable_iter_perf_stats" in answer.how
    enabled = ["trtllm_kv_cache_utilization"]
    assert names(newest("tensorrt-llm", "kv_cache_usage", enabled=enabled)) == enabled
    assert len(newest("tensorrt-llm", "requests")) == 2


@pytest.mark.parametrize("name", ["nim", "tensorrt-llm", "tgi", "triton"])
def test_successes_and_failures_are_counted_beside_each_other(name: str) -> None:
    success, failure = newest(name, "requests")
    assert success.beside
    assert failure.beside
    assert dict(success.set) == {"outcome": "success"}
    assert "error_class" in failure.labels


def test_ollama_bounds_hold_the_thresholds() -> None:
    assert {0.5, 2.0} <= set(load("ollama").find("ollama_time_to_first_token_seconds")[0].buckets)


def test_genai_tokens_are_read_by_kind() -> None:
    for name in ("envoy-ai-gateway", "otel-genai"):
        for signal, kind in (("tokens_input", "input"), ("tokens_output", "output")):
            (use,) = newest(name, signal)
            assert (use.part, dict(use.match)) == ("sum", {"gen_ai_token_type": kind})
    chunk = "gen_ai.client.operation.time_to_first_chunk"
    (use,) = newest("otel-genai", "ttft", "js-pull", enabled=[chunk])
    assert use.metric == "gen_ai_client_operation_time_to_first_chunk"
    assert "gen_ai_operation_name" in use.match_re


@pytest.mark.parametrize(("signal", "chunk"), [("ttft", "time_to_first_chunk"), ("itl", "time_per_output_chunk")])
def test_genai_counts_on_chunks_only_where_the_spec_says_they_are_sent(signal: str, chunk: str) -> None:
    genai, instrument = load("otel-genai"), f"gen_ai.client.operation.{chunk}"
    assert newest("otel-genai", signal) == ()
    assert names(newest("otel-genai", signal, enabled=[instrument])) == [genai.find(instrument)[0].name]
    answer = availability(genai, instrument, VersionRange.parse("1.41.1"))
    assert answer.how == (
        "turn it on (an instrumentation of semantic conventions 1.41 or newer) and list it under `enabled`"
    )
    older = availability(genai, instrument, VersionRange.parse("1.36"), enabled=[instrument])
    assert (older.state, older.how) == ("never", "upgrade to 1.41.0")


def test_keda_renames_its_namespace_unless_labels_are_honoured() -> None:
    keda = load("keda")
    assert keda.label_map()["namespace"] == "exported_namespace"
    assert keda.label_map(honor_labels=True)["namespace"] == "namespace"
    (use,) = newest("keda", "pending_demand")
    assert dict(use.keep) == {"scaled_object": "scaledObject"}


def test_pods_are_counted_by_phase_and_readiness() -> None:
    (existing,) = newest("kube-state-metrics", "pods_existing")
    assert dict(existing.match_re) == {"phase": "Pending|Running"}
    (ready,) = newest("kube-state-metrics", "pods_ready")
    assert (ready.metric, dict(ready.match)) == ("kube_pod_status_ready", {"condition": "true"})


def test_error_classes_of_rules_are_known() -> None:
    for name in STACKS:
        for uses in load(name).signals.values():
            rules = [use.classify for use in uses if use.classify]
            found = {error for rule in rules for _, error in rule.classes} | {rule.otherwise for rule in rules}
            assert found <= ERROR_CLASSES
