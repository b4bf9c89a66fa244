"""Dashboards of two sides: what a reader sees, not where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashgen.compare.changes import Change, Code, Subject, Words, arrow
from dashgen.compare.expressions import same
from dashgen.compare.model import Dashboard, Panel
from dashgen.compare.panels import compare_panel, value_change
from dashgen.compare.texts import reworded

Boards = Mapping[str, Dashboard]


def compare_boards(before: Boards, after: Boards) -> Iterator[Change]:
    """What changed between the dashboards of two sides, by uid."""
    names = short_titles([*before.values(), *after.values()])
    gone = {board.title: uid for uid, board in before.items() if uid not in after}
    for uid in sorted({*before, *after}):
        if uid not in before:
            board = after[uid]
            previous = gone.pop(board.title, None)
            if previous is None:
                yield Change("dashboards", "+", Subject("dashboard", names[board.title]), (("new",),))
                continue
            said: Words = (*arrow(previous, uid, "uid"), ", and links and bookmarks to the old one break")
            yield Change("dashboards", "!", Subject("dashboard", names[board.title]), (said,))
            yield from _board(before[previous], board, names[board.title])
        elif uid in after:
            yield from _board(before[uid], after[uid], names[after[uid].title])
    for title in gone:
        yield Change("dashboards", "-", Subject("dashboard", names[title]), (("removed",),))


def short_titles(boards: list[Dashboard]) -> dict[str, str]:
    """Titles without the ``Service / `` they all begin with: it would be said on every line."""
    titles = {board.title for board in boards}
    leads = {title.partition(" / ")[0] for title in titles if " / " in title}
    alike = len(leads) == 1 and all(" / " in title for title in titles)
    return {title: title.partition(" / ")[2] if alike else title for title in titles}


def _board(old: Dashboard, new: Dashboard, place: str) -> Iterator[Change]:
    about = list(reworded("title", old.title, new.title)) + list(
        reworded("description", old.description, new.description)
    )
    about += value_change(old.settings, new.settings)
    if about:
        yield Change("dashboards", "~", Subject("dashboard", place), tuple(about))
    yield from _rows(old, new, place)
    yield from _panels(old, new, place)
    for kind, one, other in (
        ("variable", old.variables, new.variables),
        ("link", old.links, new.links),
        ("annotation", old.notes, new.notes),
    ):
        yield from _named(kind, one, other, place)


def _rows(old: Dashboard, new: Dashboard, place: str) -> Iterator[Change]:
    for row, title in old.rows.items():
        subject = Subject("row", title, place)
        if row not in new.rows:
            if title not in new.rows.values():
                yield Change("dashboards", "-", subject, (("removed",),))
        elif new.rows[row] != title:
            yield Change("dashboards", "~", subject, (("renamed to ", Code(new.rows[row])),))
    for row, title in new.rows.items():
        if row not in old.rows and title not in old.rows.values():
            yield Change("dashboards", "+", Subject("row", title, place), (("new",),))


def _panels(old: Dashboard, new: Dashboard, place: str) -> Iterator[Change]:
    removed = [panel for key, panel in old.panels.items() if key not in new.panels]
    added = [panel for key, panel in new.panels.items() if key not in old.panels]
    for panel in list(added):
        twin = next((other for other in removed if other.title == panel.title and _alike(other, panel)), None)
        if twin is not None:
            removed.remove(twin)
            added.remove(panel)
            said: Words = ("same panel under another id: links to it break",)
            yield Change("dashboards", "~", Subject("panel", panel.title, place), (said,))
    for panel in removed:
        yield Change("dashboards", "-", Subject("panel", panel.title, place), (("removed",),))
    for panel in added:
        yield Change("dashboards", "+", Subject("panel", panel.title, place), (("new",),))
    for key, panel in new.panels.items():
        if key in old.panels:
            said_of_it = compare_panel(old.panels[key], panel)
            if said_of_it:
                yield Change("dashboards", "~", Subject("panel", panel.title, place), said_of_it)


def _alike(one: Panel, other: Panel) -> bool:
    if len(one.queries) != len(other.queries):
        return False
    pairs = zip(one.queries.values(), other.queries.values(), strict=True)
    return all(same(old.expr, new.expr) for old, new in pairs)


def _named(kind: str, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        subject = Subject(kind, name, place)
        if name not in new:
            yield Change("dashboards", "-", subject, (("removed",),))
        elif name not in old:
            yield Change("dashboards", "+", subject, (("new",),))
        elif said := value_change(old[name], new[name]):
            yield Change("dashboards", "~", subject, tuple(said))
