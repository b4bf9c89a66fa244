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
    _write(output, text)


def _write(path: Path, text: str) -> None:
    """Replaces the file in one step.

    Raises:
        InputError: when the file is something else than a schema written before.
        MachineError: when it cannot be written.
    """
    import tempfile

    from dashgen.errors import InputError, Location, MachineError, Problem
    from dashgen.spec.schema import TITLE

    try:
        if path.exists() and (path.is_dir() or f'"title": "{TITLE}"' not in path.read_text("utf-8", "replace")):
            problem = Problem(
                Location(str(path)),
                "exists and is no schema that dashgen wrote",
                "a new file, or an older schema to replace",
                "name another file, or delete this one",
            )
            raise InputError([problem])
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - a descriptor
                file.write(text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MachineError(f"{path}: cannot be written: {error.strerror or error}") from error
