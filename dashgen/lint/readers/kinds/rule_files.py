"""Rule files of Prometheus, Thanos, vmalert, Mimir and Loki, and what the rulers' APIs answer."""

from __future__ import annotations

from typing import Any

from dashgen.lint.document import Place
from dashgen.lint.readers.finder import Finder
from dashgen.lint.readers.rules import groups, has_groups
from dashgen.lint.subject import Json


def takes(data: Json) -> bool:
    """Whether data has groups of rules, directly or by namespace."""
    return not isinstance(data.get("kind"), str) and (has_groups(data) or _by_namespace(data))


def read(place: Place, data: Json, finder: Finder) -> None:
    """The groups of all namespaces."""
    keys = ["groups"] if has_groups(data) else list(data)
    for key in keys:
        finder.found.groups += groups(place.document, (*place.path, key))


def _by_namespace(data: Json) -> bool:
    return bool(data) and all(_groups(value) for value in data.values())


def _groups(value: Any) -> bool:
    listed = isinstance(value, list) and bool(value)
    return listed and all(isinstance(each, dict) and {"name", "rules"} <= each.keys() for each in value)
