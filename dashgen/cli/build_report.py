"""What a build says when it has written: per spec what changed, and what has no source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashgen.batch.compiled import Compiled, Row, Summary
    from dashgen.cli.console import Output as Screen
    from dashgen.emit.output import Changes

MANY = 20
"""With more specs than this, those that did not change are one line, and rows they share one row."""


def report(screen: Screen, out: Path, changes: Sequence[Changes], specs: Sequence[Compiled]) -> None:
    """Show the changes of every output, then the panels and pages that lack a source."""
    summaries = {each.output.name: each.summary for each in specs}
    quiet = [change for change in changes if not change.needed] if len(changes) > MANY else []
    for change in changes:
        if not quiet or change.needed:
            _report(screen, change, summaries.get(change.name))
    if quiet:
        screen.line(f"{out}: {len(quiet)} of {len(changes)} specs unchanged", "bold")
    header = ("signal", "why", "how to get it")
    grouped = len(summaries) > MANY
    panels = ((name, row) for name, summary in summaries.items() for row in summary.panels)
    screen.table("Panels without a source", ("panel", *header), _rows(panels, grouped=grouped))
    pages = ((name, row) for name, summary in summaries.items() for row in summary.pages)
    screen.table("Pages this spec cannot have", ("page", *header), _rows(pages, grouped=grouped))


def _report(screen: Screen, change: Changes, summary: Summary | None) -> None:
    counts = f"{len(change.written)} written, {len(change.of('unchanged'))} unchanged"
    screen.line(f"{change.folder}: {counts}, {len(change.removed)} removed", "bold")
    if summary is None:
        screen.line("  the spec of this output is gone")
    else:
        counted = (f"{number} {word}{'' if number == 1 else 's'}" for word, number in summary.counts)
        screen.line(f"  {', '.join(counted)}")
        for source, version in summary.assumed_versions:
            screen.line(f"  source {source} has no version in the spec: built for {version}")
    if change.taken_from is not None and change.manifest is not None:
        screen.line(f"  built from {change.taken_from} until now, from {change.manifest.spec} this time", "yellow")
    for name in change.edited:
        screen.line(f"  replaced, although edited by hand: {change.folder / name}", "yellow")


def _rows(found: Iterable[tuple[str, Row]], *, grouped: bool) -> list[Row]:
    """Rows with the name of their spec; ``grouped``, what several specs share is one row with their number."""
    if not grouped:
        return [(f"{name}: {row[0]}", *row[1:]) for name, row in found]
    names: dict[Row, list[str]] = {}
    for name, row in found:
        names.setdefault(row, []).append(name)
    return [
        (f"{those[0] if len(those) == 1 else f'{len(those)} specs'}: {row[0]}", *row[1:])
        for row, those in names.items()
    ]
