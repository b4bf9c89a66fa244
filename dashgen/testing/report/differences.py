"""Where the second engine answers something else, for people: each difference with its reason, then how many."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.report.line import ASIDE, HEADING, WARNING, WRONG, Line, indented
from dashgen.testing.results import Difference, Result, Run

UNKNOWN = "no known difference of the engines explains it"


def lines(run: Run) -> Iterator[Line]:
    """Nothing where one engine ran."""
    if run.vmalert is None:
        return
    for result in run.results:
        if result.differences:
            yield Line(f"DIFF {result.name}", HEADING)
            for each in result.differences:
                yield from indented(_difference(each))
            yield Line()
    yield Line(counts(run), WARNING if any(result.differences for result in run.results) else "")


def counts(run: Run) -> str:
    """In one line: cases that agree, differences, what they contradict, and who was asked."""
    if run.vmalert is None:
        return ""
    agree = sum(1 for result in run.results if not result.differences)
    found = [each for result in run.results for each in result.differences]
    unknown = sum(1 for each in found if not each.reason)
    against = sum(1 for each in found if each.contradicts)
    failed = sum(1 for each in found if each.contradicts and not each.reason)
    return (
        f"vmalert-tool {run.vmalert.version} ({run.vmalert.path}) agrees in {agree} of {len(run.results)} cases; "
        f"{len(found)} differences, {unknown} for no known reason; "
        f"{against} contradict an assertion, {failed} of them for no known reason"
    )


def plain(result: Result) -> Iterator[str]:
    """The differences of one case as text, for reports that are no list of lines."""
    for each in result.differences:
        yield "\n".join((result.name, *(line.text for line in indented(_difference(each)))))


def _difference(each: Difference) -> Iterator[Line]:
    yield Line(each.subject)
    for side, text in (("promtool", each.promtool), ("vmalert", each.vmalert)):
        for number, line in enumerate(text.split("\n")):
            yield Line(f"  {'' if number else side:<8}  {line}".rstrip())
    wrong = each.contradicts and not each.reason
    contradicts = "contradicts an assertion; " if each.contradicts else ""
    yield Line(f"  {contradicts}{each.reason or UNKNOWN}", WRONG if wrong else ASIDE)
