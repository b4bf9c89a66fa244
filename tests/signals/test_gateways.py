"""Gateways count what passes them: every request once, with the model, the route and the reason it failed."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import VLLM, spec
from tests.exporters import CLAUDE, GPT, LOCAL, asked, count, distribution, litellm
from tests.promtool import play
from tests.series import counter, merge

LITELLM = {"kind": "litellm", "selector": {"job": "litellm"}, "version": "1.109"}
ENVOY = {"kind": "envoy-ai-gateway", "selector": {"job": "gw"}}
ROUTER = {"kind": "production-stack-router", "selector": {"job": "router"}}
REQUESTS = "llm:requests_gateway:rate5m"
RATIO = "llm:error_ratio_gateway:rate10m"
ERRORS = "LLMErrorRateHigh"
TTFT = "LLMTimeToFirstTokenHigh"
CLASSES = {
    "200": ("success", ""),
    "201": ("success", ""),
    "400": ("error", "client_invalid"),
    "401": ("error", "client_invalid"),
    "404": ("error", "client_invalid"),
    "408": ("error", "timeout"),
    "429": ("error", "rate_limited"),
    "499": ("cancelled", "cancelled"),
    "500": ("error", "provider_5xx"),
    "502": ("error", "provider_5xx"),
    "503": ("error", "overloaded"),
    "504": ("error", "timeout"),
    "529": ("error", "overloaded"),
    "None": ("error", "internal"),
}


def proxy(*series, models=(CLAUDE,), sources=(LITELLM,), groups=("traffic",), until=30):
    return play(spec(models, sources), merge(*series), groups=groups, until=until)


def test_every_status_of_litellm_has_its_class():
    played = proxy(*(asked(60 * (n + 1), 10, status) for n, status in enumerate(CLASSES)), until=9)
    expected = {}
    for n, ending in enumerate(CLASSES.values()):
        expected[ending] = expected.get(ending, 0) + n + 1
    found = {(labels["outcome"], labels.get("error_class", "")): value for labels, value in played.query(REQUESTS)}
    assert found == pytest.approx(expected)


def test_litellm_labels_that_multiply_series_are_gone_and_route_is_ours():
    series = asked(60, 10, route="/chat/completions", hashed_api_key="k", user="u", api_provider="anthropic")
    labels, value = proxy(series, until=9).query(REQUESTS)[0]
    assert value == pytest.approx(1)
    assert labels == {
        "__name__": REQUESTS,
        "llm_service": "chat",
        "llm_source": "litellm",
        "namespace": "gw",
        "model": "claude",
        "route": "cloud",
        "outcome": "success",
    }


@pytest.mark.parametrize("status", ["429", "500", "503", "504"])
def test_what_providers_refuse_pages_at_the_gateway(status):
    played = proxy(asked(588, 30), asked(12, 30, status))
    assert played.query(RATIO).value() == pytest.approx(0.02)
    first = played.firing(ERRORS)[0]
    assert (first.labels["severity"], first.labels["model"], first.labels["route"]) == ("page", "claude", "cloud")


@pytest.mark.parametrize("status", ["400", "404", "422", "499"])
def test_what_callers_do_wrong_at_the_gateway_never_pages(status):
    played = proxy(asked(10, 30), asked(590, 30, status))
    assert played.query(RATIO).value() == 0
    assert not played.minutes(ERRORS)


def test_successes_of_litellm_do_not_page():
    assert not proxy(asked(600, 30)).minutes(ERRORS)


def test_a_failure_that_litellm_shows_under_four_names_is_one_failure():
    own = {"requested_model": "claude", "exception_status": "500", "exception_class": "Openai.InternalServerError"}
    played = proxy(
        asked(60, 30),
        asked(6, 30, "500"),
        litellm("litellm_proxy_failed_requests_metric_total", 6, 30, **own),
        litellm("litellm_llm_api_failed_requests_metric_total", 6, 30, model="claude"),
        litellm("litellm_deployment_failure_responses_total", 18, 30, litellm_model_name="claude", **own),
        litellm("litellm_requests_metric_total", 60, 30, model="claude"),
    )
    assert played.query(RATIO).value() == pytest.approx(6 / 66)
    assert sum(value for _, value in played.query(REQUESTS)) == pytest.approx(66 / 60)


def test_a_retry_that_saved_the_request_is_no_failure():
    own = {"requested_model": "claude", "litellm_model_name": "claude", "exception_status": "429"}
    played = proxy(asked(60, 30), litellm("litellm_deployment_failure_responses_total", 60, 30, **own))
    assert not played.minutes(ERRORS)


def test_an_alias_of_the_gateway_is_the_model():
    names = ("claude", "anthropic/claude")
    models = (CLAUDE | {"aliases": ["anthropic/claude"]},)
    played = proxy(*(asked(60, 10, requested_model=name) for name in names), models=models, until=9)
    assert played.query(REQUESTS).by("model") == pytest.approx({"claude": 2})


def test_each_model_of_a_hybrid_has_the_route_of_the_spec():
    played = proxy(
        asked(60, 10),
        asked(120, 10, requested_model="llama"),
        asked(180, 10, requested_model="meta/llama"),
        models=(CLAUDE, LOCAL),
        sources=(LITELLM, VLLM),
        until=9,
    )
    found = {(labels["model"], labels["route"]): value for labels, value in played.query(REQUESTS)}
    assert found == pytest.approx({("claude", "cloud"): 1, ("llama", "local"): 5})


def test_a_model_the_spec_does_not_name_has_no_route_in_a_hybrid_and_is_counted():
    series = (asked(60, 10), asked(60, 10, requested_model="stray"))
    played = proxy(*series, models=(CLAUDE, LOCAL), sources=(LITELLM, VLLM), until=9)
    assert {(labels["model"], labels.get("route", "")) for labels, _ in played.query(REQUESTS)} == {
        ("claude", "cloud"),
        ("stray", ""),
    }


def test_a_local_model_that_fails_behind_the_gateway_pages_as_local():
    played = proxy(
        asked(600, 30), asked(60, 30, "500", requested_model="llama"), models=(CLAUDE, LOCAL), sources=(LITELLM, VLLM)
    )
    assert {(f.labels["model"], f.labels["route"]) for f in played.firing(ERRORS)} == {("llama", "local")}


def test_old_and_new_token_names_of_litellm_add_up_in_one_fleet():
    chosen = (LITELLM | {"version": ">=1.60, <=1.109"},)
    own = {"requested_model": "claude", "model": "claude", "team_alias": "search"}
    played = proxy(
        litellm("litellm_input_tokens_total", 6000, 70, pod="old", **own),
        litellm("litellm_input_tokens_metric_total", 60, 70, pod="new", **own),
        litellm("litellm_output_tokens_total", 600, 70, pod="old", **own),
        litellm("litellm_output_tokens_metric_total", 6, 70, pod="new", **own),
        # A release between the two shows both.
        litellm("litellm_input_tokens_total", 600, 70, pod="both", **own),
        litellm("litellm_input_tokens_metric_total", 600, 70, pod="both", **own),
        sources=chosen,
        groups=("tokens",),
        until=65,
    )
    for window in ("5m", "1h"):
        assert played.query(f"llm:tokens_input_gateway:rate{window}").value() == pytest.approx(100 + 1 + 10)
        assert played.query(f"llm:tokens_output_gateway:rate{window}").value() == pytest.approx(10.1)


def test_before_the_rename_one_name_is_read():
    own = {"requested_model": "claude"}
    series = (
        litellm("litellm_input_tokens_total", 600, 10, **own),
        litellm("litellm_input_tokens_metric_total", 60, 10, **own),
    )
    for version, tokens in (("1.70", 10), ("1.80", 1)):
        played = proxy(*series, sources=(LITELLM | {"version": version},), groups=("tokens",), until=9)
        assert played.query("llm:tokens_input_gateway:rate5m").value() == pytest.approx(tokens)


def test_cached_tokens_are_a_part_of_the_input_and_not_more_of_it():
    own = {"requested_model": "claude"}
    played = proxy(
        litellm("litellm_input_tokens_metric_total", 6000, 70, **own),
        litellm("litellm_input_cached_tokens_metric_total", 3000, 70, **own),
        litellm("litellm_input_cache_creation_tokens_metric_total", 600, 70, **own),
        litellm("litellm_cached_tokens_metric_total", 60000, 70, model="claude"),
        litellm("litellm_total_tokens_metric_total", 9000, 70, **own),
        groups=("tokens",),
        until=65,
    )
    read = {
        signal: played.query(f"llm:tokens_{signal}_gateway:rate1h").value()
        for signal in ("input", "cache_read", "cache_write")
    }
    assert read == pytest.approx({"input": 100, "cache_read": 50, "cache_write": 10})


def test_spend_is_what_litellm_counts_whatever_deployment_answered():
    models = (CLAUDE | {"aliases": ["anthropic/claude-x"]}, GPT)
    played = proxy(
        litellm("litellm_spend_metric_total", 0.6, 70, model="anthropic/claude-x", requested_model="claude"),
        litellm("litellm_spend_metric_total", 0.3, 70, model="gpt", requested_model="gpt", team_alias="search"),
        litellm("litellm_spend_metric_total", 0.3, 70, model="gpt", requested_model="gpt", team_alias="chat"),
        models=models,
        groups=("cost",),
        until=65,
    )
    assert played.query("llm:cost_gateway:rate1h").by("model") == pytest.approx({"claude": 0.01, "gpt": 0.01})
    teams = played.query("sum by (team) (llm:cost_by_team_gateway:rate1h)").by("team")
    assert teams == pytest.approx({"": 0.01, "search": 0.005, "chat": 0.005})


DEPLOYED = "us.anthropic.claude-v1:0"
OLD = {"pod": "old", "model": DEPLOYED}
NEW = {"pod": "new", "model": DEPLOYED, "requested_model": "claude"}
EMPTY = {"pod": "new", "model": DEPLOYED, "requested_model": ""}
NAMED = CLAUDE | {"aliases": [DEPLOYED]}


@pytest.mark.parametrize(
    ("fleet", "under"),
    [
        ([(0.6, NEW)], {"claude": 0.01}),
        ([(0.6, OLD)], {DEPLOYED: 0.01}),
        ([(0.6, EMPTY)], {DEPLOYED: 0.01}),
        ([(0.6, OLD), (1.2, NEW)], {DEPLOYED: 0.01, "claude": 0.02}),
        # One pod, one deployment: with a model that was asked for, and without.
        ([(0.6, NEW | {"requested_model": DEPLOYED}), (1.2, EMPTY)], {DEPLOYED: 0.03}),
        ([(0.6, NEW), (1.2, EMPTY)], {DEPLOYED: 0.02, "claude": 0.01}),
    ],
)
@pytest.mark.parametrize("version", ["1.60", "1.85.7", "1.93.2", "1.109", ">=1.60, <=1.109"])
def test_spend_is_under_the_model_that_was_asked_for_and_of_old_pods_under_the_deployment(fleet, under, version):
    series = [litellm("litellm_spend_metric_total", usd, 70, **labels) for usd, labels in fleet]
    played = proxy(*series, sources=(LITELLM | {"version": version},), groups=("cost",), until=65)
    for record in ("llm:cost_gateway:rate1h", "llm:cost_by_team_gateway:rate1h"):
        answer = played.query(record)
        assert answer.by("model") == pytest.approx(under), record
        assert len(list(answer)) == len(under)


def test_with_an_alias_old_and_new_pods_are_one_series():
    fleet = ((0.6, OLD), (1.2, NEW), (2.4, EMPTY), (3.6, NEW | {"model": "claude", "team_alias": "search"}))
    series = [litellm("litellm_spend_metric_total", usd, 70, **labels) for usd, labels in fleet]
    played = proxy(*series, models=(NAMED,), groups=("cost",), until=65)
    ((labels, usd),) = played.query("llm:cost_gateway:rate1h")
    assert usd == pytest.approx(7.8 / 60)
    assert labels == {
        "__name__": "llm:cost_gateway:rate1h",
        "llm_service": "chat",
        "llm_source": "litellm",
        "namespace": "gw",
        "model": "claude",
        "route": "cloud",
    }


def test_a_fallback_is_paid_for_by_the_model_that_was_asked_for():
    played = proxy(
        litellm("litellm_spend_metric_total", 0.6, 70, model="claude", requested_model="gpt"),
        litellm("litellm_spend_metric_total", 1.2, 70, model="claude", requested_model="claude"),
        models=(CLAUDE, GPT),
        groups=("cost",),
        until=65,
    )
    assert played.query("llm:cost_gateway:rate1h").by("model") == pytest.approx({"gpt": 0.01, "claude": 0.02})


def test_a_model_of_any_name_is_copied_whole():
    odd = 'a "b" \\ ; $1 {{x}} é'
    played = proxy(litellm("litellm_spend_metric_total", 0.6, 70, model=odd), groups=("cost",), until=65)
    assert played.query("llm:cost_gateway:rate1h").by("model") == pytest.approx({odd: 0.01})


def test_the_first_token_is_under_the_model_that_was_asked_for():
    slow, fast = {3: 1}, {0.75: 1}
    played = proxy(
        first_token(slow, model=DEPLOYED, requested_model="claude"),
        first_token(fast, model=DEPLOYED, requested_model="gpt"),
        models=(NAMED, GPT),
        groups=("latency",),
    )
    assert played.models(TTFT) == {"claude"}
    assert set(played.query("llm:ttft_gateway_seconds:p95_5m").by("model")) == {"claude", "gpt"}


def test_the_first_token_of_old_and_new_pods_is_one_distribution():
    fleet = (OLD, NEW, EMPTY)
    played = proxy(*(first_token({3: 1}, **labels) for labels in fleet), models=(NAMED,), groups=("latency",))
    assert played.query('llm:ttft_gateway_seconds_bucket:rate5m{le="+Inf"}').by("model") == pytest.approx({"claude": 3})
    assert played.query('llm:ttft_gateway_seconds_bucket:rate5m{le="2"}').by("model") == pytest.approx({"claude": 0})


def first_token(shares, minutes=30, **labels):
    own = {"job": "litellm", "namespace": "gw", "pod": "litellm-0", "model": "claude"} | labels
    bounds = [0.25, 0.5, 1, 2, 5, 10]
    return distribution("litellm_llm_api_time_to_first_token_metric", bounds, 60, minutes, shares, **own)


@pytest.mark.parametrize(("shares", "fires"), [({1.5: 0.95, 3: 0.05}, False), ({1.5: 0.94, 3: 0.06}, True)])
def test_the_ttft_page_judges_what_the_gateway_measures(shares, fires):
    played = proxy(first_token(shares), groups=("latency",))
    p95 = played.query("llm:ttft_gateway_seconds:p95_5m").value()
    assert p95 == pytest.approx(2.5 if fires else 2)
    assert bool(played.minutes(TTFT)) is fires
    if fires:
        first = played.firing(TTFT)[0]
        assert (first.labels["route"], first.labels["severity"]) == ("cloud", "page")
        assert first.annotations["description"].startswith("The TTFT p95 the gateway sees on claude is 2.5s")


def test_a_deployment_of_litellm_is_its_model_on_the_ttft_page():
    models = (CLAUDE | {"aliases": ["claude-deployment"]},)
    played = proxy(first_token({3: 1}, model="claude-deployment"), models=models, groups=("latency",))
    assert played.models(TTFT) == {"claude"}


BOUNDS = [1, 64, 1024, 16384]


def envoy(kind, per_minute, each, minutes=70, **labels):
    own = {"job": "gw", "namespace": "gw", "pod": "gw-0", "gen_ai_request_model": "claude", "gen_ai_token_type": kind}
    return distribution("gen_ai_client_token_usage", BOUNDS, per_minute, minutes, {each: 1}, **own | labels)


def test_envoy_counts_each_kind_of_token_once():
    played = proxy(
        envoy("input", 60, 1000),
        envoy("cached_input", 60, 400),
        envoy("cache_creation_input", 60, 100),
        envoy("output", 60, 200),
        envoy("reasoning", 60, 150),
        sources=(ENVOY,),
        groups=("tokens",),
        until=65,
    )
    for window in ("5m", "1h"):
        read = {kind: played.query(f"llm:tokens_{kind}_gateway:rate{window}").value() for kind in ("input", "output")}
        assert read == pytest.approx({"input": 1000, "output": 200})
    assert played.query("llm:tokens_cache_read_gateway:rate1h").value() == pytest.approx(400)
    assert played.query("llm:tokens_cache_write_gateway:rate1h").value() == pytest.approx(100)
    whole = played.query('llm:output_tokens_per_request_gateway_tokens_bucket:rate1h{le="+Inf"}')
    assert whole.value() == pytest.approx(1)


def test_envoy_counts_requests_and_never_pages_on_failures_it_cannot_explain():
    own = {"job": "gw", "namespace": "gw", "gen_ai_request_model": "claude"}
    name, bounds = "gen_ai_server_request_duration_seconds", [1, 10]
    played = proxy(
        distribution(name, bounds, 57, 30, {0.5: 1}, **own),
        distribution(name, bounds, 3, 30, {0.5: 1}, error_type="_OTHER", **own),
        sources=(ENVOY,),
    )
    assert played.query(REQUESTS).value() == pytest.approx(1)
    assert played.query("llm:failed_ends_gateway:rate10m").value() == pytest.approx(0.05)
    assert ERRORS not in played.names
    assert {f.labels["severity"] for f in played.firing("LLMEngineErrorsHigh")} == {"ticket"}


def test_a_router_that_repeats_the_names_of_its_engines_counts_nothing_twice():
    engine = {"job": "vllm", "namespace": "llm", "pod": "llama-0", "model_name": "llama", "engine": "0"}
    router = {"job": "router", "namespace": "llm", "pod": "router-0", "server": "http://llama-0:8000"}
    gauges = {"num_requests_running": 3, "gpu_prefix_cache_hits_total": 5}
    chosen = spec((LOCAL,), (ROUTER, VLLM | {"version": ">=0.9, <=0.33"}))
    series = [
        *({**count(f"vllm:{name}", 0, 30, **router), **count(f"vllm:{name}", 0, 30, **engine)} for name in gauges),
        {
            key: [value] * 121
            for name, value in (("num_requests_waiting", 4), ("kv_cache_usage_perc", 0.5))
            for key in count(f"vllm:{name}", 0, 30, **engine)
        },
        {key: [4] * 121 for key in count("vllm:num_requests_waiting", 0, 30, **router)},
        count("vllm:num_incoming_requests_total", 60, 30, job="router", namespace="llm", pod="router-0", model="llama"),
        count("vllm:request_success_total", 60, 30, finished_reason="stop", **engine),
        count("vllm:prompt_tokens_total", 6000, 30, **engine),
        count("vllm:generation_tokens_total", 600, 30, **engine),
        count("vllm:output_tokens_total", 60, 30, model="llama", **router),
    ]
    played = play(chosen, merge(*series), groups=("traffic", "capacity", "tokens"), until=29)
    asked = {
        "llm:requests_gateway:rate5m": 1,
        "llm:finished_requests_engine:rate5m": 1,
        "llm:requests_waiting_engine:sum": 4,
        "llm:tokens_input_engine:rate5m": 100,
        "llm:tokens_output_engine:rate5m": 10,
    }
    found = played.queries([(name, 29) for name in asked])
    assert {name: answer.value() for name, answer in zip(asked, found, strict=True)} == pytest.approx(asked)
    assert not played.query("llm:tokens_output_gateway:rate5m")
    assert played.query("llm:prefix_cache_hits_engine:rate5m").value() == 0


def test_a_router_restart_is_no_request():
    own = {"job": "router", "namespace": "llm", "model": "llama"}
    series = {
        key: counter((60, 10), "reset", (60, 10)) for key in count("vllm:num_incoming_requests_total", 0, 1, **own)
    }
    played = proxy(series, models=(LOCAL,), sources=(ROUTER, VLLM), until=20)
    assert played.query(REQUESTS, 12).value() == pytest.approx(1, rel=0.06)
