"""``duplicate-panel-id``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Panel


class DuplicatePanelId(Check):
    """Two panels with one id: Grafana renumbers one of them, and links lead to the other.

    ``viewPanel=7`` in a runbook, a shared panel and an annotation for a panel all name it by its id. Which of the two
    keeps it depends on their order, so the link on a page at night may open the wrong panel.

    Bad:

        panels:
          - {id: 7, title: Requests waiting, type: timeseries}
          - {id: 7, title: Requests running, type: timeseries}

    Good:

        panels:
          - {id: 7, title: Requests waiting, type: timeseries}
          - {id: 8, title: Requests running, type: timeseries}
    """

    code = "DSH010"
    name = "duplicate-panel-id"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at the ids of panels and rows."""
        owners: dict[int, Panel] = {}
        for panel in dashboard.panels:
            number = panel.data.get("id")
            if not isinstance(number, int) or isinstance(number, bool) or number == 0:
                continue
            if "__elements" in panel.path:  # library panels that an export carries along
                continue
            first = owners.setdefault(number, panel)
            if first is not panel:
                yield self.finding(
                    panel.place.child("id"),
                    panel.about,
                    f"its id {number} is also that of {first.about}",
                    "an id of its own, which links can name",
                    f"give it an id the dashboard has not, such as {_free(dashboard)}",
                )


def _free(board: Dashboard) -> int:
    used = (panel.data.get("id") for panel in board.panels)
    return max((number for number in used if isinstance(number, int)), default=0) + 1
