"""``undefined-variable``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.screen.interpolated import interpolated
from dashgen.lint.meaning.screen.variables import BUILT_IN, Use, inputs, uses
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard

_GROUP = re.compile(r"\(\?P?<(\w+)>")
_MONEY = frozenset({"USD", "EUR", "GBP", "JPY", "CNY", "INR", "AUD", "CAD", "CHF"})
_MOST = 100
"""Names in one text; with more it is no text of a dashboard."""


class UndefinedVariable(Check):
    """What Grafana knows no variable for goes to Prometheus as it is written.

    ``{model_name=~"$model"}`` then selects models called ``$model``, of which there are none: the panel is empty and
    says nothing. A query with ``[$window]`` is refused. Most often the variable was renamed, or left out when a panel
    was copied from another dashboard.

    Bad:

        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name=~"$model"}'}]

    Good:

        templating:
          list:
            - {name: model, type: query, query: "label_values(vllm:num_requests_waiting, model_name)"}
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name=~"$model"}'}]
    """

    code = "DSH003"
    name = "undefined-variable"
    severity = Severity.ERROR
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at every text in which Grafana replaces variables."""
        defined = {variable.name for variable in dashboard.variables}
        known = BUILT_IN | defined | inputs(dashboard)
        for place, about, value in interpolated(dashboard):
            first: dict[str, Use] = {}
            for use in uses(value):
                if use.name not in known:
                    first.setdefault(use.name, use)
            for use in islice(first.values(), _MOST):
                if not _harmless(use, value):
                    yield self._finding(place.within(use.start, use.end), about, use, defined)
        for panel in dashboard.panels:
            name = panel.data.get("repeat")
            if isinstance(name, str) and name and name not in known:
                use = Use(name, name, 0, len(name))
                yield self._finding(panel.place.child("repeat"), panel.about, use, defined)

    def _finding(self, place: Place, about: str, use: Use, defined: set[str]) -> Finding:
        near = get_close_matches(use.name, sorted(defined | BUILT_IN), 1, 0.7)
        return self.finding(
            place,
            about,
            f"`{use.written}` is no variable of the dashboard",
            f"one of its variables: {', '.join(sorted(defined))}" if 0 < len(defined) <= 8 else "one that it defines",
            f"did you mean `{near[0]}`; or define it" if near else "define it, or take it out",
        )


def _harmless(use: Use, value: str) -> bool:
    """Whether it looks like a variable and is something else."""
    if use.name.startswith("__"):
        # Data sources bring macros of their own; only what is nearly one of Grafana's is a slip.
        return not get_close_matches(use.name, BUILT_IN, 1, 0.85)
    return use.name in _MONEY or use.name in _GROUP.findall(value)
