"""What a comparison found, ready to be folded and shown: who changed, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Area = Literal["alerts", "records", "dashboards"]
AREAS: tuple[Area, ...] = ("alerts", "records", "dashboards")
Mark = Literal["!", "-", "+", "~"]
"""``!`` is what hurts if nobody notices; then removed, added, changed."""
MARKS: tuple[Mark, ...] = ("!", "-", "+", "~")


@dataclass(frozen=True, slots=True)
class Code:
    """Text of people or of a query inside a sentence: every format has to keep it from meaning something."""

    text: str


Words = tuple[str | Code, ...]
"""A sentence: our words, and code."""


def arrow(before: str, after: str, lead: str = "") -> Words:
    """``lead before -> after``."""
    return (*((f"{lead} ",) if lead else ()), Code(before), " -> ", Code(after))


@dataclass(frozen=True, slots=True)
class Subject:
    """Who changed: ``kind`` is our word for it, ``place`` the dashboard it stands on."""

    kind: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One subject and everything said about it. ``readers`` are the alerts that read a record."""

    area: Area
    mark: Mark
    subject: Subject
    said: tuple[Words, ...]
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """The same said about several subjects of one kind."""

    area: Area
    mark: Mark
    subjects: tuple[Subject, ...]
    said: tuple[Words, ...]
    readers: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Our word for its subjects."""
        return self.subjects[0].kind

    @property
    def place(self) -> str:
        """The dashboard all subjects stand on; empty when they stand on several."""
        places = {subject.place for subject in self.subjects}
        return places.pop() if len(places) == 1 else ""


def fold(changes: Iterable[Change]) -> tuple[Group, ...]:
    """Changes that say the same become one; loud ones come first, otherwise the order stays."""
    found: dict[tuple[Area, Mark, str, tuple[Words, ...]], list[Change]] = {}
    for change in changes:
        found.setdefault((change.area, change.mark, change.subject.kind, change.said), []).append(change)
    groups = [
        Group(
            area,
            mark,
            tuple(dict.fromkeys(change.subject for change in alike)),
            said,
            tuple(sorted(frozenset().union(*(change.readers for change in alike)))),
        )
        for (area, mark, _, said), alike in found.items()
    ]
    return tuple(sorted(groups, key=lambda group: (AREAS.index(group.area), MARKS.index(group.mark))))


@dataclass(frozen=True, slots=True)
class Unread:
    """A file left out of the comparison: ``side`` is before or now."""

    file: str
    side: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What changed in the output of one spec.

    ``state`` is new or gone when only one side has it. ``other`` are files that differ and hold neither
    dashboards nor rules, ``layout`` counts files that differ without a change in meaning.
    """

    spec: str
    state: Literal["new", "gone", "both"] = "both"
    groups: tuple[Group, ...] = ()
    overview: tuple[Words, ...] = ()
    other: tuple[tuple[str, str], ...] = ()
    """(file, what happened to it)."""
    unread: tuple[Unread, ...] = ()
    layout: int = 0
    names: tuple[str, ...] = field(default=())
    """The specs this report stands for, when several changed alike."""

    @property
    def differs(self) -> bool:
        """Whether there is anything but layout to say."""
        return bool(self.groups or self.overview or self.other or self.unread or self.state != "both")


def fold_reports(reports: Sequence[Report]) -> tuple[Report, ...]:
    """Specs that changed alike as one report."""
    found: dict[object, list[Report]] = {}
    for each in reports:
        key = (each.state, each.groups, each.overview, each.other, each.unread, each.layout)
        found.setdefault(key, []).append(each)
    return tuple(_together(alike) for alike in found.values())


def _together(alike: Sequence[Report]) -> Report:
    first, names = alike[0], tuple(each.spec for each in alike)
    return Report(first.spec, first.state, first.groups, first.overview, first.other, first.unread, first.layout, names)
