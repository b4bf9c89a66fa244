import pytest

from dashgen.catalogue.otel_names import Strategy, prometheus_name, unit_word

WITH, WITHOUT = Strategy.WITH_SUFFIXES, Strategy.WITHOUT_SUFFIXES
UTF8, NONE, JS = Strategy.NO_ESCAPING, Strategy.NO_TRANSLATION, Strategy.JS_PULL

# instrument, kind, unit, with suffixes, without, UTF-8 with suffixes; rows as run against otlptranslator 51da773.
TABLE = [
    ("llm.tokens.input", "counter", "", "llm_tokens_input_total", "llm_tokens_input", "llm.tokens.input_total"),
    ("llm.time_to_first_token", "histogram", "ms", "llm_time_to_first_token_milliseconds",
     "llm_time_to_first_token", "llm.time_to_first_token_milliseconds"),
    ("llm.cost_per_request", "histogram", "usd", "llm_cost_per_request_usd", "llm_cost_per_request",
     "llm.cost_per_request_usd"),
    ("llm.cost", "counter", "USD", "llm_cost_USD_total", "llm_cost", "llm.cost_USD_total"),
    ("llm.cost", "counter", "{USD}", "llm_cost_total", "llm_cost", "llm.cost_total"),
    ("llm.cost.usd", "counter", "usd", "llm_cost_usd_total", "llm_cost_usd", "llm.cost.usd_total"),
    ("gen_ai.client.token.usage", "histogram", "{token}", "gen_ai_client_token_usage",
     "gen_ai_client_token_usage", "gen_ai.client.token.usage"),
    ("gen_ai.client.operation.duration", "histogram", "s", "gen_ai_client_operation_duration_seconds",
     "gen_ai_client_operation_duration", "gen_ai.client.operation.duration_seconds"),
    ("llm.ttft_seconds", "histogram", "ms", "llm_ttft_seconds_milliseconds", "llm_ttft_seconds",
     "llm.ttft_seconds_milliseconds"),
    ("traces.span.metrics.calls", "counter", "", "traces_span_metrics_calls_total", "traces_span_metrics_calls",
     "traces.span.metrics.calls_total"),
    ("llm.kv_cache.usage", "gauge", "1", "llm_kv_cache_usage_ratio", "llm_kv_cache_usage",
     "llm.kv_cache.usage_ratio"),
    ("llm.requests", "counter", "{request}", "llm_requests_total", "llm_requests", "llm.requests_total"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "unit", "with_suffixes", "without", "utf8"), TABLE)
def test_table(name: str, kind: str, unit: str, with_suffixes: str, without: str, utf8: str) -> None:
    assert prometheus_name(name, kind, unit, WITH) == with_suffixes
    assert prometheus_name(name, kind, unit, WITHOUT) == without
    assert prometheus_name(name, kind, unit, UTF8) == utf8
    assert prometheus_name(name, kind, unit, NONE) == name


@pytest.mark.parametrize(
    ("name", "kind", "unit", "expected"),
    [
        ("llm.tokens.input", "counter", "{token}", "llm_tokens_input_total"),
        ("llm.cost", "counter", "usd", "llm_cost_total"),
        ("llm.time_to_first_token", "histogram", "ms", "llm_time_to_first_token"),
        ("llm.request.duration", "histogram", "s", "llm_request_duration"),
    ],
)
def test_js_pull_exporter_adds_total_but_no_unit(name: str, kind: str, unit: str, expected: str) -> None:
    assert prometheus_name(name, kind, unit, JS) == expected


@pytest.mark.parametrize(
    ("name", "kind", "unit", "expected"),
    [
        ("requests.total.count", "counter", "", "requests_count_total"),
        ("a..b--c", "gauge", "", "a_b_c"),
        ("2xx", "gauge", "", "_2xx"),
        ("io", "counter", "By", "io_bytes_total"),
        ("net.speed", "gauge", "By/s", "net_speed_bytes_per_second"),
        ("queue", "updowncounter", "1", "queue"),
    ],
)
def test_details(name: str, kind: str, unit: str, expected: str) -> None:
    assert prometheus_name(name, kind, unit, WITH) == expected


def test_unit_words() -> None:
    assert [unit_word(unit) for unit in ("", "1", "%", "{x}", "USD", "ms", "{token}/s")] == [
        "", "", "percent", "", "USD", "milliseconds", "per_second",
    ]  # fmt: skip
