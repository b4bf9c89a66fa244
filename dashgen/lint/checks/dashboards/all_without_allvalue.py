"""``all-without-allvalue``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.names.label_values import label_values
from dashgen.lint.meaning.screen.variables import uses
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Variable, text
from dashgen.promql.nodes import Matcher, Selector

_ALL = ".+"
_REGEX = frozenset({"=~", "!~"})


class AllWithoutAllvalue(Check):
    """All without ``allValue`` is the list of every value the dashboard found when it was opened.

    Grafana writes ``(a|b|c|…)``. What starts while the dashboard is open is missing from "All", and with some hundred
    pods the query is longer than a proxy takes. With ``allValue: .+`` it is everything that has the label.

    Where the variable narrows what it is used on, by a filter of its own, the list is the point, and nothing is said.

    Bad:

        templating:
          list:
            - name: model
              type: query
              query: label_values(vllm:num_requests_waiting, model_name)
              multi: true
              includeAll: true
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name=~"$model"}'}]

    Good:

        templating:
          list:
            - name: model
              type: query
              query: label_values(vllm:num_requests_waiting, model_name)
              multi: true
              includeAll: true
              allValue: .+
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name=~"$model"}'}]
    """

    code = "DSH006"
    name = "all-without-allvalue"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at variables whose All would mean the same without a list."""
        for variable in dashboard.variables:
            if variable.data.get("includeAll") is not True or text(variable.data.get("allValue")):
                continue
            if variable.type == "query" and not text(variable.data.get("regex")) and _same(dashboard, variable):
                key = "allValue" in variable.data
                edit = Edit(
                    variable.place.child("allValue") if key else variable.place,
                    json.dumps(_ALL),
                    "" if key else "allValue",
                )
                yield self.finding(
                    variable.place.child("includeAll").named(),
                    variable.about,
                    "All without `allValue` is a list of the values that were there when the dashboard was opened",
                    f"`allValue: {_ALL}`, which is everything that has the label",
                    f"add `allValue: {_ALL}`",
                    [edit],
                )


def _same(board: Dashboard, variable: Variable) -> bool:
    """Whether every selector that uses it would select the same series: it narrows by no more than they do."""
    asked = label_values(variable)
    if asked is None:
        if not _any_series(variable):
            return False
        family, narrowed = "", frozenset[tuple[str, str]]()
    else:
        found = [each for each, _ in asked.series.analysis.selectors]
        if len(found) != 1 or asked.series.analysis.root is not found[0]:
            return False
        family, narrowed = _family(found[0].metric), _narrowed(found[0])
    selectors = list(_selectors(board, variable.name))
    return bool(selectors) and all(
        (not family or _family(each.metric) == family) and narrowed <= _narrowed(each) for each in selectors
    )


def _any_series(variable: Variable) -> bool:
    query = variable.query.strip()
    return query.startswith("label_values(") and query.endswith(")") and "," not in query


def _family(metric: str) -> str:
    """What the names of an exporter begin with: ``vllm:``, ``DCGM_``."""
    for end in (":", "_"):
        if end in metric:
            return metric.partition(end)[0]
    return metric


def _narrowed(selector: Selector) -> frozenset[tuple[str, str]]:
    return frozenset((each.label, each.value.text.strip("\"'`")) for each in selector.matchers)


def _selectors(board: Dashboard, name: str) -> Iterator[Selector]:
    """The selectors of panels with a regular expression of the variable."""
    for query in board.queries:
        if query.expression is not None and name in query.expression.text:
            for selector, _ in query.expression.analysis.selectors:
                if any(_uses(matcher, name) for matcher in selector.matchers):
                    yield selector


def _uses(matcher: Matcher, name: str) -> bool:
    return matcher.operator.text in _REGEX and any(use.name == name for use in uses(matcher.value.text))
