"""A place of a value leads to the characters of the file that say it, however the value is written."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dashgen.lint.document import Document, Place
from dashgen.lint.positions import Spot, locate
from dashgen.lint.text.yaml_data import construct
from dashgen.lint.text.yaml_nodes import stream

MARK = "vllm:mark"
"""Written the same in every style, and nowhere in what is made up around it."""
# A tab, blanks at the ends of lines and every kind of line break are what styles differ in.
AROUND = st.text(st.sampled_from("ab:#-'\"\\{}[],& \n\t\u00e9\u4e2d\U0001f600\x85\u2028\r"), max_size=40)
STYLES = [None, "'", '"', "|", ">"]


def pointed_at(text: str, spot: Spot) -> str:
    """The text of the file between the ends of a spot, by its lines and columns."""
    lines = text.split("\n")
    assert spot.source == lines[spot.line - 1].rstrip("\r")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    first, last = starts[spot.line - 1] + spot.column - 1, starts[spot.end_line - 1] + spot.end_column - 1
    assert (first, last) == (spot.start, spot.end)
    return text[first:last]


def document(text: str, syntax: Any, number: int = 0, outer: Place | None = None) -> Document:
    data = json.loads(text) if syntax == "json" else [construct(each, pytest.fail) for each in stream(text)][number]
    return Document("example", text, syntax, data, number, outer)


@given(before=st.text(max_size=30), part=st.text(min_size=1, max_size=10), after=st.text(max_size=30), data=st.data())
def test_every_part_of_a_text_in_json(before: str, part: str, after: str, data: st.DataObject) -> None:
    ascii_, indent = data.draw(st.booleans()), data.draw(st.sampled_from([None, 1, 2, "\t"]))
    value = {"a": [before, {"b\n": before + part + after}], "c": 1}
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent)
    place = document(text, "json").at("a", 1, "b\n").within(len(before), len(before) + len(part))
    spot = locate(place)
    assert json.loads(f'"{pointed_at(text, spot)}"', strict=False) == part
    assert spot.exact


@given(before=AROUND, after=AROUND, style=st.sampled_from(STYLES), width=st.sampled_from([20, 80, 10_000]))
@example(before="a  \n\n   b\n", after="\n  c\n\n\nd", style=">", width=20)
@example(before=" a", after="\n\n", style="|", width=80)
@example(before="\x85a", after="\u2028b", style='"', width=20)
def test_a_name_in_yaml_of_every_style(before: str, after: str, style: str | None, width: int) -> None:
    value = {"first": "x", "list": [{"expr": before + MARK + after}, "y"]}
    text = yaml.dump(value, default_style=style, width=width, allow_unicode=True, sort_keys=False)
    of = document(text, "yaml")
    assume(of.data == value)  # PyYAML does not write every line break in a way that it reads back
    spot = locate(of.at("list", 0, "expr").within(len(before), len(before) + len(MARK)))
    assert pointed_at(text, spot) == MARK
    assert spot.exact


@given(
    before=AROUND, after=AROUND, style=st.sampled_from(STYLES), ascii_=st.booleans(), indent=st.sampled_from([None, 2])
)
def test_a_name_in_json_in_a_config_map(
    before: str, after: str, style: str | None, ascii_: bool, indent: int | None
) -> None:
    board = json.dumps({"panels": [{"expr": before + MARK + after}]}, ensure_ascii=ascii_, indent=indent)
    text = "kind: Other\n---\n" + yaml.dump(
        {"kind": "ConfigMap", "data": {"board.json": board}}, default_style=style, allow_unicode=True
    )
    outer = document(text, "yaml", 1)
    assume(outer.get("data", "board.json") == board)
    inner = document(board, "json", outer=outer.at("data", "board.json"))
    spot = locate(inner.at("panels", 0, "expr").within(len(before), len(before) + len(MARK)))
    assert pointed_at(text, spot) == MARK


@given(
    data=st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=8)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
        max_leaves=8,
    ),
    path=st.lists(st.one_of(st.text(max_size=4), st.integers(-3, 3)), max_size=4),
    ends=st.tuples(st.one_of(st.none(), st.integers(-5, 20)), st.one_of(st.none(), st.integers(-5, 20))),
    key=st.booleans(),
    syntax=st.sampled_from(["json", "yaml"]),
    cut=st.one_of(st.none(), st.integers(0, 40)),
)
def test_no_place_of_any_text_is_too_odd(
    data: Any, path: list[Any], ends: tuple[Any, Any], key: bool, syntax: Any, cut: int | None
) -> None:
    text = json.dumps(data) if syntax == "json" else yaml.dump(data, allow_unicode=True)
    text = text[:cut]
    spot = locate(Place(Document("odd", text, syntax, data), tuple(path), *ends, key=key))
    assert 1 <= spot.line <= spot.end_line and spot.column >= 1 and spot.end_column >= 1
    assert 0 <= spot.start <= spot.end <= len(text)


@pytest.mark.parametrize(
    ("text", "path", "inside", "found"),
    [
        ("a: &x !!str 'it''s up'\n", ("a",), (2, 3), "''"),
        ("a: &x\n  up > 0\nb: *x\n", ("b",), (0, 2), "up"),
        ("base: &b {expr: up}\nrule:\n  <<: *b\n", ("rule", "expr"), (0, 2), "up"),
        ("a: |2+\n    up\n   > 0\n\n", ("a",), (2, 4), "up"),
        ("a: >-\n  sum(\n    up\n  )\n", ("a",), (7, 9), "up"),
        ("a: |\r\n  x\r\n  up\r\n", ("a",), (2, 4), "up"),
        ("a: one\n   two\n   up\n", ("a",), (8, 10), "up"),
        ('a: "x \\\n  \\ up\\x41"\n', ("a",), (3, 6), "up\\x41"),
        ("\ufeffa: up\n", ("a",), (0, 2), "up"),
        ("# more\n---\na: 1\n", ("a",), (0, 1), "1"),
        ('a: [{b: "\\"up\\""}]', ("a", 0, "b"), (0, 3), '\\"up'),
    ],
)
def test_yaml_as_people_write_it(text: str, path: tuple[Any, ...], inside: tuple[int, int], found: str) -> None:
    assert pointed_at(text, locate(document(text, "yaml").at(*path).within(*inside))) == found


def test_keys_and_values() -> None:
    for syntax, text in (("json", '{"a": {"b": [1, "x"]}}'), ("yaml", "a:\n  b:\n  - 1\n  - x\n\n# end\n")):
        of = document(text, syntax)
        quotes = '"' if syntax == "json" else ""
        assert pointed_at(text, locate(of.at("a", "b").named())) == f"{quotes}b{quotes}"
        assert pointed_at(text, locate(of.at("a", "b", -1))) == f"{quotes}x{quotes}"
        assert pointed_at(text, locate(of.at("a", "b"))).endswith("]" if syntax == "json" else "- x")


def test_what_is_not_there_is_the_nearest_around_it() -> None:
    text = '{"a": {"b": 1}}'
    spot = locate(document(text, "json").at("a", "c", 7).within(1, 2))
    assert pointed_at(text, spot) == '{"b": 1}' and not spot.exact


def test_what_is_compressed_is_the_value_around_it() -> None:
    text = "binaryData:\n  a.json.gz: H4sIAAAA\n"
    outer = document(text, "yaml")
    inner = Document("example", '{"a": 1}', "json", {"a": 1}, 0, outer.at("binaryData", "a.json.gz"), encoded=True)
    spot = locate(inner.at("a"))
    assert pointed_at(text, spot) == "H4sIAAAA" and not spot.exact


@pytest.mark.parametrize("kind", ["json", "yaml", "config map"])
def test_thousands_of_places_in_a_large_file(kind: str) -> None:
    value = {"panels": [{"title": f"p{n}", "targets": [{"expr": f"up{n} > 0"}], "pad": "x" * 900} for n in range(5000)]}
    board = json.dumps(value, indent=2)
    text = board if kind == "json" else yaml.dump(value, Dumper=yaml.CSafeDumper)
    if kind == "config map":
        text = "data:\n  board.json: |\n" + "".join(f"    {line}\n" for line in board.splitlines())
    of = Document("large", text, "json" if kind == "json" else "yaml", value)
    if kind == "config map":
        of = Document("large", board, "json", value, 0, Place(of, ("data", "board.json")))
    began = time.process_time()
    for number in range(5000):
        name = f"up{number}"
        spot = locate(of.at("panels", number, "targets", 0, "expr").within(0, len(name)))
        assert text[spot.start : spot.end] == name
    assert time.process_time() - began < 5
