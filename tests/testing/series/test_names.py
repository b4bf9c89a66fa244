"""Models may be called anything: what is played arrives under the name the spec has, whatever is in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dashgen.alerts import rule_groups
from dashgen.errors import InputError
from dashgen.spec import Spec
from dashgen.testing.series.background import background
from dashgen.testing.series.part import series_of
from dashgen.testing.series.play import play_series
from tests.any_spec import documents, names, valid
from tests.testing.series.plays import WHERE, clock, look, part, where


def spec_of(called):
    """One local model on two sources that name it differently, and cloud models."""
    local, alias, *cloud = called
    models = [{"name": local, "aliases": [alias], "route": "local", "workload": {"namespace": "llm", "pods": "v-.*"}}]
    models += [{"name": name, "route": "cloud"} for name in cloud]
    sources = [
        {"kind": "app", "selector": {"job": local}},
        {"kind": "vllm", "selector": {"job": alias}, "version": "0.33"},
        {"kind": "dcgm-exporter", "selector": {"job": "d"}, "version": "4.5.3"},
    ]
    return Spec.model_validate({"name": "odd", "models": models, "sources": sources})


@settings(max_examples=12)
@given(st.lists(names, min_size=4, max_size=4, unique=True))
def test_odd_names_come_back_from_promtool_as_they_are(called):
    spec = spec_of(called)
    series, rates = {}, {}
    for number, model in enumerate(spec.models, 1):
        step = [{"per_minute": 60 * number}]
        series |= series_of(spec, part(signal="requests", source="app", model=model.name, values=step), clock(), WHERE)
        rates[model.name] = number
    local = spec.models[0].name
    gauges = {"kv_cache_usage": 0.5, "gpu_util": 0.25}
    for signal, value in gauges.items():
        series |= series_of(spec, part(signal=signal, values=[{"constant": value}]), clock(), WHERE)
    asked = ("llm:requests_client:rate5m", "llm:kv_cache_usage_engine:max", "llm:gpu_util_gpu:max")
    requests, cache, gpu = look(series, *asked, groups=rule_groups(spec))
    assert {labels["model"]: round(value, 9) for labels, value in requests} == rates
    assert [(labels["model"], value) for labels, value in cache] == [(local, 0.5)]
    assert [(labels["model"], value) for labels, value in gpu] == [(local, 0.25)]


@settings(max_examples=12)
@given(names, st.dictionaries(st.sampled_from(["a", "pod", "job"]), names, min_size=1))
def test_odd_labels_of_a_raw_series_arrive(text, labels):
    series = series_of(spec_of(["a", "b"]), part(metric="m", labels=labels, values="1x99"), clock(), WHERE)
    ((found,),) = look(series, "m")
    assert found[0] == {"__name__": "m", **labels}
    assert text


@settings(max_examples=40)
@given(documents())
def test_any_spec_has_a_background_that_is_the_same_every_time(document):
    spec = valid(document)
    if spec is None:
        return
    for kind in ("healthy", "present", "none"):
        shown = background(spec, kind, clock(), ())
        assert shown == background(spec, kind, clock(), ()) and list(shown) == sorted(shown)
        assert bool(shown) == (kind != "none")


@settings(max_examples=40)
@given(documents(), names)
def test_no_text_of_a_part_is_a_traceback(document, text):
    spec = valid(document)
    if spec is None:
        return
    for field in ("signal", "metric", "model", "source", "as"):
        wanted = {"signal": "requests", "values": [{"per_minute": 1}], field: text}
        if field == "metric":
            del wanted["signal"]
        try:
            series_of(spec, part(**wanted), clock(), WHERE)
        except InputError as error:
            assert error.problems
    for fields in ({"labels": {"foo": text}}, {"pods": [text]}, {"values": text}):
        try:
            series_of(spec, part(**{"signal": "requests", "values": [{"per_minute": 1}], **fields}), clock(), WHERE)
        except InputError as error:
            assert error.problems


@settings(max_examples=6)
@given(documents())
def test_promtool_takes_whatever_plays_in_any_spec(document):
    spec = valid(document)
    if spec is None:
        return
    from dashgen.assemble import assemble

    bundle = assemble(spec)
    series = play_series(spec, bundle, (), "healthy", clock(), where)
    fired = 'ALERTS{llm_service="any",alertstate="firing"}'
    assert look(series, fired, groups=bundle.groups) == [[]]
