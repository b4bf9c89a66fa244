"""OpenTelemetry's gen_ai metrics: histograms only, no money. Tokens, requests and an estimate of spend follow."""

from __future__ import annotations

import pytest

from dashgen.alerts import alerts, missing_alerts, rule_groups
from dashgen.model import RecordingRule
from tests.alerts.deployments import spec
from tests.exporters import CLAUDE, GPT, distribution, genai
from tests.promtool import play
from tests.series import merge

SOURCE = {"kind": "otel-genai", "selector": {"job": "api"}}
TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384]
CLASSES = {
    "": ("success", ""),
    "429": ("error", "rate_limited"),
    "openai.RateLimitError": ("error", "rate_limited"),
    "timeout": ("error", "timeout"),
    "504": ("error", "timeout"),
    "APITimeoutError": ("error", "timeout"),
    "503": ("error", "overloaded"),
    "overloaded_error": ("error", "overloaded"),
    "CancelledError": ("cancelled", "cancelled"),
    "context_length_exceeded": ("error", "context_length"),
    "content_filter": ("error", "content_filter"),
    "401": ("error", "client_invalid"),
    "openai.BadRequestError": ("error", "client_invalid"),
    "500": ("error", "provider_5xx"),
    "openai.InternalServerError": ("error", "provider_5xx"),
    "_OTHER": ("error", "internal"),
    "ValueError": ("error", "internal"),
}


def spent(kind, per_minute, each, minutes=70, **labels):
    """Token usage of one kind."""
    name, own = genai("gen_ai_client_token_usage", gen_ai_token_type=kind, **labels)
    return distribution(name, TOKENS, per_minute, minutes, {each: 1}, **own)


def done(per_minute, minutes=70, error="", seconds=1.5, variant="_seconds", **labels):
    """Operations that ended."""
    failed = {"error_type": error} if error else {}
    name, own = genai(f"gen_ai_client_operation_duration{variant}", **failed | labels)
    return distribution(name, [1, 2, 4], per_minute, minutes, {seconds: 1}, **own)


def application(*series, models=(CLAUDE,), groups=None, until=65, sources=(SOURCE,), **rest):
    return play(spec(models, sources, **rest), merge(*series), groups=groups, until=until)


def test_input_and_output_are_told_apart_and_counted_once():
    played = application(spent("input", 60, 1000), spent("output", 60, 200), groups=("tokens",))
    for window in ("5m", "1h"):
        for kind, tokens in (("input", 1000), ("output", 200)):
            answer = played.query(f"llm:tokens_{kind}_client:rate{window}")
            assert answer.value() == pytest.approx(tokens), (kind, window)
    assert played.query('llm:input_tokens_per_request_client_tokens_bucket:rate1h{le="1024"}').value() == pytest.approx(
        1
    )
    assert played.query('llm:input_tokens_per_request_client_tokens_bucket:rate1h{le="256"}').value() == 0
    assert played.query('llm:output_tokens_per_request_client_tokens_bucket:rate1h{le="256"}').value() == pytest.approx(
        1
    )


@pytest.mark.parametrize("operation", ["embeddings", "execute_tool", "invoke_agent"])
def test_only_calls_of_a_model_are_requests(operation):
    other = {"gen_ai_operation_name": operation, "pod": "api-1"}
    played = application(
        done(60, 11),
        done(600, 11, **other),
        spent("input", 60, 1000, 11),
        spent("input", 60, 1000, 11, **other),
        until=9,
    )
    assert played.query("llm:requests_client:rate5m").value() == pytest.approx(1)
    assert played.query("llm:tokens_input_client:rate5m").value() == pytest.approx(1000)


def test_every_error_type_has_its_class():
    played = application(
        *(done(60 * (n + 1), 11, error) for n, error in enumerate(CLASSES)), groups=("traffic",), until=9
    )
    expected = {}
    for n, ending in enumerate(CLASSES.values()):
        expected[ending] = expected.get(ending, 0) + n + 1
    answer = played.query("llm:requests_client:rate5m")
    assert {(labels["outcome"], labels.get("error_class", "")): v for labels, v in answer} == pytest.approx(expected)
    assert {labels["route"] for labels, _ in answer} == {"cloud"}


@pytest.mark.parametrize(("error", "fires"), [("429", True), ("500", True), ("400", False), ("CancelledError", False)])
def test_the_error_page_reads_error_types(error, fires):
    played = application(done(90, 31), done(10, 31, error), groups=("traffic",), until=30)
    assert bool(played.minutes("LLMErrorRateHigh")) is fires


CHUNK = "gen_ai.client.operation.time_to_first_chunk"
ENGINE = {"kind": "sglang", "selector": {"job": "sglang"}, "version": "0.5.23"}
SERVED = {"name": "qwen", "route": "local", "engine": "sglang"}
TTFT = "LLMTimeToFirstTokenHigh"


def waited(seconds, metric="gen_ai_client_operation_time_to_first_chunk_seconds"):
    """One request a second for half an hour that waits that long for its first token."""
    name, own = genai(metric, gen_ai_request_model="qwen")
    if metric.startswith("sglang"):
        own = {"job": "sglang", "namespace": "llm", "pod": "sglang-0", "model_name": "qwen"}
    return distribution(name, [1, 2, 4, 8], 60, 31, {seconds: 1}, **own)


def test_an_application_that_sends_no_first_chunk_leaves_its_engine_to_tell():
    series = (waited(3, "sglang:time_to_first_token_seconds"), done(60, 31, seconds=3, gen_ai_request_model="qwen"))
    played = application(*series, models=(SERVED,), sources=(SOURCE, ENGINE), groups=("latency",), until=30)
    assert played.models(TTFT) == {"qwen"}


def test_an_application_that_is_said_to_send_it_speaks_before_its_engine():
    series = (waited(0.5), waited(3, "sglang:time_to_first_token_seconds"))
    sources = (SOURCE | {"enabled": [CHUNK]}, ENGINE)
    played = application(*series, models=(SERVED,), sources=sources, groups=("latency",), until=30)
    assert played.query("llm:ttft_client_seconds:p95_5m").value() == pytest.approx(0.95)
    assert not played.minutes(TTFT)
    slow = application(waited(3), models=(SERVED,), sources=sources, groups=("latency",), until=30)
    assert slow.models(TTFT) == {"qwen"}


def test_where_nobody_measures_the_first_token_the_page_says_how_to_get_it():
    (page,) = (page for page in missing_alerts(spec((CLAUDE,), (SOURCE,))) if page.name == TTFT)
    assert (
        page.missing.reason
        == "source otel-genai: off by default: needs an instrumentation of semantic conventions 1.41 or newer"
    )
    assert page.missing.how.endswith("and list it under `enabled`")
    assert TTFT not in {page.name for page in missing_alerts(spec((CLAUDE,), (SOURCE | {"enabled": [CHUNK]},)))}


PRICED = (CLAUDE, GPT)


def busy(variant="_seconds"):
    """An hour of both models."""
    gpt = {"gen_ai_request_model": "gpt"}
    return (
        *(spent("input", 60, 1000), spent("output", 60, 200), done(60, variant=variant)),
        *(spent("input", 30, 100, **gpt), spent("output", 30, 50, **gpt), done(30, variant=variant, **gpt)),
    )


@pytest.mark.parametrize("variant", ["with-suffixes", "without-suffixes", "js-pull"])
def test_spend_is_tokens_times_price_under_every_naming(variant):
    series = busy("_seconds" if variant == "with-suffixes" else "")
    groups, source = ("facts", "tokens", "cost"), SOURCE | {"variant": variant}
    played = application(*series, models=PRICED, groups=groups, sources=(source,))
    claude, gpt = (1000 * 3 + 200 * 15) / 1e6, (50 * 2.5 + 25 * 10) / 1e6
    assert played.query("llm:cost_estimated_client:rate1h").by("model") == pytest.approx({"claude": claude, "gpt": gpt})
    assert played.query("llm:spend_estimated_client:usd_per_hour").value() == pytest.approx((claude + gpt) * 3600)
    stem = "llm:mean_cost_per_request_estimated_client_usd:mean_1h"
    means = played.query(f"{stem}{{level='model_route'}}").by("model")
    assert means == pytest.approx({"claude": claude, "gpt": gpt / 0.5})
    assert played.query(f"{stem}{{level='service'}}").value() == pytest.approx((claude + gpt) / 1.5)


def test_a_model_without_a_price_is_not_estimated_and_hides_no_other():
    models = (CLAUDE, {"name": "gpt", "route": "cloud"})
    played = application(*busy(), models=models, groups=("facts", "tokens", "cost"))
    assert played.query("llm:cost_estimated_client:rate1h").by("model") == pytest.approx({"claude": 0.006})


def test_a_model_that_is_only_given_input_costs_its_input():
    played = application(spent("input", 60, 1000), done(60), groups=("facts", "tokens", "cost"))
    assert played.query("llm:cost_estimated_client:rate1h").value() == pytest.approx(0.003)


def test_spend_that_somebody_counts_is_never_estimated():
    counted = spec(PRICED, (SOURCE, {"kind": "litellm", "selector": {"job": "litellm"}}))
    names = {rule.record for group in rule_groups(counted) for rule in group.rules if isinstance(rule, RecordingRule)}
    assert "llm:cost_gateway:rate1h" in names
    assert not [name for name in names if "estimated" in name]


def test_estimated_spend_says_so_in_its_alerts():
    found = {alert.name: alert for alert in alerts(spec((CLAUDE,), (SOURCE,)))}
    for name in ("LLMMeanCostPerRequestDoubled", "LLMSpendRateDoubled"):
        assert "estimated from tokens and the prices of the spec" in found[name].description
        assert found[name].severity == "ticket"
    assert "LLMCostPerRequestDoubled" not in found
