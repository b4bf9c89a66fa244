"""One panel, before and now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dashgen.compare.changes import Code, Words, arrow
from dashgen.compare.expressions import difference, same
from dashgen.compare.model import Panel, Query
from dashgen.compare.texts import reworded
from dashgen.compare.thresholds import lines

# The first line of a panel whose signal nobody exposes (emit/grafana.py writes it).
NO_SOURCE = "**No source for this panel**"
_MOST_DETAILS = 3
_EXPRESSIONS = ("expr", "query", "query.query")


def compare_panel(old: Panel, new: Panel) -> tuple[Words, ...]:
    """Everything that changed in a panel, what it shows first; empty when only its place did."""
    had, has = not old.text.startswith(NO_SOURCE), not new.text.startswith(NO_SOURCE)
    said = [*reworded("title", old.title, new.title), *_moved(old, new)]
    if had != has:
        source = "has a source now" if has else "lost its source: it only says how to get one"
        return (*said, (source,))
    if old.kind != new.kind:
        said.append(arrow(old.kind, new.kind, "drawn as"))
    if old.unit != new.unit:
        said.append(arrow(old.unit or "none", new.unit or "none", "unit"))
    said += lines(old.thresholds, new.thresholds, old.unit, new.unit)
    said += _queries(old.queries, new.queries)
    said += reworded("text", old.text, new.text)
    said += reworded("description", old.description, new.description)
    # Another kind of panel has other options: they are no news of their own.
    if old.kind == new.kind:
        said += value_change(old.look, new.look)
    return tuple(dict.fromkeys(said))


def _moved(old: Panel, new: Panel) -> list[Words]:
    if old.row_id == new.row_id or old.row == new.row:
        return []
    return [("moved from row ", Code(old.row or "(none)"), " to ", Code(new.row or "(none)"))]


def _queries(old: Mapping[str, Query], new: Mapping[str, Query]) -> list[Words]:
    """Queries by refId; a query that only got another refId is the same query."""
    gone = [query for ref, query in old.items() if ref not in new]
    came = [query for ref, query in new.items() if ref not in old]
    pairs = [(old[ref], query) for ref, query in new.items() if ref in old]
    for query in list(came):
        twin = next((other for other in gone if same(other.expr, query.expr)), None)
        if twin is not None:
            gone.remove(twin)
            came.remove(query)
            pairs.append((twin, query))
    said: list[Words] = [("query removed: ", Code(query.legend or query.ref)) for query in gone]
    said += [("query added: ", Code(query.legend or query.ref)) for query in came]
    for one, other in pairs:
        said += difference(one.expr, other.expr)
        if one.legend != other.legend:
            said.append(arrow(one.legend or "automatic", other.legend or "automatic", "legend"))
        said += value_change(one.other, other.other)
    return said


def value_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Words]:
    """Settings by dotted path that were added, removed or changed; many of them are only counted."""
    paths = [path for path in sorted({*old, *new}) if old.get(path) != new.get(path)]
    said: list[Words] = []
    for path in paths:
        one, other = old.get(path), new.get(path)
        if path in _EXPRESSIONS and isinstance(one, str) and isinstance(other, str):
            said += difference(one, other)
        else:
            said.append((Code(path), ": ", Code(_value(one)), " -> ", Code(_value(other))))
    if len(said) > _MOST_DETAILS:
        return [(f"{len(said)} settings changed: ", Code(", ".join(paths)))]
    return said


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
