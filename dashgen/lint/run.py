"""Documents -> findings: every check looks at what its hooks are for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dashgen.lint.assume import Assumptions
from dashgen.lint.check import HOOKS, Check, hooks
from dashgen.lint.finding import Finding
from dashgen.lint.live.live import Live
from dashgen.lint.meaning.records import records
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects

Hook = Callable[..., Iterable[Finding]]


def lint(
    files: Sequence[Subjects], checks: Iterable[Check], assume: Assumptions, live: Live | None = None
) -> list[Finding]:
    """What the checks find in files that belong to one deployment, in the order of the files, then of their places.

    What they find by asking ``live``, a running server, is behind that.
    """
    world = World(assume, records(group for subjects in files for group in subjects.groups))
    by_hook: dict[str, list[Hook]] = {hook: [] for hook in HOOKS}
    for check in checks:
        for hook in hooks(check):
            by_hook[hook].append(getattr(check, hook))
    found: list[Finding] = []
    for subjects in files:
        for hook, item in _items(subjects):
            for look in by_hook[hook]:
                found += look(item, world)
    for look in by_hook["project"]:
        found += look(files, world)
    if live is not None:
        from dashgen.lint.live.look import look_live

        found += look_live(files, by_hook["live"], world, live)
    return found


def _items(subjects: Subjects) -> Iterator[tuple[str, Any]]:
    """What there is to look at in a document, each with the hook that looks at it."""
    yield "document", subjects
    for board in subjects.dashboards:
        yield "dashboard", board
        yield from (("panel", panel) for panel in board.panels)
    for group in subjects.groups:
        yield "group", group
        yield from (("rule", rule) for rule in group.rules)
    yield from (("expression", expression) for expression in subjects.expressions)
