"""Changes of all findings of a file -> its new text; of changes that are in each other's way the first is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashgen.lint.finding import Finding
from dashgen.lint.fix.change import Change, change


@dataclass(frozen=True, slots=True)
class Fixed:
    """The new text, and the findings it mends."""

    text: str
    mended: tuple[Finding, ...]


def fixed(text: str, findings: Iterable[Finding]) -> Fixed:
    """The text with the edits of as many findings as do not meet; all edits of a finding are made, or none.

    ``findings`` are of the file that ``text`` is.
    """
    chosen: list[Change] = []
    mended: list[Finding] = []
    for finding in findings:
        changes = [change(edit) for edit in finding.edits]
        wanted = [each for each in changes if each is not None]
        if not wanted or len(wanted) < len(changes) or _meet(wanted, chosen):
            continue
        chosen += [each for each in dict.fromkeys(wanted) if each not in chosen]
        mended.append(finding)
    for each in sorted(chosen, reverse=True):
        text = text[: each.start] + each.text + text[each.end :]
    return Fixed(text, tuple(mended))


def _meet(wanted: Sequence[Change], chosen: Sequence[Change]) -> bool:
    """Whether a change touches one that is made already and is another."""
    return any(one != other and one.start <= other.end and other.start <= one.end for one in wanted for other in chosen)
