"""Where a part is shown and under which labels; and what a user is told who asks for what is not there."""

from __future__ import annotations

import pytest

from dashgen.errors import InputError
from dashgen.testing.series.part import series_of
from tests.specs import CLOUD, LOCAL, spec, variety
from tests.testing.series.plays import WHERE, clock, part

SPECS = variety()
ONE = [{"constant": 1}]
GROWS = [{"per_minute": 60}]


def show(name, **fields):
    """Selectors of a part on a spec."""
    chosen = SPECS[name] if isinstance(name, str) else name
    return series_of(chosen, part(**fields), clock(), WHERE)


def labels(shown):
    """Every value of every label that was shown."""
    import promql_parser

    found = {}
    for selector in shown:
        for matcher in promql_parser.parse(selector).matchers.matchers:
            found.setdefault(matcher.name, set()).add(matcher.value)
    return found


def test_engines_say_the_repository_and_everybody_else_the_plain_name():
    assert labels(show("chat", signal="tokens_output", source="vllm", values=GROWS))["model_name"] == {
        "Qwen/Qwen2.5-Coder-32B-Instruct"
    }
    called = labels(show("chat", signal="tokens_output", source="app", values=GROWS))["model"]
    assert called == {model.name for model in SPECS["chat"].models}


def test_the_workload_of_a_gpu_is_exported_unless_the_scrape_honours_it():
    plain = labels(show("chat", signal="gpu_power", values=ONE))
    assert (plain["exported_pod"], plain["pod"]) == ({"vllm-qwen-coder-0"}, {"dcgm-exporter-0"})
    honoured = labels(show("sglang", signal="gpu_power", values=ONE))
    assert honoured["pod"] == {"sglang-0"} and "exported_pod" not in honoured


def test_units_are_undone():
    assert set(show("chat", signal="gpu_util", values=[{"constant": 0.9}]).values()) == {"90x48"}
    assert set(show("chat", signal="gpu_memory_used", values=[{"constant": 2**30}]).values()) == {"1024x48"}


def test_outcomes_become_the_status_that_means_them():
    def status(**of):
        return labels(show("cloud-only", signal="requests", values=GROWS, **of))["status_code"]

    assert status() == {"200"}
    assert status(labels={"error_class": "rate_limited"}) == {"429"}
    assert status(labels={"outcome": "error", "error_class": "internal"}) == {"unknown"}
    assert status(labels={"outcome": "cancelled"}) == {"499"}


def test_a_class_of_errors_is_an_error_also_where_the_exporter_says_both():
    shown = labels(show("chat", signal="requests", source="app", labels={"error_class": "timeout"}, values=GROWS))
    assert (shown["outcome"], shown["error_class"]) == ({"error"}, {"timeout"})


def test_metrics_that_stand_beside_each_other_are_chosen_by_what_they_count():
    good = show("engine-nim", signal="requests", values=GROWS)
    bad = show("engine-nim", signal="requests", labels={"outcome": "error"}, values=GROWS)
    assert {name.partition("{")[0] for name in good} == {"request_success_total"}
    assert {name.partition("{")[0] for name in bad} == {"request_failure_total"}


def test_a_source_that_cannot_show_a_label_is_passed_over_unless_it_was_named():
    late = {"labels": {"error_class": "timeout"}, "signal": "requests", "values": GROWS}
    assert labels(show("chat", **late))["job"] == {"chat-api"}
    with pytest.raises(InputError, match="vllm:request_success_total does not tell error_class"):
        show("chat", source="vllm", **late)


def test_labels_are_those_of_the_signal_or_raw_ones():
    team = labels(show("cloud-only", signal="cost", labels={"team": "ops"}, values=GROWS))
    assert team["team_alias"] == {"ops"}
    assert labels(show("chat", signal="kv_cache_usage", labels={"engine": "3"}, values=ONE))["engine"] == {"3"}
    assert labels(show("fleet", signal="kv_cache_usage", labels={"cluster": "us-1"}, values=ONE))["cluster"] == {"us-1"}
    assert labels(show("fleet", signal="kv_cache_usage", values=ONE))["cluster"] == {"eu-1"}


def test_a_second_card_of_a_pod_is_another_gpu():
    cards = {
        **show("chat", signal="gpu_power", values=ONE),
        **show("chat", signal="gpu_power", labels={"gpu": "1"}, values=ONE),
    }
    assert len(labels(cards)["UUID"]) == 2


def test_pods_are_counted_or_named():
    assert labels(show("chat", signal="kv_cache_usage", pods=3, values=ONE))["pod"] == {
        f"vllm-qwen-coder-{n}" for n in range(3)
    }
    named = show("chat", signal="kv_cache_usage", pods=["vllm-qwen-coder-x"], values=ONE)
    assert labels(named)["pod"] == {"vllm-qwen-coder-x"}
    assert labels(show("disaggregated", signal="gpu_power", pods=2, values=ONE))["exported_pod"] == {
        "prefill-0",
        "decode-0",
    }


def test_sources_of_one_model_have_pods_of_their_own():
    shown = show("mid-upgrade", signal="requests_running", pods=4, values=ONE)
    assert len(labels(shown)["pod"]) == 12


def test_the_half_that_does_not_speak_for_a_signal_is_only_shown_when_named():
    assert labels(show("disaggregated", signal="tokens_output", values=GROWS))["job"] == {"vllm-decode"}
    named = show("disaggregated", signal="finished_requests", source="prefill", values=GROWS)
    assert labels(named)["job"] == {"vllm-prefill"}


def test_autoscalers_are_those_of_the_models_scaled_object():
    wanted = labels(show("autocomplete", signal="autoscaler_desired", values=ONE))
    assert wanted["horizontalpodautoscaler"] == {"keda-hpa-vllm-coder-7b"}
    demand = labels(show("autocomplete", signal="pending_demand", values=ONE))
    assert (demand["scaledObject"], demand["exported_namespace"]) == ({"vllm-coder-7b"}, {"completion"})


def test_models_are_named_or_those_of_a_route():
    assert labels(show("chat", signal="cost", model="cloud", values=GROWS))["model"] == {
        "claude-sonnet-4-6",
        "gemini-2.5-pro",
    }
    both = show("chat", signal="cost", model=["gemini-2.5-pro", "local"], values=GROWS)
    assert labels(both)["model"] == {"gemini-2.5-pro", "qwen2.5-coder-32b"}


def test_a_selector_of_any_operator_is_met():
    selector = {
        "job": {"regex": "vllm-(a|b)"},
        "env": {"not_equals": "test"},
        "tier": {"not_regex": "|spare"},
        "pod": {"regex": "vllm-[0-9]"},
    }
    chosen = spec(models=[LOCAL], sources=[{"kind": "vllm", "selector": selector, "version": "0.33"}])
    shown = labels(show(chosen, signal="kv_cache_usage", values=ONE))
    assert (shown["job"], shown["tier"], shown["pod"]) == ({"vllm-a"}, {"other"}, {"vllm-0"})
    assert "env" not in shown


@pytest.mark.parametrize("where", ["selector", "pods"])
def test_an_expression_that_has_no_example_is_said(where):
    model = {**LOCAL, "workload": {"namespace": "llm", "pods": r"\pL+" if where == "pods" else "v-.*"}}
    job = {"regex": r"\pL+"} if where == "selector" else "vllm"
    chosen = spec(models=[model], sources=[{"kind": "vllm", "selector": {"job": job}, "version": "0.33"}])
    with pytest.raises(InputError, match="no text is known that" if where == "selector" else "only 0 known that match"):
        show(chosen, signal="kv_cache_usage", values=ONE)


def test_spend_before_it_knew_the_requested_model_is_under_the_deployments():
    older = spec(sources=[{"kind": "litellm", "selector": {"job": "litellm"}, "version": "1.80.0"}])
    shown = labels(show(older, signal="cost", values=GROWS))
    assert shown["model"] == {CLOUD["name"]} and "requested_model" not in shown


def test_promtools_own_notation_is_taken_as_it_is():
    assert set(show("chat", signal="kv_cache_usage", values="0.1 _x3 0.2+0.1x4 stale").values()) == {
        "0.1 _x3 0.2+0.1x4 stale"
    }
    late = show("chat", signal="kv_cache_usage", values="0.1x4", starts="1m")
    assert set(late.values()) == {"_x5 0.1x4"}


def test_a_raw_series_is_one_selector():
    shown = show("chat", metric='up{pod="b\\"c", job=\'a\', empty=""}', values=[{"constant": 1}])
    assert shown == {'up{job="a",pod="b\\"c"}': "1x48"}
    named = show("chat", metric='{__name__="a.b", x="y"}', values=GROWS)
    assert named == {'{__name__="a.b",x="y"}': "0+14.85x48"}
    assert show("chat", metric="up", labels={"job": "x"}, values="1 0") == {'up{job="x"}': "1 0"}


WRONG = {
    "tfft": ({"signal": "tfft"}, "no exporter shows a signal `tfft`.*\n.*\n.*did you mean `ttft`"),
    "nobody": (
        {"signal": "pending_demand", "values": ONE},
        "no source of spec chat shows pending_demand.*\n.*\n.*source of kind keda",
    ),
    "off": (
        {"signal": "admission_rejections", "source": "app", "values": GROWS},
        "app of spec chat does not show admission_rejections.*\n.*one of vllm",
    ),
    "model": ({"signal": "ttft", "model": "qwen"}, "spec chat has no model `qwen`"),
    "source": ({"signal": "ttft", "source": "vlm"}, "no source `vlm`.*\n.*\n.*did you mean `vllm`"),
    "not served": (
        {"signal": "kv_cache_usage", "model": "cloud", "values": ONE},
        "vllm shows kv_cache_usage of no model meant here.*\n.*qwen2.5-coder-32b",
    ),
    "pod": (
        {"signal": "kv_cache_usage", "pods": ["vlm-0"], "values": ONE},
        "pods `vlm-0` of no model.*\n.*`vllm-qwen-coder-\\.\\*`",
    ),
    "as": (
        {"signal": "kv_cache_usage", "as": "vllm:gpu_cache_usage_perc", "values": ONE},
        "kv_cache_usage is not shown as.*\n.*one of vllm:kv_cache_usage_perc",
    ),
    "label": ({"signal": "kv_cache_usage", "labels": {"foo": "x"}, "values": ONE}, "foo `x`.*\n.*model_name, engine"),
    "not selected": (
        {"signal": "kv_cache_usage", "labels": {"namespace": "prod"}, "values": ONE},
        "namespace `prod`.*\n.*vllm selects namespace=`llm`",
    ),
    "class": (
        {"signal": "requests", "source": "vllm", "labels": {"error_class": "x"}, "values": GROWS},
        "does not tell error_class",
    ),
    "gauge of counter": ({"signal": "tokens_output", "values": ONE}, "says constant, and .*counter.*\n.*per_minute"),
    "counter of gauge": ({"signal": "kv_cache_usage", "values": GROWS}, "says per_minute, and .*gauge"),
    "reset of gauge": (
        {"signal": "kv_cache_usage", "values": [{"reset": True}, *ONE]},
        "step 1 says reset, and .*gauge",
    ),
    "observed counter": (
        {"signal": "tokens_output", "values": [{"per_minute": 1, "observe": {1: 1}}]},
        "says observe, and .*counter",
    ),
    "notation of a unit": ({"signal": "gpu_memory_used", "values": "1x4"}, "which dcgm-exporter shows in MiB"),
    "notation of buckets": ({"signal": "ttft", "source": "app", "values": "1x4"}, "which is many series"),
    "notation": ({"signal": "kv_cache_usage", "values": "1 2x 3"}, "`2x` among the values"),
    "empty": ({"signal": "kv_cache_usage", "values": " "}, "a series without values"),
    "two series": ({"metric": 'up{job=~"a"}', "values": ONE}, "does not name one series"),
    "offset": ({"metric": "up offset 5m", "values": ONE}, "does not name one series"),
    "function": ({"metric": "rate(up[5m])", "values": ONE}, "does not name one series"),
    "no name": ({"metric": '{job="a"}', "values": ONE}, "does not name one series"),
    "syntax": ({"metric": 'up{job="a"', "values": ONE}, "is no selector"),
    "model of metric": ({"metric": "up", "model": "x", "values": ONE}, "`model` beside the metric"),
    "buckets of metric": ({"metric": "up", "values": [{"per_minute": 1, "observe": {1: 1}}]}, "no one series"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_there_is_said_with_what_is(case):
    fields, message = WRONG[case]
    with pytest.raises(InputError, match=message) as caught:
        show("chat", **fields)
    (problem,) = caught.value.problems
    assert problem.where == WHERE and problem.found and problem.expected and problem.action


def test_native_histograms_cannot_be_played_and_the_rest_of_the_source_can():
    with pytest.raises(InputError, match="whose histograms are native"):
        show("native", signal="ttft", values=[{"per_minute": 1, "observe": {1: 1}}])
    assert show("native", signal="tokens_output", values=GROWS)


def test_more_pods_than_a_workload_can_have_are_too_many():
    one = {**LOCAL, "workload": {"namespace": "llm", "pods": "vllm-0|vllm-1"}}
    chosen = spec(models=[one], sources=[{"kind": "vllm", "selector": {"job": "vllm"}, "version": "0.33"}])
    assert len(show(chosen, signal="kv_cache_usage", pods=2, values=ONE)) == 2
    with pytest.raises(InputError, match=r"3 pods of .*only 2 known that match `vllm-0\|vllm-1`"):
        show(chosen, signal="kv_cache_usage", pods=3, values=ONE)
