"""Data -> the same with parts that are gone, doubled, elsewhere, of another type, or much too large."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz import promql
from tests.fuzz.seeds import Seeds

Holder = tuple[Any, Any]
"""A mapping or list, and the key or index of a value in it."""
_BOMB_LEVELS = 12
KINDS = (
    "ConfigMap", "ConfigMapList", "List", "PrometheusRule", "VMRule", "GrafanaDashboard", "GrafanaManifest",
    "Dashboard", "Secret", "Deployment", "", 7, None, ["ConfigMap"], {"a": 1},
)  # fmt: skip
KEYS = (
    "kind", "apiVersion", "metadata", "name", "spec", "data", "binaryData", "items", "json", "gzipJson", "groups",
    "rules", "alert", "record", "expr", "for", "labels", "annotations", "interval", "panels", "rows", "targets",
    "templating", "list", "type", "title", "id", "gridPos", "x", "y", "w", "h", "datasource", "uid", "fieldConfig",
    "defaults", "unit", "thresholds", "steps", "value", "overrides", "refId", "query", "definition", "regex", "multi",
    "includeAll", "allValue", "current", "options", "elements", "layout", "variables", "__inputs", "__elements",
    "schemaVersion", "editable", "tests", "rule_files", "exemplar", "instant", "legendFormat", "intervalFactor",
    "interval", "maxDataPoints", "repeat", "libraryPanel", "transformations", "links", "time", "refresh", "severity",
    "summary", "description", "runbook_url", "keep_firing_for", "limit", "partial_response_strategy", "<<", "",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.5, -0.0, 10**30, -(10**400), 1e308, float("inf"), float("-inf"), float("nan"),
    2**31, 2**63, "", " ", "\n", "x", "é", "\0", "\ud800", "\U0001f525", "a" * 10_000, "$x", "${x}", "{{ $labels.a }}",
    "{{ $value }}", "{{", "}}", "{{ range query `up` }}", "${DS_PROMETHEUS}", "-- Grafana --", "-- Mixed --", "null",
    "~", "yes", "1e3", "0x1F", "1_000", "2026-11-27", "12:30:45", "=", "<<", "*a", "&a", "!!python/name:os", "- a",
    "5m", "0s", "-5m", "1y", "99999999999999999999y", "5", "1h30m", "$__rate_interval", "%", "#", "'", '"', "\\",
    [], {}, [[]], [{}], [None], {"": ""}, [1, "a", None, {}], {"a": {"b": {"c": []}}}, [[[[[[[[]]]]]]]],
    {"type": "prometheus", "uid": "${datasource}"}, {"type": "loki"}, {"uid": 7}, {"query": ["a"]},
)  # fmt: skip


def mutated(data: Any, seeds: Seeds, dice: random.Random) -> Any:
    """A changed copy."""
    root: list[Any] = [copy.deepcopy(data)]
    for _ in range(dice.choice((1, 1, 2, 2, 3, 5, 8))):
        holders = _holders(root)
        dice.choices(_CHANGES, _WEIGHTS)[0](dice.choice(holders), holders, seeds, dice)
    return root[0] if root else None


def _holders(root: Any) -> list[Holder]:
    found: list[Holder] = []
    waiting = [(root, 0)]
    while waiting and len(found) < 20_000:
        holder, depth = waiting.pop()
        steps = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, value in steps:
            found.append((holder, key))
            # Deeper is what a mutation before this one made.
            if isinstance(value, (dict, list)) and depth < 60:
                waiting.append((value, depth + 1))
    return found or [([None], 0)]


def _delete(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    del at[0][at[1]]


def _double(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    holder, key = at
    times = dice.choice((1, 1, 2, 30))
    if isinstance(holder, list):
        holder[key:key] = [copy.deepcopy(holder[key]) for _ in range(times)]
    else:
        holder[f"{key}{dice.choice(('', ' ', '2', '_total'))}x"] = copy.deepcopy(holder[key])


def _move(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """A value to a place where another is; a copy, so that nothing is inside of itself."""
    other, there = dice.choice(holders)
    other[there] = copy.deepcopy(at[0][at[1]])
    if dice.random() < 0.5 and at[0] is not other:
        at[0].pop(at[1], None) if isinstance(at[0], dict) else at[0].pop(at[1])


def _exchange(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    other, there = dice.choice(holders)
    one, two = copy.deepcopy(at[0][at[1]]), copy.deepcopy(other[there])
    at[0][at[1]] = two
    other[there] = one


def _odd(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    at[0][at[1]] = copy.deepcopy(dice.choice(ODD))


def _foreign(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """A value of another file."""
    at[0][at[1]] = copy.deepcopy(dice.choice(seeds.values))


def _type(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """The same as another type."""
    value = at[0][at[1]]
    if isinstance(value, dict):
        other: Any = dice.choice((list(value.values()), list(value), str(value), [value]))
    elif isinstance(value, list):
        other = dice.choice(({str(index): each for index, each in enumerate(value)}, str(value), value[:1], [value]))
    else:
        other = dice.choice((str(value), [value], {"value": value}, {str(value): value}, len(str(value)), [[value]]))
    at[0][at[1]] = other


def _key(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """Another key, a key more, or one that is no text."""
    holder, key = at
    if isinstance(holder, dict):
        new = dice.choice((*KEYS, *KEYS, 7, 1.5, True, None, f"{key}".upper(), f" {key}"))
        value = holder[key] if dice.random() < 0.5 else holder.pop(key)
        holder[new] = value
    else:
        holder[key] = {dice.choice(KEYS): holder[key]}


def _kind(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """Another kind of Kubernetes object."""
    tops = [holder for holder, key in holders if isinstance(holder, dict) and key in ("kind", "apiVersion", "panels")]
    holder = dice.choice(tops) if tops else at[0]
    if isinstance(holder, dict):
        holder["kind"] = dice.choice(KINDS)
        holder["apiVersion"] = dice.choice(
            ("v1", "monitoring.coreos.com/v1", "dashboard.grafana.app/v2beta1", 1, None, "")
        )


def _deep(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    value = at[0][at[1]]
    for _ in range(dice.choice((5, 30, 150, 195, 205, 400))):
        value = [value] if dice.random() < 0.5 else {dice.choice(("spec", "panels", "items", "data", "a")): value}
    at[0][at[1]] = value


def _expr(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """An expression that is changed, where there is one."""
    places = [
        (holder, key) for holder, key in holders if key in ("expr", "query", "definition", "description", "summary")
    ]
    holder, key = dice.choice(places) if places else at
    text = holder[key] if isinstance(holder[key], str) and dice.random() < 0.6 else dice.choice(seeds.expressions)
    holder[key] = promql.mutated(text, seeds.expressions, dice)


def _text(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """An odd character, or very many, in a text."""
    texts = [(holder, key) for holder, key in holders if isinstance(holder[key], str)]
    holder, key = dice.choice(texts) if texts else at
    text = str(holder[key])
    start = dice.randrange(len(text) + 1)
    piece = dice.choice((*promql.PIECES, *promql.VARIABLES, "x" * 3000, "\n" * 500, '\\"' * 50))
    holder[key] = text[:start] + piece + text[start + dice.choice((0, 0, 1, 8)) :]


def _bomb(at: Holder, holders: list[Holder], seeds: Seeds, dice: random.Random) -> None:
    """The same object many times over, which YAML writes as aliases; sometimes where there are panels or rules."""
    lists = [(holder, key) for holder, key in holders if isinstance(holder[key], list) and holder[key]]
    holder, key = dice.choice(lists) if lists else at
    value = holder[key]
    width, levels = dice.choice(((2, 3), (9, 3), (10, 5), (2, _BOMB_LEVELS), (300, 1)))
    for _ in range(levels):
        value = [value] * width
    holder[key] = value


Change = Callable[[Holder, list[Holder], Seeds, random.Random], None]
_TABLE: dict[Change, int] = {
    _delete: 8, _double: 6, _move: 8, _exchange: 8, _odd: 18, _foreign: 8, _type: 10, _key: 8, _kind: 3, _deep: 2,
    _expr: 14, _text: 10, _bomb: 1,
}  # fmt: skip
_CHANGES, _WEIGHTS = list(_TABLE), list(_TABLE.values())
