"""Words for schemas that specs do not have, but other files read by the same rules do."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Discriminator, Field, Tag

from dashgen.errors import Problem
from dashgen.spec.form import Form, Kind
from dashgen.spec.reading import read
from dashgen.spec.words import branches, describe


def shape(value: Any) -> str:
    return "list" if isinstance(value, list) else "scalar"


Reading = Annotated[Annotated[float, Tag("scalar")] | Annotated[tuple[int, ...], Tag("list")], Discriminator(shape)]


class Thing(BaseModel):
    reading: Reading | None = None
    named: dict[Annotated[str, Field(description="names of things", max_length=3)], Reading] = {}


FORM = Form(Kind("thing", "thing"), Thing, lambda _: (), ("reading",), "dashgen schema")


@pytest.fixture
def problems(tmp_path):
    def _problems(text: str) -> list[Problem]:
        path = tmp_path / "x.yaml"
        path.write_text(text)
        return read(path, FORM).document.problems

    return _problems


def test_branches_of_nested_unions():
    inner = {"oneOf": [{"type": "number"}, {"type": "null"}]}
    schema = {"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "string"}, {"type": "null"}]}
    root = {"$defs": {"Inner": inner}}
    assert branches(schema, root) == [{"type": "number"}, {"type": "string"}]
    assert describe(schema, root) == "a number or text"
    assert describe({**schema, "$comment": "a reading"}, root) == "a reading"
    assert describe({"const": "silent"}, root) == "`silent`"


@pytest.mark.parametrize(
    ("text", "column", "found"),
    [
        ("reading: x", 10, '`reading` is "x"'),
        ("reading: [1, x]", 14, '`reading[1]` is "x"'),
        ("reading: {a: 1}", 10, "`reading` is a mapping"),
        ("named: {a: [1, 2.5]}", 16, "`named.a[1]` is 2.5"),
        ("named: {a: yes}", 12, '`named.a` is "yes"'),
        ("named: {list: [1]}", 9, 'the key "list" in `named`'),
    ],
)
def test_a_union_told_apart_by_shape_points_into_the_branch_that_was_meant(problems, text, column, found):
    (problem,) = problems(text)
    assert (problem.where.column, problem.found) == (column, found)


def test_keys_are_called_what_they_are(problems):
    (problem,) = problems("named: x")
    assert problem.expected == "a mapping of names of things to a number or a list, each item a whole number"
