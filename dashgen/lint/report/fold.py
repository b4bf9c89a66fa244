"""Identical findings are read once: the first, and where the others are."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.result import Located

MOST_PLACES = 5


def fold(findings: Iterable[Located]) -> list[list[Located]]:
    """Findings that say the same, together, in the order of the first of each."""
    groups: dict[tuple[str, ...], list[Located]] = {}
    for each in findings:
        found = each.finding
        groups.setdefault((found.code, found.found, found.expected, found.action), []).append(each)
    return list(groups.values())


def others(group: list[Located]) -> str:
    """Where all but the first are: ``+3 more: 12:5 panel "A", b.json:3:1 panel "B"``; '' when it is alone."""
    first, *rest = group
    if not rest:
        return ""
    places = [
        f"{'' if each.spot.file == first.spot.file else f'{each.spot.file}:'}{each.spot.line}:{each.spot.column} "
        f"{each.finding.about}"
        for each in rest[:MOST_PLACES]
    ]
    more = f"; and {len(rest) - MOST_PLACES} more" if len(rest) > MOST_PLACES else ""
    return f"+{len(rest)} more: {'; '.join(places)}{more}"
