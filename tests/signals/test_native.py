"""Native histograms: one series holds the distribution, and the same panels and pages read it.

Only promtool 3 can write them down. Schema 0 has a bucket for every power of two, and quantiles inside one are
interpolated exponentially: 95 % of the way from 1024 to 2048 is 1024 * 2**0.95.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.alerts.deployments import APP, GPT, QWEN, VLLM, spec
from tests.dashboards.board import look
from tests.promtool import play
from tests.series import gap, merge, selector

NATIVE_APP, NATIVE_VLLM = ({**source, "histograms": "native"} for source in (APP, VLLM))
TTFT = "LLMTimeToFirstTokenHigh"
P95 = 2**0.95


def _newer():
    """A promtool that knows native histograms, or None."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    named = os.environ.get("DASHGEN_PROMTOOL3")
    for name in (named,) if named else ("promtool3", os.environ.get("DASHGEN_PROMTOOL") or "promtool"):
        found = shutil.which(name, path=path)
        if found is None:
            continue
        done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=60)
        if re.search(r"version 0*([3-9]|[1-9][0-9]+)\.", done.stdout + done.stderr):
            return found
    return None


@pytest.fixture(autouse=True)
def promtool3(monkeypatch):
    found = _newer()
    if found is None:
        pytest.skip("only promtool 3 reads native histograms: run .ci/setup test, or name one in DASHGEN_PROMTOOL3")
    monkeypatch.setenv("DASHGEN_PROMTOOL", found)


def native(name, per_scrape, minutes, start_after=0, **labels):
    """A native histogram that gains at every scrape, by bucket: {n: count} is count from 2**(n-1) to 2**n."""
    low, high = min(per_scrape), max(per_scrape)
    buckets = " ".join(str(per_scrape.get(n, 0)) for n in range(low, high + 1))
    count = sum(per_scrape.values())
    total = sum(0.75 * 2**n * each for n, each in per_scrape.items())
    nothing = " ".join("0" for _ in range(low, high + 1))
    first = f"{{{{schema:0 sum:0 count:0 offset:{low} buckets:[{nothing}]}}}}"
    step = f"{{{{schema:0 sum:{total:g} count:{count} offset:{low} buckets:[{buckets}]}}}}"
    return {selector(name, **labels): [*gap(start_after), f"{first}+{step}x{minutes * 4}"]}


def felt(per_scrape, minutes=31, **labels):
    """TTFT of the application in milliseconds."""
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud", "outcome": "success"}
    return native("llm_time_to_first_token_milliseconds", per_scrape, minutes, **own | labels)


def latency(*series, models=(GPT,), sources=(NATIVE_APP,), until=30, groups=("latency",), **rest):
    chosen = spec(models, sources, {"version": "3.5"}, **rest)
    return chosen, play(chosen, merge(*series), groups=groups, until=until)


@pytest.mark.parametrize(("bucket", "p95", "fires"), [(11, 1.024 * P95, False), (12, 2.048 * P95, True)])
def test_the_ttft_page_reads_native_histograms(bucket, p95, fires):
    _, played = latency(felt({bucket: 15}))
    assert played.query("llm:ttft_client_seconds:p95_5m").value() == pytest.approx(p95)
    assert played.query("llm:ttft_client:increase5m").value() == pytest.approx(300)
    assert bool(played.minutes(TTFT)) is fires


@pytest.mark.parametrize(("least", "fires"), [(20, True), (21, False)])
def test_few_requests_are_too_few_in_native_histograms_too(least, fires):
    _, played = latency(felt({12: 1}), alerts={"ttft": {"min_requests": least}})
    assert played.query("llm:ttft_client:increase5m").value() == pytest.approx(20)
    assert bool(played.minutes(TTFT)) is fires


def test_pods_of_a_model_are_one_distribution():
    fast, slow = felt({10: 90}), felt({13: 10}, pod="app-1")
    _, played = latency(fast, slow)
    # The slowest tenth lies between 4096 and 8192 ms, and p95 in the middle of it.
    assert played.query("llm:ttft_client_seconds:p95_5m").value() == pytest.approx(4.096 * 2**0.5)


def test_the_panels_show_native_histograms():
    chosen, played = latency(felt({11: 15}), groups=("latency",))
    where = "service-health/ttft-client"
    asked = [(f"{where}/p50", 30, {}), (f"{where}/p95", 30, {}), ("service-health/verdict-ttft/p95", 30, {})]
    p50, p95, verdict = look(played, chosen, *asked)
    assert p50 == pytest.approx({"gpt (cloud) p50": 1.024 * 2**0.5})
    assert p95 == pytest.approx({"gpt (cloud) p95": 1.024 * P95})
    assert verdict == pytest.approx({"TTFT p95": 1.024 * P95})


def test_an_engine_with_native_histograms_beside_an_application_without():
    own = {"job": "vllm", "namespace": "llm", "pod": "vllm-qwen-0", "engine": "0", "model_name": "qwen"}
    first = native("vllm:time_to_first_token_seconds", {0: 15}, 31, **own)
    second = native("vllm:time_to_first_token_seconds", {0: 15}, 31, **own | {"engine": "1"})
    chosen, played = latency(first, second, models=(GPT, QWEN), sources=(APP, NATIVE_VLLM))
    [shown] = look(played, chosen, ("service-health/ttft-engine/p95", 30, {}))
    assert shown == pytest.approx({"qwen (local) p95": 0.5 * P95})
    assert played.query("histogram_count(llm:ttft_engine_seconds_histogram:rate5m)").value() == pytest.approx(2)


def test_two_names_of_one_native_histogram_are_bridged_by_pod():
    own = {"job": "vllm", "namespace": "llm", "engine": "0", "model_name": "qwen"}
    old = native("vllm:time_per_output_token_seconds", {-5: 15}, 31, pod="old", **own)
    new = native("vllm:inter_token_latency_seconds", {-5: 15}, 31, pod="new", **own)
    twice = native("vllm:time_per_output_token_seconds", {-5: 15}, 31, pod="new", **own)
    source = {**NATIVE_VLLM, "version": ">=0.8, <=0.33"}
    _, played = latency(old, new, twice, models=(QWEN,), sources=(source,))
    assert played.query("histogram_count(llm:itl_engine_seconds_histogram:rate5m)").value() == pytest.approx(2)
    p95 = played.query("histogram_quantile(0.95, llm:itl_engine_seconds_histogram:rate5m)")
    assert p95.value() == pytest.approx(2**-6 * P95)


def test_tokens_requests_and_spend_of_native_gen_ai_histograms():
    own = {"job": "api", "namespace": "web", "gen_ai_operation_name": "chat", "gen_ai_request_model": "gpt"}
    source = {"kind": "otel-genai", "selector": {"job": "api"}, "histograms": "native"}
    usage, duration = "gen_ai_client_token_usage", "gen_ai_client_operation_duration_seconds"
    _, played = latency(
        # 15 answers a scrape, each of 0.75 x 1024 and 0.75 x 128 tokens.
        native(usage, {10: 15}, 71, gen_ai_token_type="input", **own),
        native(usage, {7: 15}, 71, gen_ai_token_type="output", **own),
        native(duration, {0: 12}, 71, **own),
        native(duration, {0: 3}, 71, error_type="429", **own),
        sources=(source,),
        groups=("facts", "traffic", "tokens", "cost"),
        until=70,
    )
    assert played.query("llm:tokens_input_client:rate1h").value() == pytest.approx(768)
    assert played.query("llm:tokens_output_client:rate1h").value() == pytest.approx(96)
    assert played.query("llm:requests_client:rate5m").by("outcome") == pytest.approx({"success": 0.8, "error": 0.2})
    assert played.query("llm:cost_estimated_client:rate1h").value() == pytest.approx((768 * 2.5 + 96 * 10) / 1e6)
    assert played.models("LLMErrorRateHigh") == {"gpt"}


def test_cost_per_request_and_its_panels_are_read_from_native_histograms():
    own = {"job": "app", "namespace": "web", "pod": "app-0", "model": "gpt", "route": "cloud"}
    series = native("llm_cost_per_request_usd", {-4: 15}, 70, **own)
    chosen, played = latency(series, groups=("cost",), until=70)
    [shown] = look(played, chosen, ("cost/cost-per-request/p95", 70, {}))
    assert shown == pytest.approx({"gpt (cloud) p95": 2**-5 * P95})
    p99 = played.query("llm:cost_per_request_client_usd:p99_1h{level='service'}")
    assert p99.value() == pytest.approx(2**-5 * 2**0.99)
    assert played.query("llm:cost_per_request_client:increase1h{level='service'}").value() == pytest.approx(3600)
