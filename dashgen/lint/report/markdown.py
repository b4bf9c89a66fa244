"""The documentation of a check as Markdown, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.check import Check
from dashgen.lint.docs import documentation
from dashgen.lint.registry import checks, family


def page(check: Check) -> Iterator[str]:
    """Everything about one check, lines of it."""
    said = documentation(check)
    yield f"# {check.name} ({check.code})"
    yield from ("", f"{check.severity}, {family(check)}", "", said.title, "", said.why)
    for title, blocks in (("Bad", said.bad), ("Good", said.good)):
        for block in blocks:
            yield from ("", f"{title}:", "", f"```{language(check)}", *block.split("\n"), "```")


def language(check: Check) -> str:
    """What the examples of a check are written in."""
    return "promql" if check.example in ("panel", "alert", "record") else "yaml"


def table() -> Iterator[str]:
    """All checks, a row for each."""
    yield "| code | name | severity | what is wrong |"
    yield "|---|---|---|---|"
    for check in checks():
        title = documentation(check).title.replace("|", "\\|")
        yield f"| {check.code} | `{check.name}` | {check.severity} | {title} |"
