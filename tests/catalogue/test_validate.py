import copy
from collections.abc import Callable
from typing import Any

import pytest

from dashgen.catalogue.loader import build, exporters, read
from dashgen.catalogue.validate import contradictions

SOUND: dict[str, Any] = {
    "exporter": "x", "title": "X", "vantage": "engine", "port": 1, "path": "/metrics", "newest": "0.12.0",
    "labels": {"model": "model_name"}, "hidden_flag": "--show", "source": "x 0.12.0 metrics.py",
    "presence": {"metric": "x:up", "per_model": True, "up_is_enough": False},
    "variants": {"image": {"default": True, "summary": "s", "tell": "t"}},
    "engines": {"V1": {"since": "0.7.0", "removed_in": "0.12.0", "labels": {"0.7.0": ["model_name"]}}},
    "buckets": {"ttft": [0.1, 1], "unknown": "unknown"},
    "metrics": {"V1": [
        {"name": "x:up", "type": "gauge", "since": "0.7.0", "deprecated_in": "0.9.0", "hidden_since": "0.10.0",
         "removed_in": "0.11.0", "renamed_to": "x:ttft", "meaning": "m"},
        {"name": "x:ttft", "type": "histogram", "unit": "seconds", "since": "0.8.0", "removed_in": "0.12.0",
         "buckets": {"0.8.0": "unknown", "0.9.0": "ttft"}, "extra": ["reason"], "meaning": "m"},
    ]},
    "signals": {"ttft": [{"metric": "x:ttft", "match": {"reason": "a"}, "drop": ["reason"]}]},
}  # fmt: skip


def broken(change: Callable[[dict[str, Any]], object]) -> list[str]:
    data = copy.deepcopy(SOUND)
    change(data)
    return contradictions(data)


def old(data: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = data["metrics"]["V1"][0]
    return entry


def ttft(data: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = data["metrics"]["V1"][1]
    return entry


def use(data: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = data["signals"]["ttft"][0]
    return entry


RULE: dict[str, Any] = {
    "label": "reason", "success": "2..", "classes": [["429", "rate_limited"]], "otherwise": "internal",
}  # fmt: skip


@pytest.mark.parametrize("name", exporters())
def test_every_shipped_file_is_sound(name: str) -> None:
    assert contradictions(read(name)) == []


def test_the_example_is_sound() -> None:
    assert contradictions(SOUND) == []


def test_closed_sets_and_what_contains_what() -> None:
    assert not broken(lambda d: ttft(d).update(values={"reason": {"0.8.0": ["a"], "0.9.0": ["a", "b"]}}))
    assert not broken(lambda d: ttft(d).update(values={"model_name": ["a"]}, includes=["x:up"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("title"), "missing key title"),
        (lambda d: d.update(colour="red"), "unknown key colour"),
        (lambda d: d.update(vantage="moon"), "unknown vantage moon"),
        (lambda d: d.update(newest=0.12), "must be quoted"),
        (lambda d: d["variants"]["image"].pop("default"), "exactly one variant must be the default"),
        (lambda d: d["presence"].update(metric="x:down"), "presence names unknown metric"),
        (lambda d: d["buckets"].update(ttft=[1, 1]), "do not increase"),
        (lambda d: d["buckets"].update(ttft="some"), "neither bounds"),
        (lambda d: ttft(d).update(nmae="x"), "unknown key nmae"),
        (lambda d: ttft(d).pop("meaning"), "no meaning"),
        (lambda d: ttft(d).update(type="histo"), "unknown type histo"),
        (lambda d: ttft(d).update(unit="fortnights"), "unknown unit fortnights"),
        (lambda d: ttft(d).update(since="0.12.0"), "is not before removed_in"),
        (lambda d: ttft(d).update(since=0.8), "must be quoted"),
        (lambda d: ttft(d).pop("since"), "no since"),
        (lambda d: ttft(d).pop("removed_in"), "outlives its engine"),
        (lambda d: ttft(d).pop("buckets"), "a histogram without buckets"),
        (lambda d: ttft(d).update(buckets="itl"), "unknown buckets itl"),
        (lambda d: ttft(d).update(buckets={"0.9.0": "ttft"}), "buckets start at 0.9.0"),
        (lambda d: ttft(d).update(buckets={"0.8.0": "ttft", "0.7.0": "ttft"}), "not in order"),
        (lambda d: ttft(d).update(source="loggers"), "unknown source loggers"),
        (lambda d: ttft(d).update(requires="root"), "unknown requirement root"),
        (lambda d: ttft(d).update(shipped="all"), "unknown shipped all"),
        (lambda d: ttft(d).update(shipped={"chart": {"0.8.0": "on"}}), "unknown variant chart"),
        (lambda d: ttft(d).update(shipped={"image": {"0.8.0": "on"}}), "unknown shipped state on"),
        (lambda d: d.pop("source"), "no source"),
        (lambda d: old(d).update(hidden_since="0.6.0", deprecated_in="0.7.1"), "is not before hidden_since"),
        (lambda d: old(d).update(hidden_since="0.11.5"), "is not before removed_in"),
        (lambda d: old(d).update(default=True), "default, yet hidden since 0.10.0"),
        (lambda d: ttft(d).update(default=True, when="--flag"), "default, yet only with --flag"),
        (lambda d: ttft(d).update(default=False), "nothing says what turns it on"),
        (lambda d: ttft(d).update(values={"why": ["a"]}), "values of unknown label why"),
        (lambda d: ttft(d).update(values={"reason": ["a", 1]}), "values of reason are a list of texts"),
        (lambda d: ttft(d).update(values={"reason": {"0.9.0": ["a"], "0.8.0": ["a"]}}), "not in order"),
        (lambda d: ttft(d).update(includes=["x:tokens"]), "includes unknown x:tokens"),
        (lambda d: old(d).update(renamed_to="x:gone"), "renamed to unknown x:gone"),
        (lambda d: old(d).update(buckets="ttft"), "a gauge with buckets"),
        (lambda d: d["metrics"]["V1"].append(dict(old(d))), "listed twice for engine V1"),
        (lambda d: d["metrics"].update(V2=[dict(old(d))]), "unknown engine V2"),
        (lambda d: d.pop("hidden_flag"), "no hidden_flag"),
        (lambda d: d["signals"].update(itl=[]), "no alternative"),
        (lambda d: d["signals"].update(itl=[{"metric": "x:itl"}]), "unknown metric x:itl"),
        (lambda d: d["signals"]["ttft"][0].update(drop=["pod_ip"]), "has no label pod_ip"),
        (lambda d: d["signals"]["ttft"][0].update(factor=2), "unknown key factor"),
        (lambda d: d.update(route="moon"), "unknown route moon"),
        (lambda d: d["variants"]["image"].update(separators=["-"]), "separators are a list"),
        (lambda d: d["variants"]["image"].update(separators=[]), "separators are a list"),
        (lambda d: d["variants"]["image"].update(seperators=[":"]), "unknown key seperators"),
        (lambda d: ttft(d).update(labels=["a"]), "extra says nothing beside labels"),
        (lambda d: old(d).update(labels={"0.8.0": ["a"]}), "labels start at 0.8.0"),
        (lambda d: old(d).update(labels={"0.7.0": ["a"], "0.6.0": ["b"]}), "not in order"),
        (lambda d: use(d).update(match_re={"pod_ip": "a|b"}), "has no label pod_ip"),
        (lambda d: use(d).update(match_re={"reason": "("}), "is no regular expression"),
        (lambda d: use(d).update(match_re={"reason": 5}), "must be quoted"),
        (lambda d: use(d).update(part="max"), "neither sum nor count"),
        (lambda d: use(d).update(metric="x:up", part="sum", match={}, drop=[]), "is no histogram"),
        (lambda d: use(d).update(set={"error class": "a"}), "is no label name"),
        (lambda d: use(d).update(set={"outcome": "good"}), "unknown outcome good"),
        (lambda d: use(d).update(set={"error_class": "bad"}), "unknown error class bad"),
        (lambda d: use(d).update(beside=True, set={"outcome": "success"}), "must all say so, and be two or more"),
        (lambda d: d["signals"].update(itl=[{"metric": "x:up", "beside": True}] * 2), "needs set or classify"),
        (lambda d: use(d).update(copy={"pod_ip": "model_name"}), "has no label pod_ip"),
        (lambda d: use(d).update(copy={"model_name": "pod_ip"}), "has no label pod_ip"),
        (lambda d: use(d).update(copy={"model_name": "model_name"}), "copy cannot fill model_name from model_name"),
        (lambda d: use(d).update(copy={"model_name": "reason"}), "copy cannot fill model_name from reason"),
        (lambda d: use(d).update(classify={**RULE, "label": "status"}), "has no label status"),
        (lambda d: use(d).update(classify={**RULE, "default": "a"}), "classify has unknown key default"),
        (lambda d: use(d).update(classify={"label": "reason"}), "classify has no success"),
        (lambda d: use(d).update(classify={**RULE, "otherwise": "bad"}), "unknown error class bad"),
        (lambda d: use(d).update(classify={**RULE, "success": "["}), "is no regular expression"),
        (lambda d: use(d).update(classify={**RULE, "success": 200}), "must be quoted"),
        (lambda d: use(d).update(classify={**RULE, "classes": [["4.."]]}), "is no pair"),
        (lambda d: use(d).update(classify={**RULE, "classes": [["4..", "bad"]]}), "unknown error class bad"),
    ],
)
def test_contradictions_are_found(change: Callable[[dict[str, Any]], object], message: str) -> None:
    problems = broken(change)
    assert any(message in problem for problem in problems), problems


def test_an_expression_may_be_the_successor() -> None:
    assert broken(lambda d: old(d).update(renamed_to="rate(x:gone_total)")) == []


def test_new_keys_of_a_use_are_sound() -> None:
    def change(data: dict[str, Any]) -> None:
        use(data).update(match_re={"reason": "a|b"}, part="count", set={"outcome": "success"}, classify=dict(RULE))
        use(data).update(drop=[], copy={"reason": "model_name"})
        data["variants"]["image"]["separators"] = [":", "_"]
        data["route"] = "by-model"
        data["label_sets"] = {"any": ["reason"]}
        old(data)["labels"] = {"0.7.0": ["a"], "0.8.0": ["a", "b"]}

    assert broken(change) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"since": 1.41}, "must be quoted"),
        ({"since": "1.50.0"}, "since 1.50.0 is newer than 1.41.1"),
        ({"since": "1.41.0", "removed_in": "1.40.0"}, "since 1.41.0 is not before removed_in 1.40.0"),
    ],
)
def test_versions_of_instruments_are_checked(change: dict[str, Any], message: str) -> None:
    data = read("otel-genai")
    data["instruments"][0].update(change)
    assert [problem for problem in contradictions(data) if message in problem]


def test_versions_of_instruments_are_read() -> None:
    data = read("otel-genai")
    data["instruments"][0].update(since="1.27.0", removed_in="1.40.0")
    metric = build(data).metrics[0]
    assert (str(metric.since), str(metric.removed_in)) == ("1.27.0", "1.40.0")


def test_labels_of_instruments_are_checked_as_prometheus_stores_them() -> None:
    data = read("otel-genai")
    data["signals"]["ttft"][0]["match"] = {"gen_ai.operation.name": "chat"}
    problems = contradictions(data)
    assert problems == ["signal ttft: gen_ai.client.operation.time_to_first_chunk has no label gen_ai.operation.name"]
