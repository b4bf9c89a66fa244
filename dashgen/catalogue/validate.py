"""What must hold in a catalogue file; a contradiction there would become a silent dashboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, get_args

from dashgen.catalogue.loader import build, entries, label_name
from dashgen.catalogue.model import MetricType, ShippedState, Vantage
from dashgen.catalogue.otel_names import Strategy
from dashgen.catalogue.validate_uses import shapes, signals
from dashgen.catalogue.version import Version

UNITS = frozenset(
    [
        "seconds",
        "milliseconds",
        "microseconds",
        "nanoseconds",
        "hours",
        "ratio",
        "percent",
        "bytes",
        "kilobytes",
        "megabytes",
        "gigabytes",
        "MiB",
        "bytes_per_second",
        "gigabytes_per_second",
        "tokens",
        "requests",
        "tokens_per_second",
        "usd",
        "watts",
        "millijoules",
        "celsius",
        "MHz",
        "flops",
        "chunks",
        "blocks",
        "seconds_per_mebibyte",
    ]
)
INSTRUMENT_UNITS = frozenset({"", "s", "ms", "usd", "By", "1", "{token}", "{request}"})
VERSION_KEYS = ("since", "deprecated_in", "hidden_since", "removed_in")
TOP_KEYS = frozenset(
    [
        "exporter",
        "title",
        "vantage",
        "port",
        "path",
        "route",
        "newest",
        "labels",
        "labels_honored",
        "label_changes",
        "target_labels",
        "presence",
        "owns",
        "owns_except",
        "variants",
        "engines",
        "hidden_flag",
        "off_hint",
        "requirements",
        "notes",
        "breaks",
        "source",
        "sources",
        "base_labels",
        "label_sets",
        "optional_labels",
        "buckets",
        "shipped",
        "metrics",
        "instruments",
        "signals",
    ]
)
METRIC_KEYS = frozenset(
    [
        "name",
        "type",
        "unit",
        "since",
        "deprecated_in",
        "hidden_since",
        "removed_in",
        "renamed_to",
        "default",
        "extra",
        "labels",
        "open_labels",
        "when",
        "buckets",
        "shipped",
        "requires",
        "source",
        "meaning",
        "pitfall",
        "values",
        "includes",
    ]
)
INSTRUMENT_KEYS = frozenset(
    ["name", "type", "unit", "attributes", "buckets", "since", "removed_in", "when", "source", "meaning", "pitfall"]
) | {"values", "includes"}
VARIANT_KEYS = frozenset(["summary", "tell", "default", "strategy", "separators"])
ROUTES = ("", "local", "cloud", "by-model")
REQUIRED = ("exporter", "title", "vantage", "port", "path", "newest", "labels", "presence", "signals")


def contradictions(data: Mapping[str, Any]) -> list[str]:
    """Everything wrong with the plain data of one catalogue file, one sentence each; empty when it is sound."""
    problems = [f"missing key {key}" for key in REQUIRED if key not in data]
    problems += [f"unknown key {key}" for key in data if key not in TOP_KEYS]
    # Everything else is compared with the newest version, so it must be one.
    problems = problems or list(_version_text("newest", data["newest"]))
    if problems:
        return problems
    problems += [text for check in CHECKS for text in check(data)]
    if not problems:
        build(data)
    return problems


def _head(data: Mapping[str, Any]) -> Iterator[str]:
    if data["vantage"] not in get_args(Vantage):
        yield f"unknown vantage {data['vantage']}"
    if data.get("route", "") not in ROUTES:
        yield f"unknown route {data['route']}"
    yield from _variants(data)
    if data["presence"].get("metric") not in _names(data):
        yield f"presence names unknown metric {data['presence'].get('metric')}"
    for family, bounds in data.get("buckets", {}).items():
        if isinstance(bounds, str):
            if bounds not in ("per_model", "unknown"):
                yield f"buckets {family}: {bounds} is neither bounds, per_model nor unknown"
        elif not bounds or any(low >= high for low, high in pairwise(bounds)):
            yield f"buckets {family} do not increase"


def _variants(data: Mapping[str, Any]) -> Iterator[str]:
    variants = data.get("variants", {})
    if variants and sum(bool(item.get("default")) for item in variants.values()) != 1:
        yield "exactly one variant must be the default"
    for name, item in variants.items():
        yield from (f"variant {name}: unknown key {key}" for key in item if key not in VARIANT_KEYS)
        for key in ("summary", "tell"):
            if not item.get(key):
                yield f"variant {name} has no {key}"
        separators = item.get("separators", [":"])
        if not isinstance(separators, list) or not separators or not {":", "_"}.issuperset(separators):
            yield f"variant {name}: separators are a list of ':' and '_', not {separators}"
        if "instruments" in data and item.get("strategy") not in set(Strategy):
            yield f"variant {name} has unknown strategy {item.get('strategy')}"


def _metrics(data: Mapping[str, Any]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for engine, item in entries(data):
        name = item.get("name", "?")
        if (name, engine) in seen:
            yield f"{name}: listed twice" + (f" for engine {engine}" if engine else "")
        seen.add((name, engine))
        yield from (f"{name}: unknown key {key}" for key in item if key not in METRIC_KEYS)
        yield from (f"{name}: no {key}" for key in ("name", "type", "meaning") if not item.get(key))
        if item.get("type") not in get_args(MetricType):
            yield f"{name}: unknown type {item.get('type')}"
        if "unit" in item and item["unit"] not in UNITS:
            yield f"{name}: unknown unit {item['unit']}"
        if engine and engine not in data.get("engines", {}):
            yield f"{name}: unknown engine {engine}"
        yield from _source(data, engine, item, name)
        yield from _buckets(data, item, name)
        yield from _label_lists(item, name)
        yield from _closed_sets(data, engine, item, name)
        yield from _shipping(data, item, name)
        if "requires" in item and item["requires"] not in data.get("requirements", {}):
            yield f"{name}: unknown requirement {item['requires']}"
        if data.get("engines") and "since" not in item:
            yield f"{name}: no since"
        bad = [text for key in VERSION_KEYS if key in item for text in _version_text(name, item[key])]
        yield from bad or _windows(data, engine, item, name)


def _instruments(data: Mapping[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for item in data.get("instruments", []):
        name = item.get("name", "?")
        if name in seen:
            yield f"{name}: listed twice"
        seen.add(name)
        yield from (f"{name}: unknown key {key}" for key in item if key not in INSTRUMENT_KEYS)
        yield from (f"{name}: no {key}" for key in ("type", "meaning", "attributes") if not item.get(key))
        if item.get("type") not in ("counter", "gauge", "histogram"):
            yield f"{name}: unknown type {item.get('type')}"
        if item.get("unit", "") not in INSTRUMENT_UNITS:
            yield f"{name}: unknown unit {item['unit']}"
        yield from _source(data, "", item, name)
        yield from _buckets(data, item, name)
        yield from _closed_sets(data, "", item, name)
        bad = [text for key in VERSION_KEYS if key in item for text in _version_text(name, item[key])]
        yield from bad or _windows(data, "", item, name)


def _source(data: Mapping[str, Any], engine: str, item: Mapping[str, Any], name: str) -> Iterator[str]:
    own = item.get("source")
    inherited = data.get("engines", {}).get(engine, {}).get("source") or data.get("source")
    if not (own or inherited):
        yield f"{name}: no source"
    if own and own not in data.get("sources", {}) and " " not in own:
        yield f"{name}: unknown source {own}"


def _buckets(data: Mapping[str, Any], item: Mapping[str, Any], name: str) -> Iterator[str]:
    value = item.get("buckets")
    if (item.get("type") == "histogram") != (value is not None):
        what = "a histogram without" if value is None else f"a {item.get('type')} with"
        yield f"{name}: {what} buckets"
        return
    families = [value] if isinstance(value, str) else list((value or {}).values())
    known = data.get("buckets", {})
    yield from (f"{name}: unknown buckets {family}" for family in families if family not in known)
    if isinstance(value, Mapping):
        yield from _history(name, list(value))
        if value and "since" in item and next(iter(value)) != item["since"]:
            yield f"{name}: buckets start at {next(iter(value))}, the metric at {item['since']}"


def _shipping(data: Mapping[str, Any], item: Mapping[str, Any], name: str) -> Iterator[str]:
    shipped = item.get("shipped", {})
    if isinstance(shipped, str):
        if shipped not in data.get("shipped", {}):
            yield f"{name}: unknown shipped {shipped}"
            return
        shipped = data["shipped"][shipped]
    for variant, history in shipped.items():
        if variant not in data.get("variants", {}):
            yield f"{name}: unknown variant {variant}"
        yield from _history(name, list(history))
        for state in history.values():
            if state not in get_args(ShippedState):
                yield f"{name}: unknown shipped state {state}"


def _windows(data: Mapping[str, Any], engine: str, item: Mapping[str, Any], name: str) -> Iterator[str]:
    at = {key: Version.parse(item[key]) for key in VERSION_KEYS if key in item}
    newest = Version.parse(data["newest"])
    last = data.get("engines", {}).get(engine, {}).get("removed_in")
    ordered = [(key, at[key]) for key in VERSION_KEYS if key in at]
    for (before, low), (after, high) in pairwise(ordered):
        strict = before == "since" or after == "removed_in"
        if low > high or (strict and low == high):
            yield f"{name}: {before} {low} is not before {after} {high}"
    if "since" in at and at["since"] > newest:
        yield f"{name}: since {at['since']} is newer than {newest}"
    if last and ("removed_in" not in at or at["removed_in"] > Version.parse(last)):
        yield f"{name}: outlives its engine {engine}, removed in {last}"
    if item.get("default") is True:
        if "hidden_since" in at and at["hidden_since"] <= newest:
            yield f"{name}: default, yet hidden since {at['hidden_since']}"
        if "when" in item:
            yield f"{name}: default, yet only with {item['when']}"
    if item.get("default") is False and "when" not in item:
        yield f"{name}: not default, yet nothing says what turns it on"
    if "hidden_since" in at and not data.get("hidden_flag"):
        yield f"{name}: hidden, yet the file has no hidden_flag"
    renamed = item.get("renamed_to", "")
    # `rate(x)` and `x / y` are expressions; their metrics are checked by the query lint, not here.
    if renamed and not set(renamed) & set("()/ ") and renamed not in _names(data):
        yield f"{name}: renamed to unknown {renamed}"


def _label_lists(item: Mapping[str, Any], name: str) -> Iterator[str]:
    labels = item.get("labels")
    if labels is None:
        return
    if "extra" in item:
        yield f"{name}: extra says nothing beside labels"
    if isinstance(labels, Mapping):
        yield from _history(name, list(labels))
        first = next(iter(labels), None)
        if isinstance(first, str) and "since" in item and Version.parse(first) > Version.parse(str(item["since"])):
            yield f"{name}: labels start at {first}, the metric at {item['since']}"


def _closed_sets(data: Mapping[str, Any], engine: str, item: Mapping[str, Any], name: str) -> Iterator[str]:
    """What ``values`` and ``includes`` name must be there."""
    base = {engine: data.get("engines", {}).get(engine, {}).get("labels", {})} if engine else {"": {}}
    labels = item.get("labels", base[engine] or data.get("base_labels", {}))
    listed = [label for each in labels.values() for label in each] if isinstance(labels, Mapping) else list(labels)
    carried = {*listed, *item.get("extra", ()), *(label_name(each) for each in item.get("attributes", ()))}
    for label, values in item.get("values", {}).items():
        if label not in carried:
            yield f"{name}: values of unknown label {label}"
        if isinstance(values, Mapping):
            yield from _history(name, list(values))
        for each in values.values() if isinstance(values, Mapping) else [values]:
            if not each or not all(isinstance(value, str) for value in each):
                yield f"{name}: values of {label} are a list of texts, not {each}"
    yield from (f"{name}: includes unknown {each}" for each in item.get("includes", ()) if each not in _names(data))


def _names(data: Mapping[str, Any]) -> set[str]:
    return set(shapes(data))


def _version_text(where: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{where}: version {value!r} must be quoted"
        return
    try:
        Version.parse(value)
    except ValueError as error:
        yield f"{where}: {error}"


def _history(name: str, keys: Sequence[Any]) -> Iterator[str]:
    bad = [text for key in keys for text in _version_text(name, key)]
    yield from bad
    if not bad:
        versions = [Version.parse(key) for key in keys]
        if versions != sorted(set(versions)):
            yield f"{name}: history is not in order: {', '.join(keys)}"


CHECKS: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (_head, _metrics, _instruments, signals)
