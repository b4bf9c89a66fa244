"""``unscoped-label-values``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, mapping, text

_UNSCOPED = re.compile(r"\s*label_values\(\s*([A-Za-z_]\w*)\s*\)\s*")


class UnscopedLabelValues(Check):
    """Without a metric ``label_values`` lists what any exporter writes into a label of that name.

    ``label_values(instance)`` offers node exporters and databases on a dashboard for vLLM, and ``model_name`` those of
    DCGM, which are GPUs. Prometheus looks through every series for it, each time the dashboard is opened.

    Bad:

        templating:
          list:
            - {name: model, type: query, query: label_values(model_name)}
        panels: []

    Good:

        templating:
          list:
            - {name: model, type: query, query: "label_values(vllm:num_requests_running, model_name)"}
        panels: []
    """

    code = "DSH007"
    name = "unscoped-label-values"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at what query variables ask for."""
        for variable in dashboard.variables:
            query = variable.data.get("query")
            inner = ("query", "query") if isinstance(query, dict) else ("query",)
            written = text(mapping(query).get("query")) if isinstance(query, dict) else text(query)
            match = _UNSCOPED.fullmatch(written) if variable.type == "query" else None
            if match is not None:
                label = match[1]
                yield self.finding(
                    variable.place.child(*inner).within(match.start(1), match.end(1)),
                    variable.about,
                    f"`label_values({label})` takes the values of every series in Prometheus",
                    f"a metric whose `{label}` is meant",
                    f"write `label_values(METRIC, {label})`, with a metric that the panels show",
                )
