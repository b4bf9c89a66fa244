"""``editable-dashboard``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard


class EditableDashboard(Check):
    """What comes from a file is overwritten by the file, so an edit in Grafana is lost.

    A dashboard that may be edited invites it: somebody moves a threshold during an incident, and the next rollout
    moves it back without a word. With ``editable: false`` Grafana says where to change it, and offers a copy.

    Bad:

        editable: true
        panels: []

    Good:

        editable: false
        panels: []
    """

    code = "DSH017"
    name = "editable-dashboard"
    severity = Severity.INFO
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at ``editable``, which is true unless it says otherwise."""
        if dashboard.data.get("editable") is False:
            return
        said = "editable" in dashboard.data
        edit = (
            Edit(dashboard.place.child("editable"), "false")
            if said
            else Edit(dashboard.place, "false", insert="editable")
        )
        yield self.finding(
            dashboard.place.child("editable") if said else dashboard.place.child("title"),
            dashboard.about,
            "it may be edited in Grafana, where the next rollout overwrites every change",
            "`editable: false` for what comes from a file",
            "set `editable` to false",
            [edit],
        )
