"""Dashboards of Grafana's schema v2 -> the same subjects as classic ones.

Their panels, queries and variables are put into the shape of classic JSON, so that checks see one shape; places are
those of the text, the nearest one where classic JSON has a value that v2 has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dashgen.lint.document import Document, Path
from dashgen.lint.expression import Expression
from dashgen.lint.readers.dashboard import RESULT
from dashgen.lint.readers.sources import Sources
from dashgen.lint.subject import Dashboard, Json, Panel, Query, Variable, items, mapping, text

_TYPES = {"text": "textbox", "groupby": "groupby", "adhoc": "adhoc"}


def is_v2(data: Any) -> bool:
    """Whether data is the spec of one: panels are elements by name, laid out elsewhere."""
    return isinstance(data, dict) and isinstance(data.get("elements"), dict) and "panels" not in data


def dashboard(document: Document, path: Path, uid: str) -> Dashboard:
    """The dashboard whose spec is at ``path``."""
    spec = mapping(document.get(*path))
    board = Dashboard(document, path, {}, uid)
    variables = list(_variables(board, spec))
    kept = {key: value for key, value in spec.items() if key not in ("elements", "layout", "variables", "annotations")}
    board.data = {**kept, "templating": {"list": [each.data for each in variables]}}
    board.variables = tuple(variables)
    sources = Sources.of(board.data)
    for variable in variables:
        _expression(variable, sources)
    board.panels = tuple(_panels(board, spec, sources))
    board.annotations = tuple(_annotations(board, spec, sources))
    return board


def _panels(board: Dashboard, spec: Json, sources: Sources) -> Iterator[Panel]:
    for name, element in mapping(spec.get("elements")).items():
        inner = mapping(mapping(element).get("spec"))
        viz = mapping(inner.get("vizConfig"))
        drawn = mapping(viz.get("spec"))
        path = (*board.path, "elements", name, "spec")
        data: dict[str, Any] = {key: inner[key] for key in ("id", "title", "description", "links") if key in inner}
        data["type"] = text(viz.get("group")) or text(viz.get("kind"))
        data |= {key: drawn[key] for key in ("fieldConfig", "options") if key in drawn}
        if text(mapping(element).get("kind")) == "LibraryPanel":
            data["libraryPanel"] = inner.get("libraryPanel", {})
        panel = Panel(board, path, data)
        group = mapping(mapping(inner.get("data")).get("spec"))
        panel.queries = tuple(_queries(panel, group, sources))
        data["targets"] = [query.data for query in panel.queries]
        yield panel


def _queries(panel: Panel, group: Json, sources: Sources) -> Iterator[Query]:
    for index, item in items(group.get("queries")):
        spec = mapping(item.get("spec"))
        asked = mapping(spec.get("query"))
        path = (*panel.path, "data", "spec", "queries", index, "spec", "query", "spec")
        data = {**mapping(asked.get("spec")), "refId": text(spec.get("refId")), "hide": spec.get("hidden") is True}
        source = _source(spec, asked)
        query = Query(panel, path, {**data, "datasource": source} if source else data)
        expr = data.get("expr")
        if isinstance(expr, str) and expr.strip() and not sources.other_language(query.data):
            about = f"{panel.about}, query {query.ref or index + 1}"
            query.expression = Expression(expr, query.place.child("expr"), "panel", query, about)
        yield query


def _source(spec: Json, asked: Json) -> dict[str, str]:
    """Type and uid: beside the query in v2alpha1, inside of it since."""
    given = mapping(asked.get("datasource")) or mapping(spec.get("datasource"))
    group = text(asked.get("group"))
    if not group and text(asked.get("kind")) != "DataQuery":
        group = text(asked.get("kind"))
    found = {"type": text(given.get("type")) or group, "uid": text(given.get("uid")) or text(given.get("name"))}
    return {key: value for key, value in found.items() if value}


def _variables(board: Dashboard, spec: Json) -> Iterator[Variable]:
    for index, item in items(spec.get("variables")):
        inner = mapping(item.get("spec"))
        kind = text(item.get("kind")).removesuffix("Variable").lower()
        data: dict[str, Any] = {**inner, "type": _TYPES.get(kind, kind)}
        asked = mapping(inner.get("query"))
        if kind == "query":
            written = mapping(asked.get("spec"))
            data["query"] = written.get("query", written.get("__legacyStringValue", text(inner.get("query"))))
            source = _source(inner, asked)
            data |= {"datasource": source} if source else {}
        elif kind == "datasource":
            data["query"] = text(inner.get("pluginId"))
        yield Variable(board, (*board.path, "variables", index, "spec"), data)


def _expression(variable: Variable, sources: Sources) -> None:
    written = variable.query.rstrip()
    if variable.type == "query" and written.startswith(RESULT) and written.endswith(")"):
        if sources.other_language(variable.data):
            return
        inner = mapping(variable.dashboard.document.get(*variable.path, "query", "spec"))
        key = "query" if "query" in inner else "__legacyStringValue"
        place = variable.place.child("query", "spec", key)
        expr = written[len(RESULT) : -1]
        variable.expression = Expression(expr, place, "variable", variable, variable.about, shift=len(RESULT))


def _annotations(board: Dashboard, spec: Json, sources: Sources) -> Iterator[Expression]:
    for index, item in items(spec.get("annotations")):
        inner = mapping(item.get("spec"))
        asked = mapping(inner.get("query"))
        expr = mapping(asked.get("spec")).get("expr")
        source = _source(inner, asked)
        if isinstance(expr, str) and expr.strip() and not sources.other_language({"datasource": source}):
            place = board.place.child("annotations", index, "spec", "query", "spec", "expr")
            yield Expression(expr, place, "annotation", board, f'annotation "{text(inner.get("name"))}"')
