"""The reference of the scenario format in Markdown, from the models: a table of keys for each part."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from dashgen.spec.schema import schema_of
from dashgen.spec.types import DURATION_PATTERN
from dashgen.spec.words import PATTERNS, Schema, alternatives, describe, entry_schema, flow, key_words, show_scalar
from dashgen.testing.scenario.checks.steps import KINDS
from dashgen.testing.scenario.model import (
    AlertExpectation,
    Case,
    Notification,
    PanelMoment,
    QueryMoment,
    Scenario,
    SeriesPart,
    Step,
)
from dashgen.testing.scenario.types import MOMENT_WORDS, SPAN_WORDS

PARTS: tuple[tuple[type[BaseModel], str, str], ...] = (
    (Scenario, "The file", ""),
    (SeriesPart, "Series", "Items of `series:`."),
    (
        Step,
        "Steps",
        "Items of `values:`. Each has exactly one of " + ", ".join(f"`{kind}`" for kind in KINDS) + ".",
    ),
    (AlertExpectation, "Alerts", "Below `alerts:` and the name of the alert."),
    (PanelMoment, "Panels", "Items of `panels:`."),
    (QueryMoment, "Queries", "Items of `queries:`."),
    (Notification, "Notifications", "Items of `notifications:`."),
    (Case, "Cases", "Below `cases:` and the name of the case."),
)
_SHORT = {PATTERNS[DURATION_PATTERN]: "a duration", MOMENT_WORDS: "a time", SPAN_WORDS: "a span of time"}


def reference() -> str:
    """A table for each part of a scenario: key, what it holds, what it is when left out, what it means."""
    return "\n\n".join("\n".join(_part(model, title, place)) for model, title, place in PARTS)


def _part(model: type[BaseModel], title: str, place: str) -> Iterator[str]:
    schema = schema_of(Scenario, "") if model is Scenario else schema_of(Scenario, "")["$defs"][model.__name__]
    root = Scenario.model_json_schema()
    written = root if model is Scenario else root["$defs"][model.__name__]
    yield from (f"### {title}", "")
    if place:
        yield from (place, "")
    yield from ("| key | value | when left out | meaning |", "|---|---|---|---|")
    for key, inner in written["properties"].items():
        left_out = "required" if key in schema.get("required", ()) else _default(schema["properties"][key])
        cells = (f"`{key}`", _value(inner, root), left_out, inner["description"])
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _value(schema: Schema, root: Schema) -> str:
    """What a key holds, in a few words; what has a table of its own, by the name of that."""
    if "$comment" in schema:
        words = str(schema["$comment"])
        return _SHORT.get(words, words)
    if "$ref" in schema:
        return _link(schema["$ref"].rsplit("/", 1)[-1])
    options = [option for option in alternatives(schema) if option.get("type") != "null"]
    if options:
        many = any(option.get("items") in options for option in options)
        each = [_value(option, root) for option in options if option.get("items") not in options]
        return " or ".join(each) + (", or a list" if many else "")
    return _plain(schema, root)


def _plain(schema: Schema, root: Schema) -> str:
    if schema.get("type") == "array":
        return f"a list, each item {_value(schema['items'], root)}"
    if schema.get("type") == "object":
        entries = entry_schema(schema)
        return f"{key_words(schema)}, each with {_value(entries, root)}"
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    words = describe({key: value for key, value in schema.items() if key not in ("minLength", "maxLength")}, root)
    return _SHORT.get(words, words)


def _link(name: str) -> str:
    title = next(title for model, title, _ in PARTS if model.__name__ == name)
    return f"[{title.lower()}](#{title.lower()})"


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "" if default in (None, "", [], {}) else f"`{show_scalar(default) if default is False else flow(default)}`"
