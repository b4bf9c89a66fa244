"""One failure for people: what was expected, what there is, the expression and the series it read."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.report.line import ASIDE, HEADING, RIGHT, WRONG, Line, columns, indented, one_each, one_line
from dashgen.testing.report.bars import bars
from dashgen.testing.results import Failure

MOST_FED = 6
_LONGEST = 100
"""Characters of a series' values; a week of them is no help."""


def lines(failure: Failure) -> Iterator[Line]:
    """All of it, the place first so that editors can jump there."""
    return one_each(_lines(failure))


def _lines(failure: Failure) -> Iterator[Line]:
    # A subject may say itself what it is: `query at 5m`.
    kind = "" if failure.subject.startswith(failure.kind) else f"{failure.kind} "
    yield Line(f"{failure.where}: {kind}{failure.subject}", HEADING)
    yield from indented(_difference(failure))
    if failure.expr:
        from dashgen.emit.promql_layout import lay_out

        yield from indented([Line("expression", ASIDE)])
        yield from indented(map(Line, lay_out(failure.expr).split("\n")), 4)
    if failure.fed:
        yield from indented([Line("fed by", ASIDE)])
        yield from indented(_fed(failure), 4)


def _difference(failure: Failure) -> Iterator[Line]:
    if failure.legends:
        yield from _legends(failure)
    elif failure.timelines is not None:
        yield from bars(failure)
    else:
        yield from _words("expected", failure.expected, RIGHT)
        yield from _words("actual", failure.actual, WRONG)


def _legends(failure: Failure) -> Iterator[Line]:
    """Two columns; a name column only where lines have names, and a mark only where they differ."""
    named = any(legend.name for legend in failure.legends)
    rows = [("", "", "expected", "actual")]
    rows += [
        ("" if each.holds else "!", one_line(each.name), one_line(each.expected), one_line(each.actual))
        for each in failure.legends
    ]
    shown = [row if named else (row[0], *row[2:]) for row in rows]
    styles = [ASIDE, *("" if each.holds else WRONG for each in failure.legends)]
    yield from map(Line, columns(shown), styles)


def _words(side: str, text: str, style: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n")):
        yield Line(f"{'' if number else side:<8}  {line}".rstrip(), style)


def _fed(failure: Failure) -> Iterator[Line]:
    shown = [(each.series, _short(each.values)) for each in failure.fed[:MOST_FED]]
    yield from map(Line, columns(shown))
    if len(failure.fed) > MOST_FED:
        yield Line(f"and {len(failure.fed) - MOST_FED} more", ASIDE)


def _short(values: str) -> str:
    return values if len(values) <= _LONGEST else f"{values[:_LONGEST]} …"
