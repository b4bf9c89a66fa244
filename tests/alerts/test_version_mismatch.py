"""LLMTelemetryVersionMismatch: pods whose queue we cannot read, because the spec's version does not cover them."""

from __future__ import annotations

from tests.alerts.deployments import QWEN, VLLM, engine, spec, waiting
from tests.exporters import CLAUDE, asked, litellm
from tests.promtool import play
from tests.series import constant

NAME = "LLMTelemetryVersionMismatch"
OLD_POD = {"pod": "vllm-qwen-old"}


def running(**labels):
    return {engine("vllm:num_requests_running", **labels): constant(1, 31)}


def pods(version, *series):
    return play(spec((QWEN,), (VLLM | {"version": version},)), *series, groups=("telemetry",), until=30)


def test_an_old_pod_beside_new_ones_is_counted():
    played = pods("0.33", running(), waiting(constant(0, 31)), running(**OLD_POD))
    first = played.firing(NAME)[0]
    assert first.minute == 10
    assert first.annotations["description"].startswith("1 pods of vllm report qwen")


def test_a_fleet_under_old_names_only_is_counted_too():
    assert pods("0.33", running(), running(**OLD_POD)).minutes(NAME)


def test_a_range_that_covers_both_is_silent():
    old_queue = {engine("vllm:num_requests_waiting", **OLD_POD): constant(0, 31)}
    played = pods(">=0.19, <=0.33", running(), waiting(constant(0, 31)), running(**OLD_POD), old_queue)
    assert not played.minutes(NAME)


def test_pods_of_the_version_of_the_spec_are_silent():
    assert not pods("0.33", running(), waiting(constant(0, 31))).minutes(NAME)


def gateway(version, *series):
    chosen = spec((CLAUDE,), ({"kind": "litellm", "selector": {"job": "litellm"}, "version": version},))
    return play(chosen, *series, groups=("telemetry",), until=30)


def test_a_gateway_upgraded_past_the_spec_is_counted():
    """1.60 called its token counters otherwise: without a range every token panel goes blank."""
    tokens = litellm("litellm_input_tokens_total", 60, 31), litellm("litellm_output_tokens_total", 60, 31)
    played = gateway("1.109", asked(10, 31), *tokens)
    first = played.firing(NAME)[0]
    # Two scrapes tell that it answers.
    assert first.minute == 10.5
    assert first.annotations["description"].startswith("1 pods of litellm report, but not under the names")
    assert not gateway(">=1.60, <=1.109", asked(10, 31), *tokens).minutes(NAME)


def test_a_gateway_of_the_version_of_the_spec_is_silent():
    assert not gateway("1.109", asked(10, 31), litellm("litellm_output_tokens_metric_total", 60, 31)).minutes(NAME)


def test_a_gateway_whose_every_request_fails_has_no_tokens_to_count():
    assert not gateway("1.109", asked(600, 31, "500"), asked(60, 31, "429")).minutes(NAME)


def test_a_gateway_that_answered_nothing_lately_is_silent():
    played = gateway("1.109", asked(0, 31), asked(600, 31, "500"))
    assert not played.minutes(NAME)


def test_one_pod_of_a_gateway_is_judged_by_what_it_answered_itself():
    """The old pod answers under old names; the new one only fails and is no reason."""
    tokens = litellm("litellm_output_tokens_total", 60, 31, pod="litellm-1")
    played = gateway("1.109", asked(600, 31, "500"), asked(10, 31, pod="litellm-1"), tokens)
    assert {f.annotations["description"].split(" pods")[0] for f in played.firing(NAME)} == {"1"}


def test_the_way_out_names_no_version_of_another_exporter():
    played = gateway("1.109", asked(10, 31), litellm("litellm_output_tokens_total", 60, 31))
    assert "0.19" not in played.firing(NAME)[0].annotations["description"]
