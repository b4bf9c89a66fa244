"""An edit changes the value it is about and nothing else, however and wherever the value is written."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dashgen.lint.document import Document, Place
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.fix.apply import fixed
from dashgen.lint.fix.change import change

EXPR = 'sum by (pod) (rate(vllm:tokens{model="a\\"b"}[5m]))'


def board(expr: str) -> dict[str, Any]:
    return {"title": "T", "panels": [{"id": 1, "targets": [{"expr": expr, "refId": "A"}]}]}


PATH = ("panels", 0, "targets", 0, "expr")


def made(text: str, *edits: Edit) -> str:
    found = Finding("X001", "x", Severity.ERROR, edits[0].place, "", "", "", "", tuple(edits))
    return fixed(text, [found]).text


def json_document(data: Any, **how: Any) -> Document:
    text = json.dumps(data, **how)
    return Document("x.json", text, "json", data)


def config_map(data: Any, style: str | None) -> tuple[Document, Document]:
    inner = json.dumps(data, indent=2 if style in ("|", ">") else None)

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(
        str, lambda d, s: d.represent_scalar("tag:yaml.org,2002:str", s, style if s == inner else None)
    )
    outer = {"kind": "ConfigMap", "data": {"x.json": inner}}
    text = yaml.dump(outer, Dumper=Dumper, width=10_000)
    document = Document("x.yaml", text, "yaml", outer)
    return document, Document("x.yaml", inner, "json", data, 0, document.at("data", "x.json"))


def at(expr: str, part: str) -> tuple[int, int]:
    start = expr.index(part)
    return start, start + len(part)


@pytest.mark.parametrize("how", [{}, {"indent": 2}, {"indent": "\t", "ensure_ascii": False}])
@given(before=st.text(max_size=20), after=st.text(max_size=20), put=st.text(min_size=1, max_size=20))
def test_part_of_a_text_in_json(how: dict[str, Any], before: str, after: str, put: str) -> None:
    data = board(f"{before}TOKEN{after}")
    document = json_document(data, **how)
    start = len(before)
    text = made(document.text, Edit(document.at(*PATH).within(start, start + 5), put))
    assert json.loads(text) == board(f"{before}{put}{after}")


@pytest.mark.parametrize("style", ["|", '"', "'"])
def test_part_of_a_text_in_json_in_yaml(style: str) -> None:
    document, inner = config_map(board(EXPR), style)
    text = made(document.text, Edit(inner.at(*PATH).within(*at(EXPR, 'model="a\\"b"')), 'pod=~"it\'s \\\\."'))
    found = yaml.safe_load(text)
    assert json.loads(found["data"]["x.json"]) == board(EXPR.replace('model="a\\"b"', 'pod=~"it\'s \\\\."'))
    assert len(text.split("\n")) == len(document.text.split("\n"))


@pytest.mark.parametrize(
    "written",
    ["expr: up == 0", "expr: 'up == 0'", 'expr: "up == 0"', "expr: |\n  up == 0", "expr: >-\n  up\n  == 0"],
)
def test_part_of_a_text_in_yaml(written: str) -> None:
    text = f"# kept\n{written}\nother:   [1,2]  # kept\n"
    data = yaml.safe_load(text)
    document = Document("x.yaml", text, "yaml", data)
    new = made(text, Edit(document.at("expr").within(0, 2), 'down{a="b"}'))
    assert yaml.safe_load(new) == {**data, "expr": data["expr"].replace("up", 'down{a="b"}')}
    assert new.startswith("# kept\n") and new.endswith("other:   [1,2]  # kept\n")


@pytest.mark.parametrize("how", [{}, {"indent": 2}])
def test_whole_values_and_new_keys_in_json(how: dict[str, Any]) -> None:
    data = board(EXPR)
    document = json_document(data, **how)
    panel = document.at("panels", 0)
    text = made(document.text, Edit(panel.child("id"), "null"), Edit(panel, '{"uid": "${ds}"}', insert="datasource"))
    wanted = copy.deepcopy(data)
    wanted["panels"][0] |= {"id": None, "datasource": {"uid": "${ds}"}}
    assert json.loads(text) == wanted
    if how:
        lines = text.split("\n")
        assert '      "datasource": {"uid": "${ds}"},' in lines and len(lines) == len(document.text.split("\n")) + 1


@pytest.mark.parametrize("style", ["|", '"', "'"])
def test_whole_values_and_new_keys_in_json_in_yaml(style: str) -> None:
    document, inner = config_map(board(EXPR), style)
    panel = inner.at("panels", 0)
    text = made(document.text, Edit(panel.child("id"), "null"), Edit(panel, '"x"', insert="description"))
    wanted = board(EXPR)
    wanted["panels"][0] |= {"id": None, "description": "x"}
    assert json.loads(yaml.safe_load(text)["data"]["x.json"]) == wanted


def test_a_new_key_of_a_yaml_mapping() -> None:
    text = "groups:\n- name: g\n  rules:\n  - alert: A  # kept\n    expr: up\n"
    document = Document("x.yaml", text, "yaml", yaml.safe_load(text))
    new = made(text, Edit(document.at("groups", 0, "rules", 0), "5m", insert="for"))
    assert new == "groups:\n- name: g\n  rules:\n  - for: 5m\n    alert: A  # kept\n    expr: up\n"


def test_an_empty_object_gets_its_first_key() -> None:
    document = json_document({"a": {}})
    assert json.loads(made(document.text, Edit(document.at("a"), "1", insert="b"))) == {"a": {"b": 1}}


def test_a_new_key_of_yaml_that_begins_with_a_brace_does_not_make_it_json() -> None:
    text = "{title: A, panels: []}\n"
    document = Document("x.yaml", text, "yaml", yaml.safe_load(text))
    assert made(text, Edit(document.at(), "false", insert="editable")) == "{editable: false, title: A, panels: []}\n"


def test_a_key_that_is_there_is_not_added_again() -> None:
    document = json_document({"a": {"b": 2}, "c": []})
    assert change(Edit(document.at("a"), "1", insert="b")) is None
    assert change(Edit(document.at("c"), "1", insert="b")) is None


def test_a_list_as_far_left_as_its_key_is_not_replaced() -> None:
    text = "a:\n- b\nc: [d]\n"
    document = Document("x.yaml", text, "yaml", yaml.safe_load(text))
    assert change(Edit(document.at("a"), "false")) is None
    assert made(text, Edit(document.at("c"), "false")) == "a:\n- b\nc: false\n"


def test_no_line_is_added_where_lines_are_joined() -> None:
    text = "data:\n  x.yaml: >\n    a: 1\n\n    b: 2\n"
    outer = yaml.safe_load(text)
    document = Document("x.yaml", text, "yaml", outer)
    written = outer["data"]["x.yaml"]
    inner = Document("x.yaml", written, "yaml", yaml.safe_load(written), 0, document.at("data", "x.yaml"))
    assert change(Edit(inner.at(), "0", insert="c")) is None


def test_what_is_compressed_or_gone_is_not_changed() -> None:
    document, inner = config_map(board(EXPR), '"')
    inner.encoded = True
    assert change(Edit(inner.at(*PATH).within(0, 3), "x")) is None
    assert change(Edit(document.at("data", "gone.json"), "1")) is None
    assert change(Edit(Place(document, ("data", "gone.json")), "1", insert="a")) is None


def test_of_findings_that_meet_the_first_is_mended_and_all_edits_of_one_or_none() -> None:
    document = json_document(board(EXPR))
    place = document.at(*PATH)

    def finding(*edits: Edit) -> Finding:
        return Finding("X001", "x", Severity.ERROR, place, "", "", "", "", edits)

    first = finding(Edit(place.within(0, 3), "max"))
    second = finding(Edit(place.within(0, 12), "min"), Edit(place.within(20, 21), ""))
    same = finding(Edit(place.within(0, 3), "max"))
    found = fixed(document.text, [first, second, same])
    assert found.mended == (first, same)
    assert json.loads(found.text) == board("max" + EXPR[3:])
