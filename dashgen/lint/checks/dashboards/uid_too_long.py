"""``uid-too-long``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.resources import resources
from dashgen.lint.meaning.screen.boards import uid_place
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Subjects, mapping, text

_LONGEST = 40
_ODD = re.compile(r"[^a-zA-Z0-9_-]")


class UidTooLong(Check):
    """Grafana refuses a dashboard whose uid is longer than 40 characters or has others than ``a-z A-Z 0-9 _ -``.

    The file is valid JSON and the ConfigMap is applied; only the log of Grafana or of its sidecar says that the
    dashboard was not stored. An older version of it stays, if there is one.

    Bad:

        uid: llm-serving-platform-production-service-health
        panels: []

    Bad:

        uid: llm/service health
        panels: []

    Good:

        uid: llm-production-service-health
        panels: []
    """

    code = "DSH015"
    name = "uid-too-long"
    severity = Severity.ERROR
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at the uid, and at the name of the resource that stands for one."""
        yield from self._judge(uid_place(dashboard), dashboard.about, dashboard.uid)

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at the uid that a GrafanaDashboard gives."""
        for resource in resources(subjects.document):
            if resource.kind == "GrafanaDashboard":
                uid = text(mapping(resource.data.get("spec")).get("uid"))
                yield from self._judge(resource.place.child("spec", "uid"), resource.about, uid)

    def _judge(self, place: Place, about: str, uid: str) -> Iterable[Finding]:
        odd = _ODD.search(uid)
        if len(uid) > _LONGEST:
            yield self.finding(
                place,
                about,
                f"a uid of {len(uid)} characters",
                f"at most {_LONGEST}; Grafana refuses the dashboard",
                "shorten it, and the links that name it",
            )
        elif odd is not None and "${" not in uid:
            yield self.finding(
                place.within(odd.start(), odd.end()),
                about,
                f"`{odd[0]}` in the uid `{uid}`",
                "letters, digits, `_` and `-`; Grafana refuses the dashboard",
                "write `-` instead",
            )
