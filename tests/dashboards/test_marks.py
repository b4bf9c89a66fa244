"""What the dashboards mark and list: alerts, restarts, price changes, variables; and what they ask Tempo."""

from __future__ import annotations

from dashgen.promql.macros import expand
from tests.alerts.deployments import APP, VLLM, app, engine
from tests.dashboards.board import annotation, listed, panels
from tests.dashboards.hybrid import BUSY, GPT, ODD, hybrid
from tests.promtool import play
from tests.series import RESET, STALE, constant, counter, gap, merge


def test_alerts_are_marked_while_they_fire(deployment):
    spec, played = deployment
    firing = {labels["alertname"] for labels, _ in played.query(annotation(spec, "alerts"), BUSY)}
    assert firing == {"LLMErrorRateHigh", "LLMRequestsQueued", "LLMCostBaselineMissing"}
    early = {labels["alertname"] for labels, _ in played.query(annotation(spec, "alerts"), 1)}
    assert not early


def test_pods_are_marked_when_they_start_and_when_they_restart_in_place():
    spec = hybrid(sources=[APP, VLLM])
    running, tokens = "vllm:num_requests_running", "vllm:generation_tokens_total"
    series = merge(
        {engine(running, pod="old"): constant(1, 40), engine(tokens, pod="old"): counter((60, 40))},
        {engine(running, pod="new"): gap(20) + constant(1, 20), engine(tokens, pod="new"): gap(20) + counter((60, 20))},
        {
            engine(running, pod="reborn"): constant(1, 40),
            engine(tokens, pod="reborn"): counter((60, 30), RESET, (60, 10)),
        },
        {
            engine(running, pod="gone"): [*constant(1, 10), STALE],
            engine(tokens, pod="gone"): [*counter((60, 9)), STALE],
        },
    )
    played = play(spec, series, groups=("capacity",), until=40)
    pods = annotation(spec, "pods")
    minutes = (15, 21, 28, 31, 38)
    marked = [{labels["pod"] for labels, _ in answer} for answer in played.queries([(pods, m) for m in minutes])]
    assert marked == [set(), {"new"}, set(), {"reborn"}, set()]
    [(labels, _)] = played.query(pods, 21)
    assert labels["model"] == ODD, "the text of the mark names the model, not its alias"


def test_a_price_change_is_marked_for_an_hour():
    dated = {**GPT, "prices": [{"input": 2.5, "output": 10}, {"from": "1970-01-03", "input": 3, "output": 10}]}
    spec = hybrid(models=[dated], sources=[APP])
    midnight = 2 * 24 * 60
    series = {app("llm_requests_total"): constant(1, midnight + 120, 60)}
    played = play(spec, series, groups=("facts",), until=midnight + 120, every=300, interval=60)
    prices = annotation(spec, "prices", board="cost")
    before, change, after = played.queries([(prices, midnight + m) for m in (-30, 30, 70)])
    assert not before and not after
    assert {(labels["model"], labels["kind"], value) for labels, value in change} == {
        ("gpt.4", "input", 3.0),
        ("gpt.4", "cache_read", 3.0),
        ("gpt.4", "cache_write", 3.0),
    }


def test_variables_list_what_anybody_reports(deployment):
    spec, played = deployment
    wanted = {
        ("namespace", ""): {"web", "llm"},
        ("model", ""): {"gpt.4", "gptx4", ODD},
        ("model", "llm"): {ODD},
        ("model", "web"): {"gpt.4", "gptx4", ODD},
        ("route", ""): {"cloud", "local"},
        ("route", "llm"): {"local"},
        ("instance", ""): {"vllm-qwen-0:8000", "vllm-qwen-1:8000"},
    }
    found = [listed(spec, name, **({"namespace": picked} if picked else {})) for name, picked in wanted]
    answers = played.queries([(series, BUSY) for series, _ in found])
    for (key, values), (_, label), answer in zip(wanted.items(), found, answers, strict=True):
        assert {labels[label] for labels, _ in answer} == values, key


def test_models_are_listed_while_only_the_engine_reports(deployment):
    spec = hybrid(sources=[APP, VLLM])
    series = {engine("vllm:num_requests_running"): constant(1, 10)}
    query, label = listed(spec, "model")
    answer = play(spec, series, groups=("capacity", "models"), until=9).query(query)
    assert {labels[label] for labels, _ in answer} == {ODD}


TEMPO = {
    "service-health/user-traces/traces": "span.llm.user_id = ${user_id:doublequote} }",
    "cost/cost-by-user/users": (
        "span.llm.cost_usd > 0 } | sum_over_time(span.llm.cost_usd) by (span.llm.user_id) | topk(10)"
    ),
    "behavior/top-users-output/users": (
        "span.llm.output_tokens > 0 } | sum_over_time(span.llm.output_tokens) by (span.llm.user_id) | topk(10)"
    ),
    "behavior/top-users-input/users": (
        "span.llm.input_tokens > 0 } | sum_over_time(span.llm.input_tokens) by (span.llm.user_id) | topk(10)"
    ),
}


def _tempo(spec):
    return {
        f"{where}/{query.key}": query.expr
        for where, (_, panel) in panels(spec).items()
        for query in panel.queries
        if query.source == "tempo"
    }


def test_what_tempo_is_asked():
    named = '{ resource.service.name = "chat-api" && '
    assert _tempo(hybrid()) == {where: named + text for where, text in TEMPO.items()}
    assert _tempo(hybrid(tempo={})) == {where: "{ " + text for where, text in TEMPO.items()}


def test_a_service_name_stays_a_name_in_tempo():
    for expr in _tempo(hybrid(tempo={"service_name": 'a"b\\c $user_id ${model}'})).values():
        assert r'= "a\"b\\c \x24user_id \x24{model}" &&' in expr
        assert expand(expr, {"user_id": '"u"'}, {}).count('"u"') == ("user_id:" in expr)
