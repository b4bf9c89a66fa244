"""Classic Grafana JSON, as data -> dashboard, panels, queries, variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashgen.lint.document import Document, Path
from dashgen.lint.expression import Expression
from dashgen.lint.subject import Dashboard, Json, Panel, Query, Variable, items, mapping, text

_OTHER_LANGUAGES = frozenset(
    {"loki", "tempo", "elasticsearch", "influxdb", "graphite", "mysql", "postgres", "cloudwatch", "clickhouse"}
) | frozenset({"grafana-clickhouse-datasource", "yesoreyeram-infinity-datasource", "jaeger", "zipkin", "datasource"})
_RESULT = "query_result("


def is_dashboard(data: Any) -> bool:
    """Whether data is a classic dashboard: it has panels, or rows of them as before Grafana 5."""
    if not isinstance(data, Mapping):
        return False
    shown = data.get("panels", data.get("rows"))
    return isinstance(shown, list) and bool({"title", "uid", "schemaVersion", "templating", "id"} & data.keys())


def dashboard(document: Document, path: Path, uid: str = "") -> Dashboard:
    """The dashboard whose JSON starts at ``path`` of the document; ``uid`` is its name when it has none inside."""
    data = mapping(document.get(*path))
    board = Dashboard(document, path, data, uid or text(data.get("uid")))
    panels: list[Panel] = []
    for index, item in items(data.get("panels")):
        _panels(board, (*path, "panels", index), item, panels)
    for index, row in items(data.get("rows")):
        for inner, item in items(row.get("panels")):
            panels.append(_panel(board, (*path, "rows", index, "panels", inner), item, text(row.get("title"))))
    board.panels = tuple(panels)
    board.variables = tuple(_variables(board))
    board.annotations = tuple(_annotations(board))
    return board


def _panels(board: Dashboard, path: Path, item: Json, found: list[Panel]) -> None:
    row = next((panel.title for panel in reversed(found) if panel.type == "row"), "")
    panel = _panel(board, path, item, "" if item.get("type") == "row" else row)
    found.append(panel)
    if panel.type == "row":
        for index, inner in items(item.get("panels")):
            found.append(_panel(board, (*path, "panels", index), inner, panel.title))


def _panel(board: Dashboard, path: Path, item: Json, row: str) -> Panel:
    panel = Panel(board, path, item, row)
    panel.queries = tuple(_query(panel, index, target) for index, target in items(item.get("targets")))
    return panel


def _query(panel: Panel, index: int, target: Json) -> Query:
    path = (*panel.path, "targets", index)
    query = Query(panel, path, target)
    expr = target.get("expr")
    if isinstance(expr, str) and expr.strip() and not _other_language(target, panel.data):
        place = query.place.child("expr")
        query.expression = Expression(expr, place, "panel", query, f"{panel.about}, query {query.ref or index + 1}")
    return query


def _other_language(*holders: Json) -> bool:
    """Whether the data source, of the target or else of its panel, is known to be no Prometheus."""
    for holder in holders:
        source = holder.get("datasource")
        kind = text(source.get("type")) if isinstance(source, Mapping) else ""
        if kind and kind != "datasource":
            return kind.lower() in _OTHER_LANGUAGES
    return False


def _variables(board: Dashboard) -> Iterator[Variable]:
    for index, item in items(mapping(board.data.get("templating")).get("list")):
        variable = Variable(board, (*board.path, "templating", "list", index), item)
        query = item.get("query")
        inner = ("query", "query") if isinstance(query, Mapping) else ("query",)
        written = variable.query if variable.type == "query" and not _other_language(item) else ""
        if written.startswith(_RESULT) and written.rstrip().endswith(")"):
            expr = written.rstrip()[len(_RESULT) : -1]
            place = variable.place.child(*inner)
            variable.expression = Expression(expr, place, "variable", variable, variable.about, shift=len(_RESULT))
        yield variable


def _annotations(board: Dashboard) -> Iterator[Expression]:
    for index, item in items(mapping(board.data.get("annotations")).get("list")):
        expr = item.get("expr")
        if isinstance(expr, str) and expr.strip() and not _other_language(item):
            place = board.place.child("annotations", "list", index, "expr")
            yield Expression(expr, place, "annotation", board, f'annotation "{text(item.get("name"))}"')
