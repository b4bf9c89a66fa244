"""``duplicate-uid``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.screen.boards import uid_place, written
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Subjects

_NOT_THE_DASHBOARD = frozenset({"uid", "id", "version", "iteration", "gnetId"})


class DuplicateUid(Check):
    """Two dashboards with one uid overwrite each other, in turns.

    Grafana keeps one dashboard for each uid. Provisioned from two files it flips between them at every reload, and
    links lead to whichever was last. A uid is copied with the file: one from vLLM's examples is in the charts of five
    projects.

    The same dashboard in two packagings, such as a JSON file and a ConfigMap, is one dashboard.

    Bad:

        - uid: b281712d-8bff-41ef-9f3f-71ad43c05e9b
          title: vLLM
          panels: [{title: Requests running, type: timeseries}]
        - uid: b281712d-8bff-41ef-9f3f-71ad43c05e9b
          title: vLLM production stack
          panels: [{title: Requests waiting, type: timeseries}]

    Good:

        - uid: vllm
          title: vLLM
          panels: [{title: Requests running, type: timeseries}]
        - uid: vllm-production-stack
          title: vLLM production stack
          panels: [{title: Requests waiting, type: timeseries}]
    """

    code = "DSH016"
    name = "duplicate-uid"
    severity = Severity.ERROR
    example = "file"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Looks at the dashboards of all files."""
        by_uid: dict[str, list[Dashboard]] = {}
        for board in (each for subjects in files for each in subjects.dashboards):
            if board.uid:
                by_uid.setdefault(board.uid, []).append(board)
        for uid, boards in by_uid.items():
            if len(boards) > 1:
                yield from self._different(uid, boards)

    def _different(self, uid: str, boards: list[Dashboard]) -> Iterable[Finding]:
        first, contents = boards[0], {_content(boards[0])}
        for board in boards[1:]:
            content = _content(board)
            if content in contents:
                continue
            contents.add(content)
            yield self.finding(
                uid_place(board),
                board.about,
                f"its uid `{uid}` is also that of {first.about} in {first.document.file}",
                "a uid of its own: Grafana keeps only the one that came last",
                "give it another, and change the links that name it",
            )


def _content(board: Dashboard) -> str:
    """What tells dashboards apart, without what an export or a packaging adds."""
    rest = {
        str(key): value for key, value in written(board).items() if key not in _NOT_THE_DASHBOARD and value is not None
    }
    return json.dumps(rest, sort_keys=True, default=str, skipkeys=True)
