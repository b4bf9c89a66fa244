"""``data/<exporter>.yaml`` -> Exporter, once per process. The YAML's own shorthand is undone here."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashgen.catalogue.model import Buckets, Classify, Engine, Exporter, History, Metric, Presence, SignalUse, Variant
from dashgen.catalogue.otel_names import Strategy, prometheus_name, unit_word
from dashgen.catalogue.version import Version

_DATA = Path(__file__).parent / "data"
"""Not through ``importlib.resources``, whose import costs more than reading the folder."""
_OTEL_UNITS = {"{token}": "tokens", "{request}": "requests"}


@functools.cache
def exporters() -> tuple[str, ...]:
    """The names of all exporters, sorted; reads the directory, not the files."""
    names = [entry.name for entry in _DATA.iterdir()]
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@functools.cache
def _text(name: str) -> str:
    return (_DATA / f"{name}.yaml").read_text("utf-8")


def read(name: str) -> dict[str, Any]:
    """The YAML of an exporter as plain data.

    Raises:
        KeyError: when there is no such exporter.
    """
    if name not in exporters():
        raise KeyError(name)
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = yaml.load(_text(name), loader)
    return data


@functools.cache
def providers() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """(vantage, signal) -> the exporters that answer it there, sorted.

    Reads the heads and signals of the files without parsing them: nobody waits for thousands of entries to be
    told which exporter to add.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for name in exporters():
        text = _text(name)
        vantage = re.search(r"^vantage: (\w+)", text, re.MULTILINE)
        block = re.search(r"^signals:\n((?:[ #].*\n|\n)*)", text, re.MULTILINE)
        if vantage and block:
            for signal in re.findall(r"^  (\w+):", block[1], re.MULTILINE):
                found.setdefault((vantage[1], signal), []).append(name)
    return {key: tuple(names) for key, names in found.items()}


@functools.cache
def mentions(name: str, word: str) -> bool:
    """Whether an exporter's file names a label at all; for advice, where being right is worth no parsing."""
    return re.search(rf"\b(?:{word})\b", _text(name)) is not None


@functools.cache
def load(name: str) -> Exporter:
    """The catalogue entry of an exporter.

    Raises:
        KeyError: when there is no such exporter.
    """
    return build(read(name))


def build(data: Mapping[str, Any]) -> Exporter:
    """Plain data of one catalogue file -> Exporter; ``validate.contradictions`` says what must hold."""
    variants = {
        name: Variant(
            name,
            item["summary"],
            item["tell"],
            bool(item.get("default")),
            item.get("strategy", ""),
            tuple(item.get("separators", ":")),
        )
        for name, item in data.get("variants", {}).items()
    }
    metrics = tuple(_instruments(data, variants) if "instruments" in data else _metrics(data))
    by_name: dict[str, list[Metric]] = {}
    for metric in metrics:
        spelled = (name for variant in variants.values() for name in variant.spellings(metric.name))
        for name in dict.fromkeys((metric.name, metric.instrument, *metric.names.values(), *spelled)):
            if name:
                by_name.setdefault(name, []).append(metric)
    presence = data["presence"]
    default_names = {metric.instrument or metric.name: metric.name for metric in metrics}
    return Exporter(
        name=data["exporter"],
        title=data["title"],
        vantage=data["vantage"],
        port=data["port"],
        path=data["path"],
        newest=Version.parse(data["newest"]),
        newest_text=data["newest"],
        source=data.get("source", ""),
        labels=data["labels"],
        presence=Presence(default_names[presence["metric"]], presence["per_model"], presence["up_is_enough"]),
        metrics=metrics,
        signals={key: tuple(_use(item, default_names) for item in uses) for key, uses in data["signals"].items()},
        route=data.get("route", ""),
        labels_honored=data.get("labels_honored", {}),
        label_changes=tuple((Version.parse(at), change) for at, change in data.get("label_changes", {}).items()),
        target_labels=tuple(data.get("target_labels", ())),
        variants=variants,
        engines=tuple(
            Engine(name, Version.parse(item["since"]), _version(item, "removed_in"), item.get("note", ""))
            for name, item in data.get("engines", {}).items()
        ),
        listed="shipped" in data,
        owns=tuple(data.get("owns", ())),
        owns_except=tuple(data.get("owns_except", ())),
        hidden_flag=data.get("hidden_flag", ""),
        off_hint=data.get("off_hint", ""),
        notes=tuple(data.get("notes", ())),
        breaks=tuple((Version.parse(at), note) for at, note in data.get("breaks", {}).items()),
        by_name={name: tuple(items) for name, items in by_name.items()},
    )


def entries(data: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(engine, raw entry) of every metric of a file; the engine is empty where it does not matter."""
    metrics = data.get("metrics", [])
    if isinstance(metrics, Mapping):
        return [("" if engine == "any" else engine, item) for engine in metrics for item in metrics[engine]]
    return [("", item) for item in metrics]


def _metrics(data: Mapping[str, Any]) -> list[Metric]:
    engines = data.get("engines", {})
    families = data.get("buckets", {})
    sources = data.get("sources", {})
    shipped_sets = data.get("shipped", {})
    bases = {name: item["labels"] for name, item in engines.items()}
    metrics = []
    for engine, item in entries(data):
        shipped = item.get("shipped", {})
        shipped = shipped_sets[shipped] if isinstance(shipped, str) else shipped
        source = item.get("source", "")
        buckets = item.get("buckets")
        metrics.append(
            Metric(
                name=item["name"],
                type=item["type"],
                meaning=item["meaning"],
                source=sources.get(source, source)
                or engines.get(engine, {}).get("source", "")
                or data.get("source", ""),
                unit=item.get("unit", ""),
                engine=engine,
                since=_version(item, "since"),
                deprecated_in=_version(item, "deprecated_in"),
                hidden_since=_version(item, "hidden_since"),
                removed_in=_version(item, "removed_in"),
                renamed_to=item.get("renamed_to", ""),
                condition=item.get("when", ""),
                requires=data.get("requirements", {}).get(item.get("requires", ""), ""),
                pitfall=item.get("pitfall", ""),
                label_history=_label_history(item, bases.get(engine, data.get("base_labels", {}))),
                optional_labels=tuple(data.get("optional_labels", ())),
                open_labels=bool(item.get("open_labels")),
                bucket_history=_bucket_history(buckets, families),
                buckets_per_model=isinstance(buckets, str) and families.get(buckets) == "per_model",
                shipped={
                    variant: tuple((Version.parse(at), state) for at, state in history.items())
                    for variant, history in shipped.items()
                },
                values=_values(item),
                includes=tuple(item.get("includes", ())),
            )
        )
    return metrics


def _instruments(data: Mapping[str, Any], variants: Mapping[str, Variant]) -> list[Metric]:
    default = next(name for name, variant in variants.items() if variant.default)
    metrics = []
    for item in data["instruments"]:
        unit = item.get("unit", "")
        names = {
            name: prometheus_name(item["name"], item["type"], unit, Strategy(variant.strategy))
            for name, variant in variants.items()
        }
        metrics.append(
            Metric(
                name=names[default],
                type=item["type"],
                meaning=item["meaning"],
                source=item.get("source", data.get("source", "")),
                unit=_OTEL_UNITS.get(unit) or unit_word(unit),
                instrument=item["name"],
                names=names,
                since=_version(item, "since"),
                removed_in=_version(item, "removed_in"),
                condition=item.get("when", ""),
                pitfall=item.get("pitfall", ""),
                label_history=((Version.parse("0.0"), tuple(map(label_name, item["attributes"]))),),
                optional_labels=("otel_scope_name", "otel_scope_version"),
                bucket_history=_bucket_history(item.get("buckets"), data.get("buckets", {})),
                values=_values(item),
                includes=tuple(item.get("includes", ())),
            )
        )
    return metrics


def _values(item: Mapping[str, Any]) -> dict[str, History]:
    """Label -> the values it can have, by version; a plain list holds in every version."""
    found: dict[str, History] = {}
    for label, values in item.get("values", {}).items():
        history = values if isinstance(values, Mapping) else {item.get("since", "0.0"): values}
        found[label] = tuple((Version.parse(at), tuple(each)) for at, each in history.items())
    return found


def label_name(attribute: str) -> str:
    """What Prometheus calls an OpenTelemetry attribute: ``gen_ai.request.model`` -> ``gen_ai_request_model``."""
    return re.sub(r"[^A-Za-z0-9_]", "_", attribute)


def _label_history(
    item: Mapping[str, Any], base: Mapping[str, list[str]]
) -> tuple[tuple[Version, tuple[str, ...]], ...]:
    if isinstance(item.get("labels"), Mapping):
        return tuple((Version.parse(at), tuple(labels)) for at, labels in item["labels"].items())
    if "labels" in item:
        return ((Version.parse(item.get("since", "0.0")), tuple(item["labels"])),)
    extra = item.get("extra", [])
    if not base:
        return ((Version.parse(item.get("since", "0.0")), tuple(extra)),)
    return tuple((Version.parse(at), (*labels, *extra)) for at, labels in base.items())


def _bucket_history(
    value: str | Mapping[str, str] | None, families: Mapping[str, Any]
) -> tuple[tuple[Version | None, Buckets], ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return ((None, _bounds(families[value])),)
    return tuple((Version.parse(at), _bounds(families[family])) for at, family in value.items())


def _bounds(family: Any) -> Buckets:
    return tuple(float(bound) for bound in family) if isinstance(family, list) else ()


def _use(item: Mapping[str, Any], default_names: Mapping[str, str]) -> SignalUse:
    return SignalUse(
        metric=default_names[item["metric"]],
        match=item.get("match", {}),
        match_re=item.get("match_re", {}),
        drop=tuple(item.get("drop", ())),
        scale=float(item.get("scale", 1)),
        keep=item.get("keep", {}),
        set=item.get("set", {}),
        copy=item.get("copy", {}),
        part=item.get("part", ""),
        beside=bool(item.get("beside")),
        classify=_classify(item["classify"]) if "classify" in item else None,
    )


def _classify(item: Mapping[str, Any]) -> Classify:
    classes = tuple((pattern, name) for pattern, name in item.get("classes", ()))
    return Classify(item["label"], item["success"], classes, item["otherwise"])


def _version(item: Mapping[str, Any], key: str) -> Version | None:
    return Version.parse(item[key]) if key in item else None
