"""Classic Grafana JSON, as data -> dashboard, panels, queries, variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashgen.lint.document import Document, Path
from dashgen.lint.expression import Expression
from dashgen.lint.readers.sources import Sources
from dashgen.lint.subject import Dashboard, Json, Panel, Query, Variable, items, mapping, text

RESULT = "query_result("
"""What a variable asks for with PromQL."""


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
    sources = Sources.of(data)
    panels: list[Panel] = []
    above = ""
    for index, item in items(data.get("panels")):
        above = _panels(board, (*path, "panels", index), item, above, panels)
    for index, row in items(data.get("rows")):
        for inner, item in items(row.get("panels")):
            panels.append(Panel(board, (*path, "rows", index, "panels", inner), item, text(row.get("title"))))
    for name, element in mapping(data.get("__elements")).items():
        # Library panels, as an export carries them along.
        model = mapping(element).get("model")
        if isinstance(model, Mapping):
            panels.append(Panel(board, (*path, "__elements", name, "model"), model))
    for panel in panels:
        panel.queries = tuple(
            _query(panel, index, target, sources) for index, target in items(panel.data.get("targets"))
        )
    board.panels = tuple(panels)
    board.variables = tuple(_variables(board, sources))
    board.annotations = tuple(_annotations(board, sources))
    return board


def _panels(board: Dashboard, path: Path, item: Json, above: str, found: list[Panel]) -> str:
    """Add a panel, and those inside of it; the title of the row that the next one is in."""
    is_row = item.get("type") == "row"
    panel = Panel(board, path, item, "" if is_row else above)
    found.append(panel)
    if not is_row:
        return above
    for index, inner in items(item.get("panels")):
        found.append(Panel(board, (*path, "panels", index), inner, panel.title))
    return panel.title


def _query(panel: Panel, index: int, target: Json, sources: Sources) -> Query:
    query = Query(panel, (*panel.path, "targets", index), target)
    expr = target.get("expr")
    if isinstance(expr, str) and expr.strip() and not sources.other_language(target, panel.data):
        place = query.place.child("expr")
        query.expression = Expression(expr, place, "panel", query, f"{panel.about}, query {query.ref or index + 1}")
    return query


def _variables(board: Dashboard, sources: Sources) -> Iterator[Variable]:
    for index, item in items(mapping(board.data.get("templating")).get("list")):
        variable = Variable(board, (*board.path, "templating", "list", index), item)
        written = variable.query if variable.type == "query" and not sources.other_language(item) else ""
        if written.startswith(RESULT) and written.rstrip().endswith(")"):
            expr = written.rstrip()[len(RESULT) : -1]
            place = variable.place.child(*_written_at(item))
            variable.expression = Expression(expr, place, "variable", variable, variable.about, shift=len(RESULT))
        yield variable


def _written_at(item: Json) -> Path:
    """Where the text of a variable's query stands."""
    query = item.get("query")
    inner: Path = ("query", "query") if isinstance(query, Mapping) else ("query",)
    holder = query.get("query") if isinstance(query, Mapping) else query
    return inner if text(holder) else ("definition",)


def _annotations(board: Dashboard, sources: Sources) -> Iterator[Expression]:
    for index, item in items(mapping(board.data.get("annotations")).get("list")):
        place = board.place.child("annotations", "list", index)
        for holder, at in ((item, place.child("expr")), (mapping(item.get("target")), place.child("target", "expr"))):
            expr = holder.get("expr")
            if isinstance(expr, str) and expr.strip() and not sources.other_language(item):
                yield Expression(expr, at, "annotation", board, f'annotation "{text(item.get("name"))}"')
                break
