"""A report as markdown, for the comment of a merge request.

Whatever people named is shown as code: there no markup, no @name and no #number means anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dashgen.compare.changes import Code, Group, Report, Words
from dashgen.compare.sentences import (
    TITLES,
    Limits,
    areas,
    brief,
    by_place,
    hurts,
    in_full,
    notes,
    quiet,
    said,
    state,
    subject,
)


def render(against: Words, remarks: Sequence[Words], reports: Sequence[Report], limits: Limits) -> list[str]:
    """The lines of a comparison."""
    lines = ["### What this change means", "", _capital(prose(against, limits)) + "."]
    for words in remarks:
        lines += ["", f":warning: {prose(words, limits)}"]
    full = in_full(reports, limits)
    for index, report in enumerate(reports):
        names = ", ".join(span(name) for name in report.names)
        if not report.differs:
            lines += ["", f"{names}: {quiet(report)}"]
            continue
        if index not in full:
            lines += ["", f"{':warning: ' if hurts(report) else ''}{names}: {brief(report)}"]
            continue
        lines += ["", f"#### {names}", *_report(report, limits)]
    return lines


def prose(words: Words, limits: Limits) -> str:
    """A sentence with its code in code spans."""
    return "".join(span(limits.clipped(word.text)) if isinstance(word, Code) else word for word in words)


def span(text: str) -> str:
    """Any text as one code span: control characters out, the fence longer than every backtick run inside."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split()) or "(empty)"
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    blank = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _report(report: Report, limits: Limits) -> Iterator[str]:
    if report.state != "both":
        yield from ("", f"{':warning: ' if report.state == 'gone' else ''}{_capital(state(report))}:")
    if report.overview:
        yield ""
        yield from (f"- {prose(words, limits)}" for words in report.overview)
    for shown in areas(report, limits):
        yield from ("", f"**{TITLES[shown.area]}**", "")
        for place, groups in by_place(shown.groups):
            if place:
                yield f"- {span(place)}"
            for group in groups:
                yield from _group(group, "  " if place else "", limits)
        if shown.hidden:
            yield f"- and {shown.hidden} more: `dashgen diff --all` shows them"
    if report.unread or report.other:
        yield from ("", "**Files**", "")
        yield from (f"- {prose(words, limits)}" for words in notes(report, limits))
    if not report.groups and report.layout:
        yield from ("", quiet(report))


def _group(group: Group, indent: str, limits: Limits) -> Iterator[str]:
    warning = ":warning: " if group.mark == "!" else ""
    head = f"{indent}- {warning}{prose(subject(group, limits), limits)}"
    sentences = [prose(words, limits) for words in said(group, limits)]
    if len(sentences) == 1:
        yield f"{head}: {sentences[0]}"
        return
    yield head
    yield from (f"{indent}  - {sentence}" for sentence in sentences)
