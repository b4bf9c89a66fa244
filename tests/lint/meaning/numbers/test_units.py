"""In which unit expressions are, and what a panel makes of them."""

from __future__ import annotations

import pytest

from dashgen.lint.expression import analyse
from dashgen.lint.meaning.numbers.units import Unit, constant, unit
from dashgen.lint.meaning.records import Record
from dashgen.lint.meaning.screen.panel_units import fits, shown, wanted
from dashgen.lint.meaning.world import World

TTFT = "sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))"


def of(expr: str, **records: str) -> str:
    recorded = {f"r:{name}": (Record(f"r:{name}", each, frozenset(), "f", "g"),) for name, each in records.items()}
    root = analyse(expr).root
    assert root is not None
    return str(unit(root, World(records=recorded)))


@pytest.mark.parametrize(
    ("expr", "wanted_unit"),
    [
        ("vllm:kv_cache_usage_perc", "a ratio of 0 to 1"),
        ("100 * max by (model_name) (vllm:kv_cache_usage_perc)", "a percentage"),
        ("DCGM_FI_DEV_GPU_UTIL / 100", "a ratio of 0 to 1"),
        ("1 - vllm:kv_cache_usage_perc", "a ratio of 0 to 1"),
        (f"histogram_quantile(0.95, {TTFT})", "seconds"),
        (f"1000 * histogram_quantile(0.95, {TTFT})", "milliseconds"),
        (TTFT, "observations per second"),
        (
            "rate(vllm:e2e_request_latency_seconds_sum[5m]) / rate(vllm:e2e_request_latency_seconds_count[5m])",
            "seconds",
        ),
        ("rate(my_wait_seconds_sum[5m]) / rate(my_wait_seconds_count[5m])", "seconds"),
        ("sum(rate(vllm:prompt_tokens_total[5m]))", "tokens per second"),
        ("sum(increase(vllm:prompt_tokens_total[1h])) / 3600", "None"),
        ("rate(vllm:prompt_tokens_total[5m]) / rate(vllm:request_success_total[5m])", "tokens"),
        ("rate(vllm:prefix_cache_hits_total[5m]) / rate(vllm:prefix_cache_queries_total[5m])", "a ratio of 0 to 1"),
        ("DCGM_FI_DEV_FB_USED", "MiB"),
        ("DCGM_FI_DEV_FB_USED * 1024 * 1024", "bytes"),
        ("DCGM_FI_DEV_FB_USED * 2^20", "bytes"),
        ("DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) * 100", "a percentage"),
        ("rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[5m]) / 1000", "watts"),
        ("sum(increase(litellm_spend_metric_total[1d]))", "US dollars"),
        ("vllm:num_requests_waiting > 5", "requests"),
        ("vllm:num_requests_waiting > bool 5", "None"),
        ("vllm:num_requests_waiting or vector(0)", "requests"),
        ("vllm:num_requests_waiting or vllm:kv_cache_usage_perc", "None"),
        ("count(vllm:kv_cache_usage_perc)", "None"),
        ("time() - process_start_time_seconds", "None"),
        ("my_metric", "None"),
    ],
)
def test_units_of_expressions(expr: str, wanted_unit: str) -> None:
    assert of(expr) == wanted_unit


def test_recorded_names_have_the_unit_of_what_is_recorded() -> None:
    buckets = "sum by (le) (rate(llm_time_to_first_token_milliseconds_bucket[5m]))"
    assert of("histogram_quantile(0.9, r:ttft) / 1000", ttft=buckets) == "seconds"
    assert of("r:loop", loop="r:loop + 1") == "None"


@pytest.mark.parametrize(
    ("expr", "number"), [("-1", -1), ("2 * (3 + 1)", 8), ("2^10", 1024), ("1 / 0", None), ("x", None)]
)
def test_constants(expr: str, number: float | None) -> None:
    root = analyse(expr).root
    assert root is not None and constant(root) == number


@pytest.mark.parametrize(
    ("name", "found", "fitting"),
    [
        ("s", Unit("seconds"), True),
        ("ms", Unit("seconds"), False),
        ("dtdurations", Unit("seconds"), True),
        ("cps", Unit("tokens", per=True), True),
        ("cps", Unit("tokens"), False),
        ("reqps", Unit("observations", per=True), True),
        ("reqps", Unit("tokens", per=True), False),
        ("tokens/s", Unit("tokens", per=True), True),
        ("tok/s", Unit("tokens"), False),
        ("bytes", Unit("bytes", per=True), False),
    ],
)
def test_what_fits_a_unit_of_grafana(name: str, found: Unit, fitting: bool) -> None:
    panel = shown(name)
    assert panel is not None and fits(found, panel) is fitting


def test_units_for_any_number_say_nothing() -> None:
    assert [shown(name) for name in ("", "short", "none", "apples", "dateTimeAsIso")] == [None] * 5


def test_what_to_choose() -> None:
    assert [wanted(each) for each in (Unit("seconds"), Unit("ratio"), Unit("tokens", per=True), Unit("tokens"))] == [
        "s",
        "percentunit",
        "cps",
        "",
    ]
