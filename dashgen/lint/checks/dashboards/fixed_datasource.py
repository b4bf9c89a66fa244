"""``fixed-datasource``."""

from __future__ import annotations

import json
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.screen.boards import is_classic
from dashgen.lint.meaning.screen.datasources import Named, filled_by_operator, named
from dashgen.lint.meaning.screen.variables import has_variable, inputs
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard

_PROMETHEUS = "prometheus"


class FixedDatasource(Check):
    """A uid of a data source is made up by each Grafana: elsewhere every panel says "Data source not found".

    A panel that names its data source by uid works where it was drawn and nowhere else, and it cannot be pointed at a
    second Prometheus. A variable of type ``datasource`` takes what the Grafana at hand has.

    A data source of another kind beside such a variable, as for traces, is taken for meant.

    ``${DS_PROMETHEUS}`` that only ``__inputs`` declares is filled in by the import dialog. The sidecar, file
    provisioning and the operator without ``datasources`` do not ask, so the text stays as it is.

    Bad:

        panels:
          - title: Requests waiting
            type: timeseries
            datasource: {type: prometheus, uid: P1809F7CD0C75ACF3}
            targets: [{refId: A, expr: "vllm:num_requests_waiting"}]

    Bad:

        __inputs: [{name: DS_PROMETHEUS, type: datasource, pluginId: prometheus}]
        templating: {list: []}
        panels:
          - title: Requests waiting
            type: timeseries
            datasource: {type: prometheus, uid: "${DS_PROMETHEUS}"}

    Good:

        panels:
          - title: Requests waiting
            type: timeseries
            datasource: {type: prometheus, uid: "${datasource}"}
            targets: [{refId: A, expr: "vllm:num_requests_waiting"}]
    """

    code = "DSH001"
    name = "fixed-datasource"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """One finding for each data source, with all the places that name it."""
        places: dict[str, list[Named]] = {}
        for each in named(dashboard):
            places.setdefault(each.uid, []).append(each)
        filled = {variable.name for variable in dashboard.variables} | set(filled_by_operator(dashboard))
        asked = inputs(dashboard)
        fixed, open_ = list[tuple[str, list[Named]]](), list[tuple[str, list[Named]]]()
        for uid, uses in places.items():
            name = uid[2:-1] if uid.startswith("${") and uid.endswith("}") else uid.removeprefix("$")
            if "$" in uid and name in asked - filled:
                open_.append((name, uses))
            elif not has_variable(uid) and "$" not in uid and not _beside(dashboard, uses):
                fixed.append((uid, uses))
        # Two data sources that are named are not one that is picked.
        alone = len(fixed) + len(open_) == 1
        for uid, uses in fixed:
            yield self._fixed(dashboard, uid, uses, mends=alone)
        for name, uses in open_:
            yield self._only_asked(dashboard, name, uses, mends=alone)

    def _fixed(self, board: Dashboard, uid: str, uses: list[Named], *, mends: bool) -> Finding:
        kind = _kind(uses)
        name = _variable(board, kind)
        edits = [Edit(each.place, json.dumps(f"${{{name or 'datasource'}}}")) for each in uses]
        mends = mends and all(each.place.document.get(*each.place.path) == uid for each in uses)
        added = () if name else _added(board, "datasource", kind)
        return self.finding(
            uses[0].place,
            board.about,
            f"the data source `{uid}` is fixed in {_times(len(uses))}",
            "a variable of type `datasource`, so that it works in any Grafana",
            f"write `${{{name}}}` instead" if name else "add such a variable, and write `${datasource}` instead",
            (*edits, *added) if mends and (name or added) else (),
        )

    def _only_asked(self, board: Dashboard, name: str, uses: list[Named], *, mends: bool) -> Finding:
        return self.finding(
            uses[0].place,
            board.about,
            f"`${{{name}}}` in {_times(len(uses))} is declared in `__inputs` only, which nothing but the import dialog"
            " fills in",
            "a variable of type `datasource`: the sidecar, provisioning and the operator do not ask",
            f"add a variable `{name}` of type `datasource`",
            _added(board, name, _kind(uses)) if mends else (),
        )


def _kind(uses: list[Named]) -> str:
    """The kind of data source, when one of the places says so."""
    return next((each.type for each in uses if each.type), "")


def _beside(board: Dashboard, uses: list[Named]) -> bool:
    """Whether it stands beside a Prometheus that a variable picks: then somebody fixed only this one, and meant to."""
    picked = any(each.type == "datasource" for each in board.variables)
    return picked and any(each.type not in ("", _PROMETHEUS) for each in uses)


def _variable(board: Dashboard, kind: str) -> str:
    """The variable to use instead; without a known kind, the only one there is."""
    found = [each for each in board.variables if each.type == "datasource"]
    if not kind:
        return found[0].name if len(found) == 1 else ""
    return next((each.name for each in found if each.query == kind), "")


def _added(board: Dashboard, name: str, kind: str) -> tuple[Edit, ...]:
    """The edit that adds the variable, where no list has to be taken apart for it."""
    if kind != _PROMETHEUS or board.variables or not is_classic(board):
        return ()
    variable = {"name": name, "label": "Data source", "type": "datasource", "query": kind, "refresh": 1}
    templating = board.data.get("templating")
    listed = json.dumps([variable])
    if not isinstance(templating, dict):
        return (Edit(board.place, f'{{"list": {listed}}}', insert="templating"),) if templating is None else ()
    if "list" in templating:
        return (Edit(board.place.child("templating", "list"), listed),)
    return (Edit(board.place.child("templating"), listed, insert="list"),)


def _times(number: int) -> str:
    return "one place" if number == 1 else f"{number} places"
