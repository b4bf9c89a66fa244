"""Where assumptions come from: a spec, or ``--assume`` on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dashgen.catalogue.loader import load
from dashgen.catalogue.version import Version, VersionRange
from dashgen.errors import InputError, Location, Problem
from dashgen.lint.assume import Assumptions, Exposed, known_exporters
from dashgen.promql.tokens import seconds

if TYPE_CHECKING:
    from dashgen.spec import Spec

_ALIASES = {"dcgm": "dcgm-exporter", "ksm": "kube-state-metrics"}
_LABELS = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def of_spec(spec: Spec) -> Assumptions:
    """What a spec says of its deployment; nothing else runs there."""
    sources: dict[str, tuple[Exposed, ...]] = {}
    for source in spec.sources:
        newest = VersionRange.exactly(load(source.kind).newest)
        versions = VersionRange.parse(source.version) if source.version else newest
        exposed = Exposed(versions, source.variant, frozenset(source.enabled), frozenset(source.disabled))
        sources[source.kind] = (*sources.get(source.kind, ()), exposed)
    server = spec.prometheus
    return Assumptions(
        sources=sources,
        closed=True,
        prometheus=Version.parse(server.version),
        flavour=server.flavour,
        scrape_interval=server.scrape_interval,
        evaluation_interval=server.evaluation_interval,
        retention=server.retention,
        rules=server.rules,
        external_labels=frozenset(server.external_labels),
        replica_label=server.replica_label,
        name=spec.name,
    )


def of_options(given: Sequence[str], known: Assumptions | None = None) -> Assumptions:
    """``["vllm=0.33", "scrape_interval=30s", "app=js-pull"]`` -> assumptions; what is not given is as ``known``.

    An exporter takes a version, a range, or the name of one of its variants; both as ``dcgm-exporter=4.5/helm-chart``.

    Raises:
        InputError: with every one that cannot be used.
    """
    assume, problems = known or Assumptions(), list[Problem]()
    sources: dict[str, tuple[Exposed, ...]] = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        try:
            if not equals or not value:
                raise _unusable(f"`{text}`", "NAME=VALUE, such as vllm=0.33 or scrape_interval=30s")
            exporter = _ALIASES.get(key, key)
            if exporter in known_exporters():
                sources[exporter] = (*sources.get(exporter, ()), _exposed(exporter, value))
            else:
                assume = _setting(assume, key, value)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return replace(assume, sources={**assume.sources, **sources})


def _exposed(exporter: str, value: str) -> Exposed:
    entry = load(exporter)
    version, _, variant = value.partition("/")
    if version in entry.variants and not variant:
        return Exposed(VersionRange.exactly(entry.newest), version)
    if variant and variant not in entry.variants:
        known = ", ".join(entry.variants) or "no variants"
        raise _unusable(f"`{exporter}={value}`", f"one of its variants: {known}")
    try:
        return Exposed(VersionRange.parse(version), variant or None)
    except ValueError as error:
        names = f", or one of {', '.join(entry.variants)}" if entry.variants else ""
        raise _unusable(f"`{exporter}={value}`", f"a version or range{names} ({error})") from error


def _duration(value: str) -> timedelta:
    length = seconds(value)
    if not length:
        raise ValueError("a duration such as 30s or 15d")
    return timedelta(seconds=length)


def _version(value: str) -> Version:
    try:
        return Version.parse(value)
    except ValueError as error:
        raise ValueError("a version such as 3.5") from error


def _labels(value: str) -> frozenset[str]:
    names = frozenset(value.split(","))
    if not all(_LABELS.fullmatch(name) for name in names):
        raise ValueError("label names with commas between them")
    return names


def _label(value: str) -> str:
    if not _LABELS.fullmatch(value):
        raise ValueError("a label name")
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return value

    return read


_SETTINGS: Mapping[str, Callable[[str], Any]] = {
    "prometheus": _version,
    "flavour": _one_of("prometheus", "thanos", "mimir", "victoriametrics"),
    "scrape_interval": _duration,
    "evaluation_interval": _duration,
    "retention": _duration,
    "rules": _one_of("local", "global"),
    "external_labels": _labels,
    "replica_label": _label,
    "page_severities": lambda value: frozenset(value.split(",")),
}


def _setting(assume: Assumptions, key: str, value: str) -> Assumptions:
    if key not in _SETTINGS:
        known = ", ".join((*_SETTINGS, *known_exporters()))
        raise _unusable(f"`{key}`", f"one of {known}")
    try:
        changes: dict[str, Any] = {key: _SETTINGS[key](value)}
    except ValueError as error:
        raise _unusable(f"`{key}={value}`", str(error)) from error
    return replace(assume, **changes)


def _unusable(found: str, expected: str) -> InputError:
    return InputError([Problem(Location("--assume"), found, expected, "correct it; the option may be repeated")])
