"""Findings and suppressions -> the findings that are left, and what is to be said of the suppressions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache, partial

from dashgen.lint.check import Check, hooks
from dashgen.lint.finding import Finding
from dashgen.lint.positions import locate
from dashgen.lint.suppress.suppression import Suppression


def apply(found: Iterable[Finding], suppressions: Sequence[Suppression]) -> list[Finding]:
    """The findings nothing hides; each that is hidden is counted by the first suppression that hides it."""
    by_check: dict[str, list[Suppression]] = {}
    for suppression in suppressions:
        for name in suppression.names if suppression.holds else ():
            by_check.setdefault(name, []).append(suppression)
    left = []
    for finding in found:
        spot = cache(partial(locate, finding.place))
        hiding = next((each for each in by_check.get(finding.name, ()) if each.covers(finding, spot)), None)
        if hiding is None:
            left.append(finding)
        else:
            hiding.hidden += 1
    return left


def said_of(suppressions: Iterable[Suppression], ran: Collection[Check], *, alone: bool = False) -> list[Finding]:
    """What the checks that ran say of the suppressions; after ``apply``.

    ``alone``: one file of perhaps many was looked at, so that checks of all files together say nothing.
    """
    names = {check.name for check in ran if not (alone and "project" in hooks(check))}
    looking = [check for check in ran if "suppression" in hooks(check)]
    found: list[Finding] = []
    for suppression in suppressions:
        suppression.judged &= suppression.names <= names
        for check in looking:
            found += check.suppression(suppression)
    return found
