"""``missing-title-or-description``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.screen.datasources import WITHOUT_SOURCE
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Panel, mapping, text


class MissingTitleOrDescription(Check):
    """Whoever is woken sees a panel for the first time: it has to say what it shows and what is bad.

    A panel without a title cannot be named in a runbook or found by a link. A description is the place for what a
    title has no room for: where it is measured, from when on it is bad, what to do then. Panels without one are
    counted together.

    Bad:

        panels:
          - title: ""
            type: timeseries
            description: Requests that wait for a slot in the batch; above 0 for minutes means too few replicas.
            targets: [{refId: A, expr: "vllm:num_requests_waiting"}]

    Bad:

        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: "vllm:num_requests_waiting"}]

    Good:

        panels:
          - title: Requests waiting
            type: timeseries
            description: Requests that wait for a slot in the batch; above 0 for minutes means too few replicas.
            targets: [{refId: A, expr: "vllm:num_requests_waiting"}]
    """

    code = "DSH009"
    name = "missing-title-or-description"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at panels that show data."""
        shown = [panel for panel in dashboard.panels if _shows_data(panel)]
        for panel in shown:
            if not panel.title.strip() and not _names_itself(panel):
                yield self.finding(
                    panel.place.child("title" if "title" in panel.data else "type"),
                    panel.about,
                    "it has no title",
                    "one that says what is shown",
                    "give it a title",
                )
        without = [panel for panel in shown if not text(panel.data.get("description")).strip()]
        if without:
            first = without[0]
            found = self.finding(
                first.place.child("title" if first.title else "type"),
                dashboard.about,
                f"{len(without)} of {len(shown)} panels have no description",
                "what each shows, what is bad, and what to do then",
                "describe them, first those that alerts lead to",
            )
            yield replace(found, severity=Severity.INFO)


def _shows_data(panel: Panel) -> bool:
    return panel.type not in WITHOUT_SOURCE and bool(panel.type) and "libraryPanel" not in panel.data


def _names_itself(panel: Panel) -> bool:
    """Whether it writes the names of its values, so that a title would say it twice."""
    options = mapping(panel.data.get("options"))
    return panel.type == "stat" and text(options.get("textMode")) in ("name", "value_and_name")
