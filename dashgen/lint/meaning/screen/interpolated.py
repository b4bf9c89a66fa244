"""The texts of a dashboard in which Grafana replaces variables, with where each stands and whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.document import Place
from dashgen.lint.subject import Dashboard, Json, Panel, Variable, items, mapping, text

_Text = tuple[Place, str, str]
"""Where it stands, whose it is, the text."""


def interpolated(board: Dashboard) -> Iterator[_Text]:
    """Every text with a variable in it that Grafana puts something else in place of."""
    for panel in board.panels:
        yield from _of_panel(panel)
    for variable in board.variables:
        yield from _of_variable(variable)
    for index, note in items(mapping(board.data.get("annotations")).get("list")):
        place = board.place.child("annotations", "list", index)
        about = f'annotation "{text(note.get("name"))}"'
        yield from _strings(place, about, note, "expr")
        yield from _source(place, about, note)
    yield from _links(board.place, board.about, board.data.get("links"))


def _of_panel(panel: Panel) -> Iterator[_Text]:
    place, about = panel.place, panel.about
    yield from _strings(place, about, panel.data, "title")
    yield from _source(place, about, panel.data)
    for query in panel.queries:
        whose = f"{about}, query {query.ref}" if query.ref else about
        yield from _source(query.place, whose, query.data)
        yield from _strings(query.place, whose, query.data, "expr", "legendFormat")
    yield from _links(place, about, panel.data.get("links"))
    yield from _links(place.child("fieldConfig", "defaults"), about, panel.defaults.get("links"))


def _of_variable(variable: Variable) -> Iterator[_Text]:
    if variable.type == "query":
        inner = mapping(variable.data.get("query"))
        holder = variable.place.child("query") if inner else variable.place
        yield from _strings(holder, variable.about, inner or variable.data, "query")
    if variable.type != "datasource":
        yield from _source(variable.place, variable.about, variable.data)


def _strings(place: Place, about: str, holder: Json, *keys: str) -> Iterator[_Text]:
    for key in keys:
        value = holder.get(key)
        if isinstance(value, str) and ("$" in value or "[[" in value):
            yield place.child(key), about, value


def _source(place: Place, about: str, holder: Json) -> Iterator[_Text]:
    value = holder.get("datasource")
    if isinstance(value, str):
        yield place.child("datasource"), about, value
    else:
        yield from _strings(place.child("datasource"), about, mapping(value), "uid")


def _links(place: Place, about: str, links: object) -> Iterator[_Text]:
    for index, link in items(links):
        yield from _strings(place.child("links", index), about, link, "url")
