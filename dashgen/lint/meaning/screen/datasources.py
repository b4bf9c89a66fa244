"""The data sources a dashboard names: of its panels, queries, variables and annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dashgen.lint.document import Place
from dashgen.lint.subject import Dashboard, items, mapping, text

WITHOUT_SOURCE = frozenset(
    {"text", "row", "dashlist", "news", "alertlist", "annolist", "welcome", "gettingstarted", "pluginlist"}
)
"""Panels that ask no data source."""
_OWN_UIDS = frozenset({"grafana", "default", "mixed", "dashboard", "__expr__", "-100"})
_OWN_TYPES = frozenset({"grafana", "datasource", "dashboard", "mixed", "__expr__"})


@dataclass(frozen=True, slots=True)
class Named:
    """A data source as named somewhere: ``place`` is its uid, or its name as before Grafana 8.3; ``type`` may be ''."""

    uid: str
    type: str
    place: Place


def named(board: Dashboard) -> Iterator[Named]:
    """Every data source that is named, in the order of the file; Grafana's own and the default one are left out."""
    for panel in board.panels:
        if panel.type in WITHOUT_SOURCE:
            continue
        yield from _named(panel.data.get("datasource"), panel.place)
        for query in panel.queries:
            yield from _named(query.data.get("datasource"), query.place)
    for variable in board.variables:
        if variable.type != "datasource":
            yield from _named(variable.data.get("datasource"), variable.place)
    for index, note in items(mapping(board.data.get("annotations")).get("list")):
        if not note.get("builtIn"):
            yield from _named(note.get("datasource"), board.place.child("annotations", "list", index))


def _named(value: Any, owner: Place) -> Iterator[Named]:
    place, uid, kind = owner.child("datasource"), "", ""
    if isinstance(value, str):
        uid = value
    elif isinstance(value, dict):
        place, uid, kind = place.child("uid"), text(value.get("uid")), text(value.get("type"))
    special = uid.strip().startswith("-- ") or uid.lower() in _OWN_UIDS or kind in _OWN_TYPES
    if uid.strip() and not special:
        yield Named(uid, kind, place)


def filled_by_operator(board: Dashboard) -> Iterator[str]:
    """What a GrafanaDashboard around the JSON fills in."""
    outer = board.document.outer
    if outer is None:
        return
    for length in range(len(outer.path)):
        around = mapping(outer.document.get(*outer.path[:length]))
        listed = mapping(around.get("spec")).get("datasources")
        for each in listed if isinstance(listed, list) else ():
            yield text(mapping(each).get("inputName"))
