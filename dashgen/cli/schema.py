"""``dashgen schema``: the JSON Schema of spec files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def schema(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of stdout; - is stdout."),
    ] = None,
) -> None:
    """Print the JSON Schema of spec files, for editors and validators."""
    import json

    from dashgen.spec.schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=True) + "\n"
    if output is None or str(output) == "-":
        typer.echo(text, nl=False)
        return
    from dashgen.emit.single_file import replace_file
    from dashgen.spec.schema import TITLE

    ours = f'"title": "{TITLE}"'.encode()
    replace_file(output, text, what="schema", ours=lambda found: ours in found)
