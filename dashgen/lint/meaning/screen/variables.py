"""Variables of a dashboard: how Grafana finds them in texts, and which panels see one value of them at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.emit.verify import GRAFANA_VARIABLES
from dashgen.lint.meaning.screen.boards import is_classic, written
from dashgen.lint.subject import Dashboard, Panel, Variable, items, mapping, text

BUILT_IN = GRAFANA_VARIABLES | {"__auto", "__interval_s", "__timeGroup", "__from_s", "__to_s", "__all"}
"""Names Grafana or one of its data sources replaces without any variable of the dashboard."""
_USE = re.compile(
    r"\$(?P<bare>[A-Za-z_]\w*)|\$\{(?P<braced>[A-Za-z_]\w*)(?P<rest>[^}\n]{0,200})\}|\[\[(?P<old>\w+)(?::\w+)?\]\]",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Use:
    """A variable in a text: its name, how it is written, and where."""

    name: str
    written: str
    start: int
    end: int


def uses(value: str) -> Iterator[Use]:
    """The variables in a text: ``$name``, ``${name}``, ``${name:format}``, ``[[name]]``."""
    if "$" not in value and "[[" not in value:
        return
    for match in _USE.finditer(value):
        yield Use(match["bare"] or match["braced"] or match["old"], match[0], match.start(), match.end())


def has_variable(value: str) -> bool:
    """Whether Grafana would replace a part of a text."""
    return ("$" in value or "[[" in value) and _USE.search(value) is not None


def several(variable: Variable) -> bool:
    """Whether it can stand for more than one value at once."""
    return variable.data.get("multi") is True or variable.data.get("includeAll") is True


def inputs(board: Dashboard) -> frozenset[str]:
    """What the dialog that imports a dashboard asks for, and nothing else fills in."""
    listed = board.data.get("__inputs")
    return frozenset(text(each.get("name")) for _, each in items(listed))


def repeated(panel: Panel) -> frozenset[str]:
    """Variables of which a panel sees one value, since it or its row is there once for each.

    In schema v2 the layout says what repeats; all that does is then taken to hold for any panel.
    """
    if not is_classic(panel.dashboard):
        return frozenset(_repeats(written(panel.dashboard).get("layout")))
    found = {text(panel.data.get("repeat"))}
    document, path = panel.dashboard.document, panel.path
    if isinstance(path[-1], int):
        above = mapping(document.get(*path[:-2]))
        found.add(text(above.get("repeat")) if len(path) - 2 > len(panel.dashboard.path) else "")
        if len(path) == len(panel.dashboard.path) + 2:
            rows = (document.get(*path[:-1], index) for index in range(path[-1] - 1, -1, -1))
            row = next((each for each in rows if mapping(each).get("type") == "row"), None)
            found.add(text(mapping(row).get("repeat")))
    return frozenset(found - {""})


def _repeats(layout: object) -> Iterator[str]:
    """Every variable that something in a layout repeats by."""
    todo, seen = [layout], set[int]()
    while todo:
        value = todo.pop()
        if not isinstance(value, (dict, list)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            yield text(mapping(value.get("repeat")).get("value"))
        todo += value.values() if isinstance(value, dict) else value
