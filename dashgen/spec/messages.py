"""pydantic's errors -> Problems in our words, at the line and column where the mistake is."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from dashgen.errors import Problem
from dashgen.spec.document import Document, Node, Path
from dashgen.spec.form import Form, Kind, M
from dashgen.spec.paths import original_index
from dashgen.spec.types import DURATION_PATTERN, NAME_PATTERN
from dashgen.spec.words import (
    Schema,
    branches,
    closest,
    describe,
    example,
    key_schema,
    listing,
    property_schema,
    quote,
    resolve,
    show,
    show_path,
)

_OWN_WORDS = ("matcher", "duration", "day", "text", "moment", "interval", "span", "pair", "shown")
_YES_NO = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


@dataclass(frozen=True)
class Fault:
    """One mistake: its Problem, and how the rest can still be checked.

    Without ``remove`` the rest is a valid spec, or with ``stand_in`` at ``path`` where something is required;
    then the parts ``unknown`` say nothing.
    """

    problem: Problem
    path: Path
    remove: Path
    stand_in: Any
    unknown: tuple[Path, ...]
    means: Path | None = None
    """Of a misspelt key, the path it was meant for: that it is missing need not be said."""


@dataclass
class _Place:
    root: Schema
    path: Path
    node: Node | None
    parent: Node | None
    schema: Schema
    parent_schema: Schema
    removable: Path
    key: bool = False


@functools.cache
def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema of a model as pydantic makes it; only built when there is something to explain."""
    return model.model_json_schema()


def faults(error: ValidationError, document: Document, removed: frozenset[Path], form: Form[M]) -> list[Fault]:
    """Every mistake pydantic found in the document (less what was ``removed``), one Fault each."""
    schema = model_schema(form.model)
    details = error.errors(include_url=False)
    locations = [detail["loc"] for detail in details]
    found = []
    for detail in details:
        location = detail["loc"]
        if detail["type"] == "too_short" and any(
            len(other) > len(location) and other[: len(location)] == location for other in locations
        ):
            continue  # pydantic counts only the valid items; the invalid ones are reported themselves
        place = _place(location, document.root, removed, schema)
        if place is not None:
            found.append(_fault(detail["type"], detail["msg"], place, document, form.kind))
    return found


def _place(location: Sequence[str | int], root: Node | None, removed: frozenset[Path], defs: Schema) -> _Place | None:
    """Where pydantic's location is in the document; None for a union branch that was not meant."""
    place = _Place(defs, (), root, None, defs, {}, ())
    for number, step in enumerate(location):
        last = number == len(location) - 1
        options = branches(place.schema, defs)
        meant = _fitting(options, place.node)
        child = place.node.child(step) if place.node else None
        if step == "[key]" and last and child is None:
            place.key, place.schema = True, key_schema(place.parent_schema)
            return place
        if _by_shape(place.schema, defs):
            # Here pydantic names the branch it took, and it took the one that fits.
            place.schema = place.schema if last else meant
            continue
        if len(options) > 1 and child is None:
            tagged = _tagged(step, options)
            if tagged is not None and tagged is not meant:
                return None
            if tagged is not None:
                if not last:
                    place.schema = meant
                continue
        if place.node is not None and place.node.items is None and place.node.entries is None:
            return place  # a scalar that stands for a mapping, such as the value of a selector
        if isinstance(step, int):
            if place.node is not None and place.node.entries is not None:
                continue  # a mapping that stands for a list of one
            step = original_index(step, place.path, removed)  # noqa: PLW2901
            below = resolve(meant.get("items", {}), defs)
        else:
            below = dict(property_schema(meant, step))
        path = (*place.path, step)
        required = step in meant.get("required", ())
        place = _Place(
            defs,
            path,
            place.node.child(step) if place.node else None,
            place.node,
            below,
            meant,
            place.removable if required else path,
        )
    return place


def _by_shape(schema: Schema, defs: Schema) -> bool:
    """Whether a value is read by one branch alone, which its shape decides."""
    whole = resolve(schema, defs)
    return "oneOf" in whole or any(_by_shape(option, defs) for option in whole.get("anyOf", ()))


def _fitting(options: Sequence[dict[str, Any]], node: Node | None) -> dict[str, Any]:
    """The branch of a union that fits what was written."""
    if node is not None and node.entries is not None:
        wanted = [option for option in options if option.get("type") == "object"]
    elif node is not None and node.items is not None:
        wanted = [option for option in options if option.get("type") == "array"]
    else:
        wanted = [option for option in options if option.get("type") not in ("object", "array")]
    return (wanted or list(options))[0]


def _tagged(step: str | int, options: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The branch that pydantic names by this step."""
    for option in options:
        if step == option.get("title") or (str(step).startswith("literal[") and "enum" in option):
            return option
    return None


def _fault(kind: str, message: str, place: _Place, document: Document, file: Kind) -> Fault:
    remove = place.removable or place.path[:1]
    stand_in = None
    if place.path != place.removable:
        stand_in = next(iter(place.schema.get("examples", place.schema.get("enum", ()))), None)
    if kind == "missing":
        return Fault(_missing(place, document), place.path, remove, stand_in, (place.path,))
    if kind == "extra_forbidden":
        return _unknown_key(place, document, file)
    if place.key:
        return Fault(_bad_key(place, document), place.path, place.path, None, (place.path,))
    name = show_path(place.path)
    expected = message if kind in _OWN_WORDS else describe(place.schema, place.root)
    purpose = place.schema.get("description")
    sections = any("properties" in option for option in branches(place.schema, place.root))
    if purpose and kind not in _OWN_WORDS and not sections:
        expected = f"{expected} ({purpose})"
    found = f"`{name}` is {show(place.node)}"
    scalar = place.node.scalar if place.node else None
    if kind == "string_too_long" and isinstance(scalar, str):
        found = f"`{name}` is {len(scalar)} characters long: {quote(scalar)}"
    if kind == "matcher" and place.node and place.node.entries:
        found = f"`{name}` has {' and '.join(place.node.entries)}"
    problem = Problem(document.where(place.path), found, expected, _action(kind, place))
    return Fault(problem, place.path, remove, stand_in, (place.path,))


def _missing(place: _Place, document: Document) -> Problem:
    key = place.path[-1]
    defs = place.root
    purpose = place.schema.get("description", "")
    words = describe(place.schema, defs)
    written = example(place.schema, defs)
    inside = f" in `{show_path(place.path[:-1])}`" if len(place.path) > 1 else ""
    return Problem(
        document.where(place.path[:-1]),
        f"`{key}` is missing{inside}",
        f"`{key}`, {purpose}: {words}" if purpose else f"`{key}`: {words}",
        f"add for example `{key}: {written}`" if written else f"add `{key}:`",
    )


def _unknown_key(place: _Place, document: Document, file: Kind) -> Fault:
    key = str(place.path[-1])
    known = list(place.parent_schema.get("properties", ()))
    beside = place.parent.entries or {} if place.parent else {}
    meant = closest(key, known)
    unknown: tuple[Path, ...] = (place.path,)
    means: Path | None = None
    home = _home(key, place.root, file)
    if meant is not None and meant in beside:
        action = f"remove it; `{meant}` is already there"
    elif meant is not None:
        means = (*place.path[:-1], meant)
        unknown = (place.path, means)
        action = f"rename it to `{meant}`"
    elif home:
        action = f"move it to {home}"
    else:
        action = "remove it, or use one of the keys above"
    inside = f" in `{show_path(place.path[:-1])}`" if len(place.path) > 1 else ""
    return Fault(
        Problem(
            document.where(place.path, key=True),
            f"unknown key `{show_path((key,))}`{inside}",
            f"one of the keys {listing(known)}",
            action,
        ),
        place.path,
        place.path,
        None,
        unknown,
        means,
    )


def _home(key: str, defs: Schema, file: Kind) -> str | None:
    """Where this key, or one much like it, belongs; None when no place or more than one knows it."""
    if key in defs["properties"]:
        return f"the top level of the {file.name}, where it belongs"
    sections = {
        name: tuple(branches(schema, defs)[-1].get("properties", ())) for name, schema in defs["properties"].items()
    }
    meant = closest(key, {word for words in sections.values() for word in words})
    homes = [name for name, words in sections.items() if meant in words]
    if meant is None or len(homes) != 1:
        return None
    return f"`{homes[0]}`, where it belongs" if meant == key else f"`{homes[0]}` and rename it to `{meant}`"


def _bad_key(place: _Place, document: Document) -> Problem:
    key = str(place.path[-1])
    inside = show_path(place.path[:-1])
    return Problem(
        document.where(place.path, key=True),
        f"the key {quote(key)} in `{inside}`",
        describe(place.schema, place.root),
        _renaming(key, place.schema),
    )


def _renaming(key: str, schema: Schema) -> str:
    if "enum" in schema:
        meant = closest(key, schema["enum"])
        return f"rename it to `{meant}`" if meant else "use one of these"
    tidy = "".join(char if char.isascii() and char.isalnum() else "_" for char in key[:120]) or "label"
    meant = f"_{tidy}" if tidy[:1].isdigit() else tidy
    fits = meant != key and re.fullmatch(schema.get("pattern", ""), meant)
    return f"rename it to `{meant}`" if fits else "rename it"


def _action(kind: str, place: _Place) -> str:
    """What to do about a wrong value."""
    defs = place.root
    node = place.node
    option = _fitting(branches(place.schema, defs), node)
    written = example(place.schema, defs)
    if kind == "matcher":
        return "keep one of them, or write the plain text that the label equals"
    if node is None or (node.scalar is None and node.items is None and node.entries is None):
        return _fill(place, written)
    if option.get("type") == "array" and node.items is None:
        item = show(node) if node.entries is None else "..."
        return f"write a list: `{place.path[-1]}: [{item}]`"
    if not written and (node.items == [] or node.entries == {}):
        return "add an item, or remove the key" if place.path == place.removable else "add an item"
    special = _scalar_action(kind, option, node.scalar, written) if node.scalar is not None else ""
    return special or (f"write for example `{place.path[-1]}: {written}`" if written and _keyed(place) else "")


def _scalar_action(kind: str, option: Schema, scalar: Any, written: str | None) -> str:
    action = ""
    if "enum" in option:
        meant = closest(scalar, map(str, option["enum"])) if isinstance(scalar, str) else None
        action = f"write `{meant}`" if meant else "use one of these"
    elif kind == "string_too_long" and isinstance(scalar, str):
        action = f"shorten it by {len(scalar) - option.get('maxLength', 0)} characters"
    elif option.get("type") == "boolean":
        meant = _YES_NO.get(str(scalar).lower())
        action = f"write `{meant}`" if meant else "write `true` or `false`"
    elif option.get("type") == "string" and isinstance(scalar, (int, float)):
        action = _text_action(option, scalar)
    elif option.get("pattern") == NAME_PATTERN:
        action = _name_action(str(scalar), written)
    return action


def _keyed(place: _Place) -> bool:
    return bool(place.path) and isinstance(place.path[-1], str)


def _fill(place: _Place, written: str | None) -> str:
    key = place.path[-1]
    add = f"write `{key}: {written}`" if written and _keyed(place) else "write a value"
    return f"{add}, or remove the key" if place.removable == place.path else add


def _text_action(option: Schema, scalar: Any) -> str:
    if option.get("format") == "date":
        return "write for example `2026-01-31`"
    source = str(getattr(scalar, "source", show(Node(0, scalar))))
    timed = "$comment" in option and re.fullmatch(option.get("pattern", ""), f"{source}s")
    if (timed or option.get("pattern") == DURATION_PATTERN) and not isinstance(scalar, bool):
        return f"add the unit, for example `{source}s`"
    if "$comment" in option:
        return ""
    return f'put it in quotes: "{source}"'


def _name_action(text: str, written: str | None) -> str:
    tidy = "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in text).lower().split())
    path = "/" in text or "\\" in text or ".." in text
    reason = "it becomes part of file names and addresses, so it is no path; " if path else ""
    return f"{reason}write for example `{tidy[:40].strip('-') or written}`"
