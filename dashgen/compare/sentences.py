"""What both renderers share: how much is said, in which order, and which words stand around the code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashgen.compare.changes import AREAS, Area, Code, Group, Report, Words

TITLES: dict[Area, str] = {"alerts": "Alerts", "records": "Recorded series", "dashboards": "Dashboards"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much fits on a screen: groups per area, subjects per group, characters per piece of code, notes per spec.

    What hurts names more of its subjects: each of them is something to do. Specs beyond ``specs`` get one line.
    """

    groups: int = 8
    subjects: int = 3
    loud_subjects: int = 10
    code: int = 90
    notes: int = 4
    specs: int = 4

    def clipped(self, text: str) -> str:
        """One line of at most ``code`` characters, shortened in the middle; both ends tell something."""
        line = " ".join(text.split()) or "(empty)"
        if len(line) <= self.code:
            return line
        half = (self.code - 3) // 2
        return f"{line[:half]} \u2026 {line[-half:]}"


_NO_LIMIT = 10**9
EVERYTHING = Limits(_NO_LIMIT, _NO_LIMIT, _NO_LIMIT, _NO_LIMIT, _NO_LIMIT, _NO_LIMIT)


@dataclass(frozen=True, slots=True)
class Shown:
    """The groups of one area that are shown, and how many are not."""

    area: Area
    groups: tuple[Group, ...]
    hidden: int


def areas(report: Report, limits: Limits) -> Iterator[Shown]:
    """The areas that have something to say. What hurts is always shown."""
    for area in AREAS:
        groups = [group for group in report.groups if group.area == area]
        shown = [group for index, group in enumerate(groups) if index < limits.groups or group.mark == "!"]
        if groups:
            yield Shown(area, tuple(shown), len(groups) - len(shown))


def by_place(groups: Sequence[Group]) -> list[tuple[str, list[Group]]]:
    """Groups under the dashboard they stand on; those that stand on several come under their own heading."""
    found: dict[str, list[Group]] = {}
    for group in groups:
        place = group.place or ("" if not group.subjects[0].place else "Several dashboards")
        found.setdefault(place, []).append(group)
    return list(found.items())


def subject(group: Group, limits: Limits) -> Words:
    """Who: ``panels A, B, C and 17 more (x 20)``."""
    names = [each.name for each in group.subjects]
    kind = f"{group.kind}s" if len(names) > 1 else group.kind
    words: list[str | Code] = [f"{kind} "] if group.kind else []
    most = limits.loud_subjects if group.mark == "!" else limits.subjects
    # Leaving out a single name saves nothing.
    count = len(names) if len(names) <= most + 1 else most
    for index, name in enumerate(names[:count]):
        words += [", ", Code(name)] if index else [Code(name)]
    if len(names) > count:
        words.append(f" and {len(names) - count} more")
    if len(names) > 1:
        words.append(f" (x {len(names)})")
    return tuple(words)


def said(group: Group, limits: Limits) -> list[Words]:
    """What is said about them, the alerts that read them last."""
    found = list(group.said)
    if group.readers:
        count = len(group.readers) if len(group.readers) <= limits.subjects + 1 else limits.subjects
        words: list[str | Code] = ["read by "]
        for index, reader in enumerate(group.readers[:count]):
            words += [", ", Code(reader)] if index else [Code(reader)]
        more = len(group.readers) - count
        found.append((*words, f" and {more} more") if more else tuple(words))
    return found


def notes(report: Report, limits: Limits) -> list[Words]:
    """Files that were not compared, and files of other kinds that differ."""
    found: list[Words] = [
        (Code(each.file), f": not compared, {each.side} it cannot be read: ", Code(each.reason))
        for each in report.unread
    ]
    found += [(Code(file), f": {what}") for file, what in report.other]
    if len(found) > limits.notes + 1:
        found[limits.notes :] = [(f"and {len(found) - limits.notes} more files",)]
    return found


def quiet(report: Report) -> str:
    """What is said of a spec that did not change."""
    if not report.layout:
        return "nothing changed"
    files = "1 file differs" if report.layout == 1 else f"{report.layout} files differ"
    return f"no change in meaning; {files} only in layout"


def state(report: Report) -> str:
    """What to say of a spec that only one side has; empty when both do."""
    return {"new": "new spec, nothing was there before", "gone": "the spec is gone, and with it"}.get(report.state, "")


def in_full(reports: Sequence[Report], limits: Limits) -> frozenset[int]:
    """Positions of the reports that are shown in full: those that hurt first, those that are new last."""
    differing = [index for index, report in enumerate(reports) if report.differs]
    ranked = sorted(differing, key=lambda index: (not hurts(reports[index]), reports[index].state == "new"))
    return frozenset(ranked if len(ranked) <= limits.specs + 1 else ranked[: limits.specs])


def hurts(report: Report) -> bool:
    """Whether there is something nobody should miss."""
    return report.state == "gone" or any(group.mark == "!" for group in report.groups)


def brief(report: Report) -> str:
    """One line for a report that is not shown in full."""
    counts = [
        f"{sum(len(group.subjects) for group in shown.groups)} in {TITLES[shown.area].lower()}"
        for shown in areas(report, EVERYTHING)
    ]
    what = f"changes: {', '.join(counts)}" if counts else state(report) or "other files differ"
    return f"{what} (--all, or name the spec)"
