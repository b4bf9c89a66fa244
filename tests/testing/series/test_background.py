"""A healthy deployment alarms nobody, a present one leaves nothing to ask for; what a part plays replaces it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashgen.assemble import assemble
from dashgen.errors import InputError
from dashgen.promql.selector import number
from dashgen.testing.clock import Clock
from dashgen.testing.series.background import background
from dashgen.testing.series.part import series_of
from dashgen.testing.series.play import play_series
from tests.specs import chat, shipped, spec
from tests.testing.series.plays import WHERE, clock, look, part, where

SHIPPED = shipped()
WEEK_AFTER = {"LLMCostBaselineMissing"}
"""What fires until there is a week of history, and says so."""


def two_hours(of):
    """The spec's own scrapes; evaluated every 5 minutes, a fleet every 20."""
    every = timedelta(minutes=20 if len(of.models) > 6 else 5)
    return Clock.of(of.prometheus.scrape_interval, every, timedelta(hours=2))


def firing(of, kind, on):
    """Names of all alerts that ever fire."""
    bundle = assemble(of)
    series = play_series(of, bundle, (), kind, on, where)
    window = f"{on.until // 60_000}m"
    fired = f'last_over_time(ALERTS{{llm_service="{of.name}",alertstate="firing"}}[{window}])'
    (answer,) = look(series, fired, groups=bundle.groups, on=on)
    return {labels["alertname"] for labels, _ in answer}


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_fires_in_two_healthy_hours_but_what_needs_a_week(name):
    # Nobody compares costs where a week is not kept, or nobody counts them.
    kept = set() if name == "ollama-dev" else WEEK_AFTER
    assert firing(SHIPPED[name], "healthy", two_hours(SHIPPED[name])) == kept


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_missing_where_everything_is_present(name):
    on = Clock.of(SHIPPED[name].prometheus.scrape_interval, timedelta(minutes=2), timedelta(minutes=30))
    assert firing(SHIPPED[name], "present", on) == set()


@pytest.mark.parametrize("name", ["chat", "ollama-dev", "sglang"])
def test_without_a_background_the_telemetry_is_missed(name):
    on = Clock.of(SHIPPED[name].prometheus.scrape_interval, timedelta(minutes=5), timedelta(minutes=30))
    assert "LLMTelemetryMissing" in firing(SHIPPED[name], "none", on)


def test_present_is_small():
    assert len(background(SHIPPED["fleet"], "present", clock(), ())) < 150


def test_models_and_pods_differ():
    shown = background(chat(), "healthy", clock(), ())
    rates = {
        name: values for name, values in shown.items() if name.startswith("llm_requests_total") and "success" in name
    }
    assert len(set(rates.values())) == len(rates) == 8
    caches = [values for name, values in shown.items() if name.startswith("vllm:kv_cache")]
    assert len(set(caches)) == len(caches) == 2


HEALTHY = {
    "llm:ttft_client_milliseconds_bucket:rate5m": None,
    'sum by (model) (llm:requests_client:rate1h{llm_service="chat"}) * 3600 > 1000': 3,
    'llm:cost_per_request_client_usd:p99_1h{llm_service="chat",level="model_route"} > 0.0001 < 0.2': 3,
    'llm:gpu_memory_usage_gpu:ratio{llm_service="chat"} > 0.85 < 0.95': 4,
}


def test_the_numbers_are_plausible():
    on = Clock.of(timedelta(seconds=15), timedelta(minutes=5), timedelta(hours=1, minutes=10))
    shown = background(chat(), "healthy", on, ())
    answers = look(shown, *HEALTHY, groups=assemble(chat()).groups, on=on)
    for (expr, wanted), answer in zip(HEALTHY.items(), answers, strict=True):
        assert len(answer) == wanted if wanted else answer, expr


def test_spend_is_what_requests_cost():
    on = Clock.of(timedelta(seconds=15), timedelta(minutes=5), timedelta(hours=1, minutes=10))
    shown = background(chat(), "healthy", on, ())
    spend = 'sum by (model) (llm:cost_client:rate1h{llm_service="chat"})'
    requests = 'sum by (model) (llm:requests_client:rate1h{llm_service="chat"})'
    total, number_of = (f"sum by (model) (rate(llm_cost_per_request_usd_{part}[1h]))" for part in ("sum", "count"))
    counted = f"{total} / {number_of}"
    each, mean = look(shown, f"{spend} / {requests}", counted, groups=assemble(chat()).groups, on=on)
    by_model = {labels["model"]: value for labels, value in mean}
    for labels, value in each:
        assert value == pytest.approx(by_model[labels["model"]], rel=0.1)


def replaced(*parts, of=None, kind="healthy"):
    """What of the background is left, by selector."""
    return background(of or chat(), kind, clock(), [part(**fields) for fields in parts])


def named(shown, *texts):
    return [name for name in shown if all(text in name for text in texts)]


def test_a_part_replaces_the_same_signal_on_every_pod_and_nothing_else():
    left = replaced({"signal": "kv_cache_usage", "values": [{"constant": 0.99}]})
    assert not named(left, "kv_cache_usage_perc")
    assert len(left) == len(replaced()) - 2


def test_a_part_of_one_model_leaves_the_others():
    one = {
        "signal": "ttft",
        "source": "app",
        "model": "gemini-2.5-pro",
        "values": [{"per_minute": 60, "observe": {1: 1}}],
    }
    assert not named(replaced(one), "llm_time_to_first_token", "gemini")
    assert named(replaced(one), "llm_time_to_first_token", "claude")


def test_a_part_with_an_outcome_leaves_the_other_outcomes():
    failing = {
        "signal": "requests",
        "source": "app",
        "labels": {"error_class": "timeout"},
        "values": [{"per_minute": 5}],
    }
    assert len(replaced(failing)) == len(replaced())
    fine = {"signal": "requests", "source": "app", "values": [{"per_minute": 5}]}
    left = replaced(fine)
    assert not named(left, "llm_requests_total", "success") and named(left, "llm_requests_total", "client_invalid")


def test_signals_that_read_one_metric_are_replaced_together():
    left = replaced({"signal": "progress", "values": [{"per_minute": 0}]})
    assert not named(left, "vllm:generation_tokens_total")


def test_beside_replaces_nothing():
    assert replaced({"signal": "kv_cache_usage", "values": [{"constant": 1}], "beside": True}) == replaced()


def play(*parts, of=None, kind="healthy"):
    chosen = of or chat()
    shown = play_series(chosen, assemble(chosen), [part(**fields) for fields in parts], kind, clock(), where)
    return {name: values for name, values in shown.items() if "neighbour" not in name}


def test_the_part_wins_where_the_selector_is_the_same():
    of, level = chat(), [{"constant": 0.99}]
    name = next(iter(series_of(of, part(signal="kv_cache_usage", values=level), clock(), WHERE)))
    shown = play({"signal": "kv_cache_usage", "values": level, "beside": True})
    assert shown[name] == "0.99x48"
    assert len(named(shown, "vllm:kv_cache_usage_perc", 'job="vllm-qwen-coder"')) == 2
    raw = play({"metric": name, "values": "0.5x9"})
    assert raw[name] == "0.5x9"


def test_two_parts_that_show_the_same_series_are_a_mistake():
    twice = {"signal": "kv_cache_usage", "values": [{"constant": 0.5}]}
    with pytest.raises(InputError, match="a second time"):
        play(twice, twice)


def test_what_a_signal_asks_for_wins_over_what_a_histogram_implies():
    """The count of one is the requests of the other; whoever is asked for as such says how many."""
    of = SHIPPED["sglang"]
    spread = {"signal": "request_duration", "source": "otel-genai", "values": [{"per_minute": 60, "observe": {1: 1}}]}
    counted = {"signal": "requests", "source": "otel-genai", "values": [{"per_minute": 30}]}
    for parts in ((spread, counted), (counted, spread)):
        shown = play(*parts, of=of, kind="none")
        counts = [shown[name] for name in named(shown, "duration_seconds_count", 'job="translate-api"')]
        assert counts == ["0+7.425x48"]


def test_a_part_of_a_histogram_replaces_that_part_and_leaves_the_buckets():
    of = SHIPPED["sglang"]
    spent = {"signal": "tokens_input", "source": "otel-genai", "values": [{"per_minute": 1000}]}
    shown = play(spent, of=of)
    sums = {name: shown[name] for name in named(shown, "token_usage_sum", 'gen_ai_token_type="input"', "translate-api")}
    assert list(sums.values()) == [f"0+{number(1000 * 14.85 / 60)}x48"]
    assert named(shown, "token_usage_bucket", 'gen_ai_token_type="input"', "translate-api")


def test_sources_with_native_histograms_show_the_rest():
    native = spec(
        sources=[{"kind": "app", "selector": {"job": "app"}, "histograms": "native"}], prometheus={"version": "3.5"}
    )
    shown = background(native, "healthy", clock(), ())
    assert shown and not named(shown, "_bucket")
