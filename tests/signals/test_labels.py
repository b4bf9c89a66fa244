"""Canonical labels: one name per model, the same labels everywhere, whoever evaluates."""

from __future__ import annotations

import pytest

from dashgen.signals.feed import Feed
from dashgen.signals.raw import samples
from dashgen.signals.resolve import feeds
from dashgen.signals.traffic import REQUESTS
from tests.alerts.deployments import APP, GPT, QWEN, VLLM, app, engine, requests, spec
from tests.promtool import play
from tests.series import constant, counter

RATE = "llm:requests_client:rate5m"


def requests_of(chosen, *series):
    return play(chosen, *series, groups=("traffic",), until=10).query(f"sum by (model, cluster) ({RATE})")


def test_aliases_are_one_model():
    chosen = spec((GPT | {"aliases": ["gpt-4", "openai/gpt.4"]},))
    series = [requests(counter((60, 11)), model=name) for name in ("gpt", "gpt-4", "openai/gpt.4", "openai/gptx4")]
    assert requests_of(chosen, *series).by("model") == pytest.approx({"gpt": 3, "openai/gptx4": 1})


def test_an_alias_of_a_cloud_model_is_no_name_for_an_engine():
    chosen = spec((GPT | {"aliases": ["served"]}, QWEN | {"aliases": ["served"]}), (APP, VLLM))
    played = play(
        chosen,
        {engine("vllm:num_requests_running", model_name="served"): constant(2, 11)},
        groups=("capacity",),
        until=10,
    )
    assert played.query("llm:requests_running_engine:sum").by("model") == {"qwen": 2}


def test_labels_of_a_source_are_what_the_spec_calls_them():
    source = APP | {"labels": {"model": "llm_model", "namespace": "kubernetes_namespace"}}
    line = {app("llm_requests_total", model="wrong", llm_model="gpt", kubernetes_namespace="x"): counter((60, 11))}
    played = play(spec(sources=(source,)), line, groups=("traffic",), until=10)
    labels, value = played.query(RATE)[0]
    assert (labels["model"], labels["namespace"], value) == ("gpt", "x", pytest.approx(1))
    assert "llm_model" not in labels


def replicated(**prometheus):
    facts = {"rules": "global", "external_labels": {"cluster": "eu", "replica": "a"}, "replica_label": "replica"}
    return spec(prometheus=facts | prometheus)


def test_two_replicas_are_one_observation():
    series = [requests(counter((60, 11)), cluster="eu", replica=name) for name in "ab"]
    answer = requests_of(replicated(), *series)
    assert answer == [({"cluster": "eu", "model": "gpt"}, pytest.approx(1))]


def test_a_replica_that_was_away_does_not_lower_the_rate():
    whole = requests(counter((60, 11)), cluster="eu", replica="a")
    gone = requests(counter((60, 5), ("_", 6)), cluster="eu", replica="b")
    assert requests_of(replicated(), whole, gone).value() == pytest.approx(1)


def test_clusters_stay_apart_above_the_scraping_prometheus():
    series = [requests(counter((60, 11)), cluster=name, replica="a") for name in ("eu", "us")]
    assert requests_of(replicated(), *series).by("cluster") == pytest.approx({"eu": 1, "us": 1})


def test_local_rules_see_no_external_label():
    source = APP | {"selector": {"job": "app", "cluster": "eu"}}
    local = spec(sources=(source,), prometheus={"external_labels": {"cluster": "eu"}})
    feed: Feed = feeds(local, REQUESTS, "client")[0]
    assert samples(local, feed) == 'llm_requests_total{job="app"}'
    assert samples(local, feed, rules=False) == 'llm_requests_total{cluster="eu",job="app"}'
    assert requests_of(local, requests(counter((60, 11)))) == [({"model": "gpt"}, pytest.approx(1))]


def test_global_rules_keep_the_matcher_on_an_external_label():
    source = APP | {"selector": {"job": "app", "cluster": "eu"}}
    chosen = spec(sources=(source,), prometheus={"external_labels": {"cluster": "eu"}, "rules": "global"})
    ours, theirs = (requests(counter((60, 11)), cluster=name) for name in ("eu", "us"))
    assert requests_of(chosen, ours, theirs) == [({"cluster": "eu", "model": "gpt"}, pytest.approx(1))]


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ({"equals": 'we"b'}, 'namespace="we\\"b"'),
        ({"not_equals": "web"}, 'namespace!="web"'),
        ({"regex": "web|api"}, 'namespace=~"web|api"'),
        ({"not_regex": "dev-.*"}, 'namespace!~"dev-.*"'),
    ],
)
def test_every_operator_of_a_selector(matcher, expected):
    chosen = spec(sources=(APP | {"selector": {"job": "app", "namespace": matcher}},))
    assert samples(chosen, feeds(chosen, REQUESTS, "client")[0]) == f'llm_requests_total{{job="app",{expected}}}'
