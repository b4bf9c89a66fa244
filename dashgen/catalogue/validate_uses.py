"""What must hold for the signals of a catalogue file: a use that reads the wrong series is a wrong panel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashgen.catalogue.loader import entries, label_name

USE_KEYS = frozenset(
    ["metric", "match", "match_re", "drop", "scale", "keep", "set", "copy", "part", "beside", "classify"]
)
CLASSIFY_KEYS = frozenset(["label", "success", "classes", "otherwise"])
OUTCOMES = frozenset(["success", "error", "cancelled"])
ERROR_CLASSES = frozenset(
    [
        "rate_limited",
        "overloaded",
        "provider_5xx",
        "timeout",
        "stream_interrupted",
        "internal",
        "client_invalid",
        "context_length",
        "content_filter",
        "cancelled",
    ]
)
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a signal can say about a metric: its types and every label some engine and version of it has."""

    types: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)


def shapes(data: Mapping[str, Any]) -> dict[str, Shape]:
    """Metric or instrument name -> its shape; labels as Prometheus stores them."""
    engines = data.get("engines", {})
    result: dict[str, Shape] = {}
    for engine, item in entries(data):
        base = engines.get(engine, {}).get("labels", data.get("base_labels", {}))
        own = item.get("labels", base)
        listed = [label for labels in own.values() for label in labels] if isinstance(own, Mapping) else own
        shape = result.setdefault(item.get("name", "?"), Shape())
        shape.types.add(item.get("type", "?"))
        shape.labels.update(listed, item.get("extra", []))
    for item in data.get("instruments", []):
        labels = {label_name(attribute) for attribute in item.get("attributes", [])}
        result[item.get("name", "?")] = Shape({item.get("type", "?")}, labels)
    return result


def signals(data: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with the signals of a file, one sentence each."""
    known = shapes(data)
    for key, uses in data["signals"].items():
        where = f"signal {key}"
        if not uses:
            yield f"{where}: no alternative"
        for use in uses:
            yield from (f"{where}: unknown key {extra}" for extra in use if extra not in USE_KEYS)
            if use.get("metric") not in known:
                yield f"{where}: unknown metric {use.get('metric')}"
                continue
            yield from _use(where, use, known[use["metric"]])
        yield from _beside(where, uses)


def _use(where: str, use: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    metric = use["metric"]
    named = [*use.get("match", {}), *use.get("match_re", {}), *use.get("drop", ()), *use.get("keep", {}).values()]
    for filled, origin in use.get("copy", {}).items():
        named += [filled, origin]
        if filled == origin or filled in use.get("drop", ()) or origin in use.get("drop", ()):
            yield f"{where}: copy cannot fill {filled} from {origin}: name two labels that drop leaves"
    if "classify" in use:
        yield from _classify(where, use["classify"])
        named.append(use["classify"].get("label"))
    yield from (f"{where}: {metric} has no label {label}" for label in named if label not in shape.labels)
    for pattern in use.get("match_re", {}).values():
        yield from _pattern(where, pattern)
    part = use.get("part")
    if part is not None and part not in ("sum", "count"):
        yield f"{where}: part {part} is neither sum nor count"
    elif part is not None and shape.types != {"histogram"}:
        yield f"{where}: {metric} is no histogram, so it has no {part}"
    for label, value in use.get("set", {}).items():
        if not _LABEL.fullmatch(label):
            yield f"{where}: {label} is no label name"
        if label == "outcome" and value not in OUTCOMES:
            yield f"{where}: unknown outcome {value}"
        if label == "error_class":
            yield from _error_class(where, value)


def _beside(where: str, uses: list[Mapping[str, Any]]) -> Iterator[str]:
    """Series that stand side by side must differ in a label, or Prometheus takes one for the other."""
    beside = [use for use in uses if use.get("beside")]
    if not beside:
        return
    if len(beside) == 1 or len(beside) < len(uses):
        yield f"{where}: uses that stand beside each other must all say so, and be two or more"
    if any("set" not in use and "classify" not in use for use in beside):
        yield f"{where}: a use beside others needs set or classify, which tell its series apart"


def _classify(where: str, rule: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{where}: classify has unknown key {key}" for key in rule if key not in CLASSIFY_KEYS)
    yield from (f"{where}: classify has no {key}" for key in ("label", "success", "otherwise") if key not in rule)
    if "otherwise" in rule:
        yield from _error_class(where, rule["otherwise"])
    yield from _pattern(where, rule.get("success", ""))
    for item in rule.get("classes", ()):
        if not isinstance(item, list) or len(item) != 2:
            yield f"{where}: {item} is no pair of an expression and an error class"
            continue
        yield from _pattern(where, item[0])
        yield from _error_class(where, item[1])


def _pattern(where: str, pattern: Any) -> Iterator[str]:
    if not isinstance(pattern, str):
        yield f"{where}: expression {pattern!r} must be quoted"
        return
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{where}: {pattern!r} is no regular expression ({error})"


def _error_class(where: str, name: Any) -> Iterator[str]:
    if name not in ERROR_CLASSES:
        yield f"{where}: unknown error class {name}"
