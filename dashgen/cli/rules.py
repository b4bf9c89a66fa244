"""``dashgen rules``: the checks of ``dashgen lint``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How they are listed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def rules(
    form: Annotated[Format, typer.Option("--format", help="For people, programs or a README.")] = Format.TEXT,
) -> None:
    """List the checks of `dashgen lint`."""
    from dashgen.cli.console import Output
    from dashgen.lint.docs import documentation
    from dashgen.lint.registry import checks, family

    screen = Output()
    if form is Format.MARKDOWN:
        from dashgen.lint.report.markdown import table

        for line in table():
            screen.line(line)
        return
    keys = ("code", "name", "severity", "family", "title")
    rows = [
        (check.code, check.name, str(check.severity), family(check), documentation(check).title) for check in checks()
    ]
    if form is Format.JSON:
        import json

        listed = [dict(zip(keys, row, strict=True)) for row in rows]
        for line in json.dumps({"version": 1, "checks": listed}, indent=2).split("\n"):
            screen.line(line)
        return
    screen.table("Checks", keys, rows)
