from __future__ import annotations

import json

import pytest

from dashgen.emit.kubernetes import is_resource, resource_name, resource_text
from dashgen.emit.sizes import CLIENT_SIDE_BYTES, client_side_bytes


def config_map(text: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"annotations": {"a": "é"}, "name": "x"},
        "data": {"k": text},
    }


@pytest.mark.parametrize(
    ("text", "bytes_each"), [("a", 1), ('"', 2), ("\n", 2), ("<", 6), ("&", 6), ("\u00e9", 2), ("\u2028", 6)]
)
def test_the_copy_in_the_annotation_counts_as_go_writes_it(text: str, bytes_each: int):
    empty = client_side_bytes(config_map(""))
    assert client_side_bytes(config_map(text * 100)) == empty + 100 * bytes_each


def test_the_copy_and_all_annotations_count():
    resource = config_map("")
    copy = len(json.dumps(resource, separators=(",", ":"), ensure_ascii=False).encode()) + len("\n")
    keys = len("kubectl.kubernetes.io/last-applied-configuration") + len("a") + len("é".encode())
    assert client_side_bytes(resource) == copy + keys


def test_the_header_says_when_client_side_apply_would_fail():
    rest = client_side_bytes(config_map(""))
    fits, too_large = (config_map("a" * (CLIENT_SIDE_BYTES - rest + more)) for more in (0, 1))
    assert "--server-side" not in resource_text(fits, "chat")
    assert "--server-side" in resource_text(too_large, "chat").splitlines()[1]


@pytest.mark.parametrize(("text", "name"), [("LLM_x-Chat", "llm-x-chat"), ("a", "a"), ("_a_", "a"), ("A-1_b", "a-1-b")])
def test_names(text: str, name: str):
    assert resource_name(text) == name


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.yaml", "# c\napiVersion: v1\nkind: ConfigMap\n", True),
        ("a.json", "apiVersion: v1\nkind: ConfigMap\n", False),
        ("provider.yaml", "apiVersion: 1\nproviders: []\n", False),
        ("rules.yaml", "groups:\n- name: |\n    apiVersion: v1\n    kind: x\n", False),
    ],
)
def test_what_a_resource_is(name: str, text: str, wanted: bool):
    assert is_resource(name, text) is wanted
