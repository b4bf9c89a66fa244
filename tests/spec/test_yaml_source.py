from __future__ import annotations

import pytest

from dashgen.spec.form import Kind
from dashgen.spec.yaml_source import read_yaml


def data(text):
    document = read_yaml(text, "x.yaml")
    assert document.problems == []
    return document.root.data()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("2.50", 2.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("True", "True"),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        ("1_000", "1_000"),
        ("0.10.1", "0.10.1"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("9" * 5000, float("inf")),
    ],
)
def test_plain_scalars_follow_yaml_1_2(written, value):
    found = data(f"a: {written}\n")["a"]
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


def test_numbers_remember_how_they_were_written():
    found = data("a: 0.10\nb: 007\n")
    assert (found["a"].source, found["b"].source) == ("0.10", "007")


def test_merge_keys_do_not_override():
    text = "base: &base {a: 1, b: 2}\nother: {<<: *base, b: 3}\nmany: {<<: [*base, {c: 4}]}\n"
    assert data(text) == {"base": {"a": 1, "b": 2}, "other": {"a": 1, "b": 3}, "many": {"a": 1, "b": 2, "c": 4}}


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_positions_count_characters_and_every_line_break(line_break):
    document = read_yaml(line_break.join(["é: 😀", "a:", "  - x: 1", "    y: {z: 2}", "b:", ""]), "x.yaml")
    where = {
        path: (document.where(path).line, document.where(path).column)
        for path in [("é",), ("a",), ("a", 0), ("a", 0, "y", "z"), ("a", 0, "nothing"), ("b",), ()]
    }
    assert where == {
        ("é",): (1, 4),
        ("a",): (3, 3),
        ("a", 0): (3, 5),
        ("a", 0, "y", "z"): (4, 12),
        ("a", 0, "nothing"): (3, 5),
        ("b",): (5, 1),
        (): (1, 1),
    }
    assert document.where(("a", 0, "y"), key=True).column == 5


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("a:\n\tb: 1\n", (2, 1), "a tab used as indentation"),
        ("a:\n  b: 1\n\tc: 2\n", (3, 1), "a tab used as indentation"),
        ("a: 1\nb: 2\na: 3\n", (3, 1), 'the key "a" is here a second time'),
        ("a: *b\n", (1, 4), "the alias `*b` refers to nothing"),
        ("a: &a [*a]\n", (1, 8), "the alias `*a` is inside the value it repeats"),
        (BOMB, (5, 12), "aliases that expand to more than 20000 values"),
        ("[" * 100_000, (1, 52), "nested more than 50 levels deep"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document starts here"),
        ("1: a\n", (1, 1), "the key `1` is not text"),
        ("[a]: b\n", (1, 1), "a key that is not text"),
        ("a: !vault b\n", (1, 4), "the tag `!vault`"),
        ("a: b: c\n", (1, 5), "a second `: ` where a value was expected"),
        ('a: "x\n', (1, 4), "a quote that is never closed"),
        ('a: "\\d"\n', (1, 5), "an escape that YAML does not know, inside double quotes"),
        ('a: "\\0"\n', (1, 4), "text with a NUL or surrogate character"),
        ("a: [1,\n\n", (1, 7), "nothing where a value was expected"),
        ("a: {b: 1\n", (1, 9), "a mapping in braces that is not closed, or misses a comma (it starts at 1:4)"),
        ("a: @b\n", (1, 4), "a character that no plain value may start with"),
        ("a: \x07\n", (1, 4), "the control character U+0007"),
        ("<<: 3\n", (1, 1), "`<<` followed by something that is no mapping"),
        ("%YAML 3.0\n---\na: 1\n", (1, 1), "a %YAML directive for another version of YAML"),
    ],
)
def test_one_clear_problem_per_mistake(text, place, found):
    (problem,) = read_yaml(text, "x.yaml").problems
    assert ((problem.where.line, problem.where.column), problem.found) == (place, found)
    assert problem.expected
    assert problem.action


def test_deep_nesting_through_aliases():
    text = "a0: &a0 [[[[[[x]]]]]]\n" + "".join(f"a{n}: &a{n} [[[[[[*a{n - 1}]]]]]]\n" for n in range(1, 12))
    (problem,) = read_yaml(text, "x.yaml").problems
    assert problem.found.startswith("nested more than 50 levels deep by the alias")


def test_numbers_are_keys_where_the_kind_of_file_says_so():
    text = "{0.10: a, 2: b, 1e3: c}"
    assert len(read_yaml(text, "x.yaml").problems) == 3
    document = read_yaml(text, "x.yaml", Kind("x", "x", number_keys=True))
    assert document.problems == []
    assert document.root.data() == {"0.10": "a", "2": "b", "1e3": "c"}
    (problem,) = read_yaml("{true: a}", "x.yaml", Kind("x", "x", number_keys=True)).problems
    assert problem.found == "the key `true` is not text"
