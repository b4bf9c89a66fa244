"""Everything about one check, for people."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.check import Check, hooks
from dashgen.lint.docs import documentation, served
from dashgen.lint.registry import family
from dashgen.lint.report.words import STYLES
from dashgen.report.line import HEADING, RIGHT, WRONG, Line, indented


def lines(check: Check) -> Iterator[Line]:
    """Title, severity, why, examples, and how to live with a finding."""
    said = documentation(check)
    yield Line(f"{check.code} {check.name}", HEADING)
    yield Line(f"{check.severity}, {family(check)}", STYLES[check.severity])
    yield Line()
    yield Line(said.title)
    yield Line()
    yield from map(Line, said.why.split("\n"))
    for title, style, blocks in (("Bad", WRONG, said.bad), ("Good", RIGHT, said.good)):
        for block in blocks:
            yield from (Line(), Line(title, style), Line())
            yield from indented(map(Line, block.split("\n")), 4)
    if check.assume:
        yield from (Line(), Line(f"The examples assume {', '.join(check.assume)}."))
    if "live" in hooks(check):
        yield from (Line(), Line("Asks a server: only with --prometheus URL. That of the examples has"), Line())
        yield from indented(map(Line, served(check)), 4)
    if family(check) != "suppressions":
        yield from _suppress(check)


def _suppress(check: Check) -> Iterator[Line]:
    yield from (
        Line(),
        Line("Where it is no mistake, say so, and why in at least four words; a day is optional", HEADING),
    )
    yield Line()
    comment = f"# dashgen: ignore {check.name} until 2027-01-31 -- REASON"
    yield Line(f"  {comment}")
    yield Line("      in YAML above or behind what it is about, or in the expression")
    yield Line(f'  lint: {{ignore: [{{check: {check.name}, panel: DASHBOARD/PANEL, reason: "REASON"}}]}}')
    yield Line("      in a spec; or alert: NAME")
    yield Line(f'  ignore = [{{check = "{check.name}", path = "dashboards/**", reason = "REASON"}}]')
    yield Line("      in [tool.dashgen.lint] of pyproject.toml; about = REGEX narrows it to panels or alerts")
