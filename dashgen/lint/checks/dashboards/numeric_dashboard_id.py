"""``numeric-dashboard-id``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard


class NumericDashboardId(Check):
    """The number is that of a row in the database the dashboard was exported from.

    In another Grafana it belongs to another dashboard, or to none. Its API refuses the file with "Dashboard not
    found", or overwrites whatever has the number there. ``uid`` is what identifies a dashboard.

    Bad:

        id: 27
        panels: []

    Good:

        id: null
        panels: []
    """

    code = "DSH014"
    name = "numeric-dashboard-id"
    severity = Severity.WARNING
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at ``id``; 0 is what Grafana itself takes for none."""
        number = dashboard.data.get("id")
        if isinstance(number, int) and not isinstance(number, bool) and number != 0:
            place = dashboard.place.child("id")
            yield self.finding(
                place,
                dashboard.about,
                f"its `id` is {number}, which belongs to the database it was exported from",
                "`null`, and a `uid`",
                "set `id` to null",
                [Edit(place, "null")],
            )
