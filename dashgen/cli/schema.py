"""``dashgen schema``: the JSON Schema of spec files and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def schema(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of stdout; - is stdout."),
    ] = None,
    *,
    scenario: Annotated[bool, typer.Option("--scenario", help="The schema of scenario files instead.")] = False,
) -> None:
    """Print the JSON Schema of spec files or scenarios, for editors and validators."""
    import json

    found = _scenario() if scenario else _spec()
    text = json.dumps(found, indent=2, ensure_ascii=True) + "\n"
    if output is None or str(output) == "-":
        typer.echo(text, nl=False)
        return
    from dashgen.emit.single_file import replace_file

    ours = f'"title": "{found["title"]}"'.encode()
    replace_file(output, text, what="schema", ours=lambda older: ours in older)


def _spec() -> dict[str, Any]:
    from dashgen.spec.schema import json_schema

    return json_schema()


def _scenario() -> dict[str, Any]:
    from dashgen.testing.scenario.schema import json_schema

    return json_schema()
