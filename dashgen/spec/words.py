"""Words for values, paths and JSON Schemas: what was found and what belongs there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashgen.spec.document import Node, Path
from dashgen.spec.types import (
    DAY_PATTERN,
    DURATION_PATTERN,
    KUBERNETES_LABEL_PATTERN,
    KUBERNETES_VALUE_PATTERN,
    LABEL_PATTERN,
    NAME_PATTERN,
    URL_PATTERN,
)

Schema = Mapping[str, Any]

PATTERNS = {
    DURATION_PATTERN: "a duration: a number with a unit of ms, s, m, h, d or w, such as 500ms, 30s or 1h30m",
    NAME_PATTERN: "lower-case letters, digits and dashes, beginning and ending with a letter or digit",
    LABEL_PATTERN: "a label name: letters, digits and underscores, no digit and no __ at the beginning",
    KUBERNETES_LABEL_PATTERN: "a Kubernetes label name, such as release or app.kubernetes.io/part-of",
    KUBERNETES_VALUE_PATTERN: "a Kubernetes label value: letters, digits, dashes, dots and underscores",
    URL_PATTERN: "an address that begins with http:// or https://, without spaces, quotes, braces, ? and #",
    DAY_PATTERN: "a day written as year-month-day, such as 2026-01-31",
    r"^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$": "letters, digits, dashes and underscores, beginning and "
    "ending with a letter or digit",
    r"^[A-Za-z0-9_-]+$": "letters, digits, dashes and underscores",
    r"^/[A-Za-z0-9/_.@ +-]*$": "a path that begins with /, of letters, digits, blanks and any of / _ . @ + -",
}


def resolve(schema: Schema, root: Schema) -> dict[str, Any]:
    """The schema with its ``$ref`` replaced by what it refers to; what is said beside the ref wins."""
    found = dict(schema)
    while "$ref" in found:
        name = found.pop("$ref").rsplit("/", 1)[-1]
        found = {**root["$defs"][name], **found}
    return found


def branches(schema: Schema, root: Schema) -> list[dict[str, Any]]:
    """What a value may be, null left out."""
    whole = resolve(schema, root)
    options = [found for option in alternatives(whole) for found in branches(option, root)]
    return [option for option in options if option.get("type") != "null"] or [whole]


def alternatives(schema: Schema) -> Sequence[Schema]:
    """The branches of a union as they are written; none for anything else."""
    found: Sequence[Schema] = schema.get("anyOf", schema.get("oneOf", ()))
    return found


def show(node: Node | None) -> str:
    """A value in one short line."""
    if node is None or (node.items is None and node.entries is None):
        return show_scalar(node.scalar if node else None)
    if node.items is not None:
        return f"a list of {len(node.items)}" if node.items else "an empty list"
    return "a mapping" if node.entries else "an empty mapping"


def show_scalar(value: Any) -> str:
    """A scalar as YAML would hold it, control characters escaped and shortened to one line."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return shorten(str(getattr(value, "source", value)))
    return quote(str(value))


def quote(text: str) -> str:
    """Text in double quotes, safe to print."""
    return f'"{printable(shorten(text)).replace(chr(34), chr(92) + chr(34))}"'


def shorten(text: str, limit: int = 60) -> str:
    """At most ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def printable(text: str) -> str:
    """Characters that could move the cursor or reorder the line become escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def show_path(path: Path) -> str:
    """``models[0].prices.input``; ``the spec`` for the whole."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("_", "").isalnum() and step.isascii():
            text += f".{step}" if text else step
        else:
            text += f"[{quote(step)}]"
    return text or "the spec"


def closest(word: str, options: Iterable[str]) -> str | None:
    """The option that was probably meant."""
    import difflib

    known = list(options)
    matches = difflib.get_close_matches(word[:100].lower(), known, n=1, cutoff=0.6)
    return matches[0] if matches else None


def listing(words: Iterable[str], limit: int = 40) -> str:
    """``a, b, c``, cut when there are very many."""
    known = list(words)
    return ", ".join(known[:limit]) + (f" and {len(known) - limit} more" if len(known) > limit else "")


def describe(schema: Schema, root: Schema) -> str:
    """What a value of this schema is: ``one of cloud, local``, ``a number above 0``, or what its comment says."""
    if "$comment" in schema:
        return str(schema["$comment"])
    words = [_describe(option, root) for option in branches(schema, root)]
    return " or ".join(dict.fromkeys(words))


def _describe(schema: Schema, root: Schema) -> str:
    if "$comment" in schema:
        return str(schema["$comment"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return f"one of {listing(map(str, schema['enum']))}"
    match schema.get("type"):
        case "string":
            words = _describe_text(schema)
        case "number":
            words = "a number" + _bounds(schema)
        case "integer":
            words = "a whole number" + _bounds(schema)
        case "boolean":
            words = "true or false"
        case "array":
            least = "a list with at least one item, each " if schema.get("minItems") else "a list, each item "
            words = least + describe(schema["items"], root)
        case "object":
            words = _describe_mapping(schema, root)
        case _:
            words = str(schema.get("description", "a valid value"))
    return words


def _describe_mapping(schema: Schema, root: Schema) -> str:
    if "properties" in schema:
        required = schema.get("required", ())
        keys = (f"{key} (required)" if key in required else key for key in schema["properties"])
        return f"a mapping with the keys {listing(keys)}"
    least = "a mapping with at least one entry" if schema.get("minProperties") else "a mapping"
    return f"{least} of {key_words(schema)} to {describe(entry_schema(schema), root)}"


def _describe_text(schema: Schema) -> str:
    longest = schema.get("maxLength")
    limit = f", at most {longest} characters" if longest else ""
    if "pattern" in schema:
        return PATTERNS.get(schema["pattern"], f"text matching {schema['pattern']}") + limit
    if schema.get("format") == "date":
        return PATTERNS[DAY_PATTERN]
    return f"text of 1 to {longest} characters" if schema.get("minLength") and longest else "text" + limit


def key_words(schema: Schema) -> str:
    """What the keys of a mapping are."""
    names = schema.get("propertyNames", {})
    if "enum" in names:
        return f"some of {listing(names['enum'])}"
    return str(names.get("description", "label names"))


def entry_schema(schema: Schema) -> Schema:
    """Schema of the values of a mapping of names; empty when nothing is said."""
    patterns = list(schema.get("patternProperties", {}).values())
    found = patterns[0] if patterns else schema.get("additionalProperties")
    return found if isinstance(found, Mapping) else {}


def key_schema(schema: Schema) -> Schema:
    """Schema of the keys of a mapping; label names when nothing else is said."""
    patterns = list(schema.get("patternProperties", ()))
    if "propertyNames" in schema and not patterns:
        return {"type": "string", **schema["propertyNames"]}
    own = {key: words for key, words in schema.get("propertyNames", {}).items() if key == "$comment"}
    return {"type": "string", "pattern": patterns[0] if patterns else LABEL_PATTERN, "maxLength": 128, **own}


def property_schema(schema: Schema, key: str) -> Schema:
    """Schema of the value under a key; empty when the key is unknown."""
    found = schema.get("properties", {}).get(key)
    if found is not None:
        return dict(found)
    return {} if "properties" in schema else entry_schema(schema)


def _bounds(schema: Schema) -> str:
    words = [
        f"{word} {schema[key]:g}"
        for key, word in (
            ("exclusiveMinimum", "above"),
            ("minimum", "of at least"),
            ("exclusiveMaximum", "below"),
            ("maximum", "at most"),
        )
        if key in schema
    ]
    return " " + " and ".join(words) if words else ""


def example(schema: Schema, root: Schema) -> str | None:
    """One value as it would be written after ``key:`` on the same line."""
    for option in ({**schema}, *branches(schema, root)):
        if option.get("examples"):
            return flow(option["examples"][0])
        if option.get("enum") or "const" in option:
            return flow(option["enum"][0] if option.get("enum") else option["const"])
    first = branches(schema, root)[0]
    needed = {key: example(first["properties"][key], root) for key in first.get("required", ())}
    if needed and all(needed.values()):
        return "{" + ", ".join(f"{key}: {value}" for key, value in needed.items()) + "}"
    default = schema.get("default")
    return flow(default) if isinstance(default, (str, int, float)) else None


def flow(value: Any) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    return text if text.replace("-", "").replace("_", "").replace(".", "").isalnum() else json.dumps(text)
