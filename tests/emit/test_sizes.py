from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from dashgen.emit.sizes import client_side_bytes, json_bytes


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"a": [1, 2.5, None, True, "x"], "b": {"c": {}}, "d": []},
        [[], [[]], {"": ""}],
        {"é": "日本語 \U0001f600", "quotes": '"\\\n\t\u0001'},
    ],
)
def test_bytes_are_those_of_json_without_blanks(document: Any):
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    assert json_bytes(document) == len(text.encode())


def test_what_only_yaml_has_is_counted_as_text():
    assert json_bytes({1: date(2026, 1, 2)}) == len('{"1":"2026-01-02"}')


def test_shared_values_count_at_every_place_and_take_no_time():
    shared: Any = "lol"
    for _ in range(60):
        shared = [shared] * 10
    assert json_bytes(shared) > 10**60


def test_annotations_may_be_missing_or_no_annotations():
    bare = client_side_bytes({"kind": "ConfigMap"})
    assert client_side_bytes({"kind": "ConfigMap", "metadata": None}) == bare + len(',"metadata":null')
    assert client_side_bytes({"kind": "ConfigMap", "metadata": {"annotations": [1]}}) > bare
