"""``unused-variable``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.screen.boards import written
from dashgen.lint.meaning.screen.variables import uses
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Variable, items

_BY_NAME = ("repeat", "repeatByVariable", "variable")
_DEFINES = frozenset({"templating", "variables", "__inputs"})
_WITHOUT_BEING_NAMED = frozenset({"adhoc", "groupby", "system", "snapshot"})
_HIDDEN = 2


class UnusedVariable(Check):
    """A picker that nothing reads changes nothing, and whoever picks believes it does.

    With ``Deployment`` set to one model, panels that do not read it go on showing all of them, under a heading that
    names one. Most are left over from a dashboard this one was copied from.

    Bad:

        templating:
          list:
            - {name: model, type: query, query: "label_values(vllm:num_requests_waiting, model_name)"}
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: "vllm:num_requests_waiting"}]

    Good:

        templating:
          list:
            - {name: model, type: query, query: "label_values(vllm:num_requests_waiting, model_name)"}
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name=~"$model"}'}]
    """

    code = "DSH004"
    name = "unused-variable"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks for variables that no text of the dashboard holds."""
        if not dashboard.variables or not dashboard.panels or _elsewhere(dashboard):
            return
        used = _used(dashboard)
        passed = _passes_on(dashboard)
        for variable in dashboard.variables:
            hidden = variable.data.get("hide") == _HIDDEN
            if variable.type in _WITHOUT_BEING_NAMED or not variable.name or (hidden and passed):
                continue
            if variable.name not in used:
                yield self.finding(
                    variable.place.child("name"),
                    variable.about,
                    "no query, title, link or other variable that is used reads it",
                    "a variable that changes what is shown",
                    "use it, or take it out",
                )


def _elsewhere(board: Dashboard) -> bool:
    """Whether parts of the dashboard are kept in Grafana, where they may use anything."""
    return any("libraryPanel" in panel.data for panel in board.panels)


def _passes_on(board: Dashboard) -> bool:
    """Whether links hand every variable to other dashboards."""
    return any(link.get("includeVars") is True for _, link in items(board.data.get("links")))


def _used(board: Dashboard) -> set[str]:
    """Variables that are read by what is shown, directly or through other variables."""
    rest = {key: value for key, value in written(board).items() if key not in _DEFINES}
    used = set(_names(rest))
    used.update(each.name for each in board.variables if each.type in _WITHOUT_BEING_NAMED)
    reads = {variable.name: set(_names(_asks(variable))) - {variable.name} for variable in board.variables}
    todo = list(used)
    while todo:
        new = reads.get(todo.pop(), set()) - used
        used |= new
        todo += new
    return used


def _asks(variable: Variable) -> Any:
    return {key: value for key, value in variable.data.items() if key not in ("current", "options", "name")}


def _names(root: Any) -> Iterator[str]:
    """Every variable in the texts of a value, and those that something repeats by."""
    todo, seen = [root], set[int]()
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            if "$" in value or "[[" in value:
                yield from (use.name for use in uses(value))
        elif isinstance(value, dict):
            if id(value) not in seen:
                seen.add(id(value))
                todo += value.values()
                yield from _by_name(value)
        elif isinstance(value, list) and id(value) not in seen:
            seen.add(id(value))
            todo += value


def _by_name(holder: Mapping[str, Any]) -> Iterator[str]:
    """Variables that are named without a ``$``: what repeats by one, or is shown when one has some value."""
    for key in _BY_NAME:
        name = holder.get(key)
        if isinstance(name, dict):
            name = name.get("value")
        if isinstance(name, str):
            yield name
