"""A report for the terminal: lines with a style each."""

from __future__ import annotations

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

_STYLES = {"!": "bold red", "-": "red", "+": "green", "~": ""}
_WIDTH = 110
"""Longer sentences go below one another."""
Line = tuple[str, str]
"""Text, and the style of rich it is shown in."""


def render(against: Words, remarks: Sequence[Words], reports: Sequence[Report], limits: Limits) -> list[Line]:
    """The lines of a comparison."""
    lines = [(plain(against, limits), "bold"), *((plain(words, limits), "yellow") for words in remarks)]
    full = in_full(reports, limits)
    for index, report in enumerate(reports):
        names = ", ".join(report.names)
        if not report.differs:
            lines.append((f"{names}: {quiet(report)}", ""))
            continue
        if index not in full:
            lines.append((f"{names}: {brief(report)}", _STYLES["!"] if hurts(report) else ""))
            continue
        lines += [("", ""), (f"{names}: {state(report)}".removesuffix(": "), "bold")]
        lines += [(f"  {text}".rstrip(), style) for text, style in _report(report, limits)]
    return lines


def plain(words: Words, limits: Limits) -> str:
    """A sentence without marks around its code."""
    return "".join(limits.clipped(word.text) if isinstance(word, Code) else word for word in words)


def _report(report: Report, limits: Limits) -> Iterator[Line]:
    style = "bold red" if report.state == "gone" else ""
    yield from ((plain(words, limits), style) for words in report.overview)
    for shown in areas(report, limits):
        yield TITLES[shown.area], "bold"
        for place, groups in by_place(shown.groups):
            indent = "  "
            if place:
                yield f"  {place}", ""
                indent = "    "
            for group in groups:
                yield from _group(group, indent, limits)
        if shown.hidden:
            yield f"  \u2026 and {shown.hidden} more (--all shows them)", ""
    if report.unread or report.other:
        yield "Files", "bold"
        yield from ((f"  {plain(words, limits)}", "yellow") for words in notes(report, limits))
    if not report.groups and report.layout:
        yield quiet(report), ""


def _group(group: Group, indent: str, limits: Limits) -> Iterator[Line]:
    head = f"{indent}{group.mark} {plain(subject(group, limits), limits)}:"
    sentences = [plain(words, limits) for words in said(group, limits)]
    line, style = f"{head} {'; '.join(sentences)}", _STYLES[group.mark]
    if len(sentences) == 1 or len(line) <= _WIDTH:
        yield line, style
        return
    yield head, style
    yield from ((f"{indent}    {sentence}", style) for sentence in sentences)
