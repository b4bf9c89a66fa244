"""Tickets that stand in for a page without a source: mean cost, time in queue, how the engine ended requests."""

from __future__ import annotations

import pytest

from dashgen.alerts import alerts, rule_groups
from tests.alerts.deployments import GPT, QWEN, VLLM, engine, spec
from tests.exporters import CLAUDE, LOCAL, asked, count
from tests.promtool import play
from tests.series import RESET, counter, gap, histogram, merge, selector
from tests.specs import shipped

COST = "LLMMeanCostPerRequestDoubled"
QUEUE = "LLMQueueTimeHigh"
ENDS = "LLMEngineErrorsHigh"
WEEK, HOURS = 7 * 24 * 60, 5
LITELLM = {"kind": "litellm", "selector": {"job": "litellm"}, "version": "1.109"}
MEAN = "llm:mean_cost_per_request_gateway_usd:mean_1h"


def weeks(name, then, now, **labels):
    """A counter of LiteLLM: five hours of last week and five of this one, per minute; None is no series yet."""
    own = {"job": "litellm", "namespace": "gw", "pod": "litellm-0", **labels}
    first = gap(HOURS * 60, 60) if then is None else counter((then, HOURS * 60), step=60)
    return {selector(name, **own): first + gap(WEEK - len(first), 60) + counter((now, HOURS * 60), step=60)}


def calls(then, now, model="claude", status="200"):
    """Requests per minute of one model that ended with one status, last week and now."""
    return weeks("litellm_proxy_total_requests_metric_total", then, now, requested_model=model, status_code=status)


def paid(then, now, asked="claude", answered=None):
    """USD per minute of requests for one model that a deployment of a model answered, last week and now."""
    return weeks("litellm_spend_metric_total", then, now, model=answered or asked, requested_model=asked)


def traffic(then, now, model="claude", per_minute=(10, 10)):
    """Requests of one model at a mean cost in USD, last week and now."""
    spent = [None if usd is None else usd * n for usd, n in zip((then, now), per_minute, strict=True)]
    made = [None if usd is None else n for usd, n in zip((then, now), per_minute, strict=True)]
    return merge(paid(*spent, model), calls(*made, model))


def week(*series, models=(CLAUDE,), **rest):
    chosen = spec(models, (LITELLM,), **rest)
    series = merge(*series)
    until = WEEK + HOURS * 60
    return play(chosen, series, groups=("cost",), until=until, since=WEEK + 60, every=1800, interval=60)


def levels(played):
    return {f.labels["level"] for f in played.firing(COST)}


def test_a_doubled_mean_is_a_ticket_at_both_levels():
    played = week(traffic(0.1, 0.25))
    assert levels(played) == {"model_route", "service"}
    firing = {f.labels["level"]: f for f in played.firing(COST)}
    assert {f.labels["severity"] for f in firing.values()} == {"ticket"}
    assert firing["model_route"].annotations["summary"].endswith("at the level of claude")
    assert firing["service"].annotations["summary"].endswith("at the level of the whole service")
    assert firing["service"].annotations["description"].startswith("A request that succeeded costs $0.25 in the mean")
    assert "LLMCostPerRequestDoubled" not in played.names


@pytest.mark.parametrize(("factor", "fires"), [(1.9, False), (2, False), (2.05, True)])
def test_up_to_twice_the_mean_is_tolerated(factor, fires):
    played = week(traffic(0.125, 0.125 * factor))
    last = WEEK + HOURS * 60
    assert played.query(f"{MEAN}{{level='service'}}", last).value() == pytest.approx(0.125 * factor)
    assert played.query(f"{MEAN}_limit{{level='service'}}", last).value() == pytest.approx(0.25)
    assert bool(played.minutes(COST)) is fires


@pytest.mark.parametrize(("then", "now", "fires"), [(3, 3, False), (10, 3, False), (3, 10, False), (4, 4, True)])
def test_a_mean_of_few_requests_says_nothing(then, now, fires):
    # 180 an hour are too few, 240 are enough; the setting is 200.
    assert bool(week(traffic(0.1, 0.5, per_minute=(then, now))).minutes(COST)) is fires


@pytest.mark.parametrize(
    ("now", "per_minute", "fires"),
    # 0.001 USD last week. Beyond twice that, times the requests of an hour: 0.6, 0.96, 1.02 and 1.2 USD.
    [(0.003, 10, False), (0.0036, 10, False), (0.0037, 10, True), (0.0021, 200, True)],
)
def test_what_is_beyond_the_limit_must_add_up_to_the_floor_per_hour(now, per_minute, fires):
    played = week(traffic(0.001, now, per_minute=(10, per_minute)))
    assert levels(played) == ({"model_route", "service"} if fires else set())
    if fires:
        assert {f.annotations["description"].split(" in ")[0] for f in played.firing(COST)} == {
            f"A request that succeeded costs ${now:.4g}"
        }


def test_the_floor_is_the_one_of_the_spend():
    chosen = {"spend": {"floor_usd_per_hour": 20}}
    assert not week(traffic(0.1, 0.23), alerts=chosen).minutes(COST)
    assert week(traffic(0.1, 0.24), alerts=chosen).minutes(COST)


def test_a_cheap_local_model_that_writes_forty_times_as_much_is_a_ticket():
    sglang = shipped()["sglang"]
    own = {"gen_ai_operation_name": "chat", "gen_ai_request_model": "Qwen/Qwen3-30B-A3B", "namespace": "web"}
    own |= {"job": "translate-api", "pod": "a"}

    def told(name, then, now, **labels):
        pace = gap(HOURS * 60, 60) if then is None else counter((then, HOURS * 60), step=60)
        pace += gap(WEEK - len(pace), 60) + counter((now, HOURS * 60), step=60)
        return {selector(name, **own, **labels): pace}

    series = merge(
        told("gen_ai_client_operation_duration_seconds_count", 60, 60),
        told("gen_ai_client_token_usage_sum", 60 * 2000, 60 * 2000, gen_ai_token_type="input"),
        told("gen_ai_client_token_usage_sum", 60 * 400, 60 * 16000, gen_ai_token_type="output"),
    )
    groups, until = ("facts", "tokens", "cost"), WEEK + HOURS * 60
    played = play(sglang, series, groups=groups, until=until, since=WEEK + 60, every=1800, interval=60)
    mean = played.query("llm:mean_cost_per_request_estimated_client_usd:mean_1h{level='service'}", until).value()
    assert mean < spec((CLAUDE,), (LITELLM,)).alerts.cost.floor_usd
    assert levels(played) == {"model_route", "service"}


def test_a_storm_of_refusals_does_not_hide_a_doubled_cost():
    played = week(traffic(0.1, 0.25), calls(0, 90, status="429"))
    assert levels(played) == {"model_route", "service"}
    assert played.query(f"{MEAN}{{level='service'}}").value() == pytest.approx(0.25)
    assert played.query(f"{MEAN.replace('mean_1h', 'requests_1h')}{{level='service'}}").value() == pytest.approx(600)


def test_a_storm_of_refusals_last_week_does_not_make_today_dear():
    played = week(traffic(0.1, 0.1), calls(90, 0, status="429"))
    assert played.query(f"{MEAN}_limit{{level='service'}}").value() == pytest.approx(0.2)
    assert not played.minutes(COST)


def test_a_fallback_at_the_same_cost_is_silent_whoever_answers():
    played = week(
        calls(10, 10),
        calls(40, 40, "gpt"),
        paid(0.2, 0.2),
        paid(0.8, 0, "gpt"),
        paid(0, 0.8, "gpt", answered="claude"),
        models=(CLAUDE, GPT),
    )
    assert played.query(f"{MEAN}{{level='model_route'}}").by("model") == pytest.approx({"claude": 0.02, "gpt": 0.02})
    assert not played.minutes(COST)


def test_a_fallback_to_a_dearer_model_is_told_of_the_model_that_was_asked_for():
    played = week(
        *(calls(10, 10), calls(40, 40, "gpt"), paid(5, 5), paid(0.8, 0, "gpt")),
        paid(0, 20, "gpt", answered="claude"),
        models=(CLAUDE, GPT),
    )
    assert {(f.labels["level"], f.labels.get("model")) for f in played.firing(COST)} == {
        ("model_route", "gpt"),
        ("service", None),
    }


def test_a_gateway_that_tells_no_outcomes_is_divided_by_all_its_requests():
    router = {"kind": "production-stack-router", "selector": {"job": "router"}}
    mixed = spec((CLAUDE, LOCAL), (LITELLM, router, VLLM))
    minutes = 70
    asked_router = count(
        "vllm:num_incoming_requests_total", 60, minutes, job="router", namespace="gw", pod="r-0", model="llama"
    )
    spent = [
        count("litellm_spend_metric_total", usd, minutes, job="litellm", namespace="gw", requested_model=model)
        for usd, model in ((1.2, "claude"), (0.6, "llama"))
    ]
    series = merge(asked(60, minutes), asked(60, minutes, "429"), asked_router, *spent)
    played = play(mixed, series, groups=("cost",), until=65)
    means = played.query(f"{MEAN}{{level='model_route'}}").by("model")
    assert means == pytest.approx({"claude": 0.02, "llama": 0.01})


def test_a_move_to_a_dearer_model_is_seen_by_the_service_alone():
    cheap = traffic(0.02, 0.02, "gpt", per_minute=(90, 10))
    dear = traffic(0.5, 0.5, per_minute=(10, 90))
    assert levels(week(cheap, dear, models=(CLAUDE, GPT))) == {"service"}


def test_without_history_the_mean_is_shown_and_only_its_absence_is_a_ticket():
    played = week(traffic(None, 0.5))
    assert not played.minutes(COST)
    assert {f.labels["level"] for f in played.firing("LLMCostBaselineMissing")} == {"model_route", "service"}
    assert (
        "LLMMeanCostPerRequestDoubled cannot fire"
        in played.firing("LLMCostBaselineMissing")[0].annotations["description"]
    )
    told = {f.annotations["description"] for f in played.firing("LLMCostBaselineMissing")}
    assert not [text for text in told if "bucket" in text]
    assert all("has traffic but no mean cost per request recorded a week ago, so" in text for text in told)
    assert not week(traffic(0.1, 0.1)).minutes("LLMCostBaselineMissing")
    assert played.query(f"{MEAN}{{level='service'}}").value() == pytest.approx(0.5)
    assert not played.query(f"{MEAN}_week_ago")


def test_ten_times_the_requests_at_the_same_price_are_no_dearer():
    assert not week(traffic(0.1, 0.1, per_minute=(10, 100))).minutes(COST)


@pytest.mark.parametrize(("factor", "fires"), [(2.5, False), (2.99, False), (3.1, True)])
def test_a_dated_price_step_moves_the_limit_of_the_mean(factor, fires):
    prices = [{"input": 10, "output": 10}, {"from": "1970-01-07", "input": 15, "output": 15}]
    played = week(traffic(0.1, 0.1 * factor), models=(CLAUDE | {"prices": prices},))
    limit = played.query(f"{MEAN}_limit{{level='model_route'}}").value()
    assert limit == pytest.approx(0.3)
    assert bool(played.minutes(COST)) is fires


def test_a_week_that_is_not_kept_leaves_the_mean_without_a_ticket():
    chosen = spec((CLAUDE,), (LITELLM,), {"retention": "7d"})
    assert COST not in {alert.name for alert in alerts(chosen)}
    assert MEAN in {rule.record for group in rule_groups(chosen) for rule in group.rules if hasattr(rule, "record")}


# Time in queue, where nobody measures the first token


TGI = {"kind": "tgi", "selector": {"job": "tgi"}, "model": "qwen"}
TGI_MODEL = QWEN | {"engine": "tgi"}
WAITS = [0.5, 1, 2, 4]


def queued(*phases, **labels):
    own = {"job": "tgi", "namespace": "llm", "pod": "tgi-0"} | labels
    return histogram("tgi_request_queue_duration", WAITS, *phases, **own)


def tgi(*series, until=30, **rest):
    return play(spec((TGI_MODEL,), (TGI,), **rest), merge(*series), groups=("latency",), until=until)


def test_a_long_wait_in_the_queue_is_a_ticket_after_the_time_of_the_page():
    played = tgi(queued((60, 10, {0.4: 1}), (60, 21, {3: 1})))
    p95 = "llm:queue_time_engine_seconds:p95_5m"
    above = next(m / 2 for m in range(61) if played.query(f"{p95} > 2", m / 2))
    first = played.firing(QUEUE)[0]
    wait = spec((TGI_MODEL,), (TGI,)).alerts.ttft.for_.total_seconds() / 60
    assert first.minute == above + wait
    assert (first.labels["severity"], first.labels["model"], first.labels["route"]) == ("ticket", "qwen", "local")
    assert first.annotations["description"].startswith("The p95 of the time in queue of qwen is 3.")


def test_a_short_wait_in_the_queue_is_none():
    assert not tgi(queued((60, 31, {0.4: 1}))).minutes(QUEUE)


@pytest.mark.parametrize(("slow", "p95", "fires"), [(0.04, 1.99, False), (0.05, 2, False), (0.06, 2.33, True)])
def test_exactly_at_the_limit_of_the_first_token_is_tolerated(slow, p95, fires):
    played = tgi(queued((100, 31, {1.5: 1 - slow, 3: slow})))
    assert played.query("llm:queue_time_engine_seconds:p95_5m").value() == pytest.approx(p95, abs=0.01)
    assert bool(played.minutes(QUEUE)) is fires


@pytest.mark.parametrize(("per_minute", "fires"), [(3.8, False), (4, True)])
def test_twenty_requests_in_five_minutes_are_the_least(per_minute, fires):
    assert bool(tgi(queued((per_minute, 31, {3: 1}))).minutes(QUEUE)) is fires


def test_engines_that_measure_the_first_token_have_no_such_ticket():
    names = {alert.name for alert in alerts(spec((QWEN,), (VLLM,)))}
    assert QUEUE not in names and "LLMTimeToFirstTokenHigh" in names


# How requests ended, where nobody nearer to the user says so


def ended(reason, *phases, **labels):
    return {engine("vllm:request_success_total", finished_reason=reason, **labels): counter(*phases)}


def vllm(*series, until=40):
    return play(spec((QWEN,), (VLLM,)), merge(*series), groups=("traffic",), until=until)


@pytest.mark.parametrize("reason", ["error", "abort"])
def test_a_vllm_that_ends_requests_with_errors_is_a_ticket(reason):
    played = vllm(ended("stop", (95, 40)), ended(reason, (5, 40)))
    assert played.query("llm:failed_ends_engine:rate10m").value() == pytest.approx(0.05)
    first = played.firing(ENDS)[0]
    assert (first.labels["severity"], first.labels["model"]) == ("ticket", "qwen")
    assert first.annotations["description"].startswith("5% of the requests that left the engine of qwen")
    assert "LLMErrorRateHigh" not in played.names


@pytest.mark.parametrize("reason", ["stop", "length", "repetition"])
def test_answers_that_end_well_are_none(reason):
    assert not vllm(ended("stop", (95, 40)), ended(reason, (95, 40), pod="other")).minutes(ENDS)


@pytest.mark.parametrize(("failed", "fires"), [(1, False), (1.1, True)])
def test_one_percent_of_failed_ends_is_tolerated(failed, fires):
    assert bool(vllm(ended("stop", (100 - failed, 40)), ended("error", (failed, 40))).minutes(ENDS)) is fires


def test_four_failed_ends_in_ten_minutes_are_too_few():
    assert not vllm(ended("stop", (1, 40)), ended("error", (0.4, 40))).minutes(ENDS)


def test_a_restart_of_the_engine_is_no_error():
    assert not vllm(ended("stop", (60, 20), RESET, (60, 19)), ended("error", (0.1, 20), RESET, (0.1, 19))).minutes(ENDS)


OLLAMA = {"kind": "ollama", "selector": {"job": "ollama"}}
OLLAMA_MODEL = QWEN | {"engine": "ollama"}


def ollama(sources=(OLLAMA,), **per_minute):
    own = {"job": "ollama", "namespace": "dev", "model": "qwen", "endpoint": "/api/chat"}
    series = [count("ollama_requests_total", n, 40, status=s.lstrip("s"), **own) for s, n in per_minute.items()]
    return play(spec((OLLAMA_MODEL,), sources), merge(*series), groups=("traffic",), until=40)


@pytest.mark.parametrize("status", ["s500", "s503", "sinterrupted"])
def test_an_ollama_that_fails_is_a_ticket(status):
    status = "interrupted" if status == "sinterrupted" else status
    played = ollama(s200=95, **{status: 5})
    assert played.query("llm:failed_ends_engine:rate10m").value() == pytest.approx(0.05)
    assert {f.labels["severity"] for f in played.firing(ENDS)} == {"ticket"}


@pytest.mark.parametrize("status", ["s404", "cancelled", "s499"])
def test_what_callers_of_ollama_do_is_none(status):
    assert not ollama(s200=5, **{status: 95}).minutes(ENDS)


@pytest.mark.parametrize(
    "gateway",
    [
        {"kind": "envoy-ai-gateway", "selector": {"job": "gw"}},
        {"kind": "production-stack-router", "selector": {"job": "router"}},
    ],
)
def test_a_gateway_that_does_not_say_why_leaves_the_engine_to_tell(gateway):
    played = ollama((gateway, OLLAMA), s200=90, s500=10)
    assert played.models(ENDS) == {"qwen"}


def test_a_triton_behind_a_router_is_watched_too():
    sources = (
        {"kind": "production-stack-router", "selector": {"job": "router"}},
        {"kind": "triton", "selector": {"job": "triton"}},
    )
    own = {"job": "triton", "namespace": "llm", "model": "qwen", "version": "1"}
    series = merge(
        count("nv_inference_request_success", 90, 40, **own), count("nv_inference_request_failure", 10, 40, **own)
    )
    played = play(spec((QWEN | {"engine": "triton"},), sources), series, groups=("traffic",), until=40)
    assert played.models(ENDS) == {"qwen"}


def test_where_the_gateway_says_why_the_page_is_enough():
    both = spec((OLLAMA_MODEL,), (LITELLM, OLLAMA))
    own = {"job": "ollama", "namespace": "dev", "model": "qwen", "endpoint": "/api/chat"}
    failing = count("ollama_requests_total", 100, 40, status="500", **own)
    gateway = merge(asked(90, 40, requested_model="qwen"), asked(10, 40, "500", requested_model="qwen"))
    played = play(both, merge(gateway, failing), groups=("traffic",), until=40)
    assert played.models("LLMErrorRateHigh") == {"qwen"}
    assert not played.minutes(ENDS)


def test_a_model_the_gateway_does_not_report_is_left_to_its_engine():
    both = spec((OLLAMA_MODEL, CLAUDE), (LITELLM, OLLAMA))
    own = {"job": "ollama", "namespace": "dev", "model": "qwen", "endpoint": "/api/chat"}
    failing = count("ollama_requests_total", 100, 40, status="500", **own)
    played = play(both, merge(asked(90, 40), failing), groups=("traffic",), until=40)
    assert played.models(ENDS) == {"qwen"}
    assert not played.minutes("LLMErrorRateHigh")
