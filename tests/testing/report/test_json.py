"""The JSON report: a schema that other programs rely on."""

from __future__ import annotations

import json
from typing import get_args

import jsonschema
import pytest
from hypothesis import given

from dashgen.report.line import plain
from dashgen.testing.report import registry
from dashgen.testing.report.formats import json as format_json
from dashgen.testing.results import Kind
from tests.testing.report.sample import COMPARED, FAILED, GOOD, NOTHING
from tests.testing.report.texts import TEXT, run_of

TEXT_TYPE, COUNT, SECONDS = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "number"}


def of(**properties):
    """An object with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def many(items, **limits):
    return {"type": "array", "items": items, **limits}


WHERE = of(file=TEXT_TYPE, line=COUNT, column=COUNT)
STRETCHES = many(many(COUNT, minItems=2, maxItems=2))
TIMELINE = of(pending={"anyOf": [{"type": "null"}, STRETCHES]}, firing=STRETCHES)
FAILURE = of(
    kind={"enum": list(get_args(Kind))},
    subject=TEXT_TYPE,
    where=WHERE,
    expected=TEXT_TYPE,
    actual=TEXT_TYPE,
    expr=TEXT_TYPE,
    timelines={"anyOf": [{"type": "null"}, of(until_ms=COUNT, every_ms=COUNT, expected=TIMELINE, actual=TIMELINE)]},
    legends=many(of(name=TEXT_TYPE, expected=TEXT_TYPE, actual=TEXT_TYPE, holds={"type": "boolean"})),
    fed=many(of(series=TEXT_TYPE, values=TEXT_TYPE)),
)
DIFFERENCE = of(
    subject=TEXT_TYPE,
    promtool=TEXT_TYPE,
    vmalert=TEXT_TYPE,
    expr=TEXT_TYPE,
    reason=TEXT_TYPE,
    contradicts={"type": "boolean"},
)
ENGINE = of(path=TEXT_TYPE, version=TEXT_TYPE)
SCHEMA = of(
    version={"const": 1},
    started=TEXT_TYPE,
    wall_seconds=SECONDS,
    promtool=ENGINE,
    vmalert={"anyOf": [{"type": "null"}, ENGINE]},
    warnings=many(TEXT_TYPE),
    summary=of(cases=COUNT, failed=COUNT, assertions=COUNT, failures=COUNT),
    results=many(
        of(
            name=TEXT_TYPE,
            scenario=TEXT_TYPE,
            case=TEXT_TYPE,
            spec=TEXT_TYPE,
            where=WHERE,
            assertions=COUNT,
            promtool_seconds=SECONDS,
            failures=many(FAILURE),
            differences=many(DIFFERENCE),
        )
    ),
    coverage=many(
        of(
            spec=TEXT_TYPE,
            counts={"type": "object", "additionalProperties": of(covered=COUNT, all=COUNT)},
            missing=many(TEXT_TYPE),
        )
    ),
)


def document(run):
    text = plain(registry.lines("json", run))
    assert text.isascii()
    return json.loads(text)


@pytest.mark.parametrize("run", [FAILED, GOOD, NOTHING, COMPARED], ids=["failed", "good", "nothing", "compared"])
def test_it_keeps_its_schema(run):
    jsonschema.validate(document(run), SCHEMA)


def test_every_key_is_documented():
    def keys(schema):
        for name, inner in schema.get("properties", {}).items():
            yield name
            yield from keys(inner)
        for inner in (schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())):
            if isinstance(inner, dict):
                yield from keys(inner)

    said = format_json.__doc__
    assert [key for key in keys(SCHEMA) if key.removesuffix("_seconds") not in said] == []


@given(text=TEXT)
def test_every_text_arrives_as_it_is(text):
    (result,) = document(run_of(text))["results"]
    assert result["failures"][0]["legends"] == [{"name": text, "expected": text, "actual": text, "holds": False}]
    assert result["failures"][0]["fed"] == [{"series": text, "values": text}]
