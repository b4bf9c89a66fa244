"""Commands of GitHub's workflow runner: annotations."""

from __future__ import annotations

from dashgen.errors import Location

# What the runner undoes, in a message and in a property.
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotation(
    level: str, message: str, title: str, where: Location | None = None, *, until: tuple[int, int] | None = None
) -> str:
    """One of ``error``, ``warning`` and ``notice``; ``until`` is the line and the column of the last character."""
    found = {"file": where.file, "line": where.line, "col": where.column} if where else {}
    if until:
        # The runner takes an end column only where the lines are the same.
        same = where is not None and until[0] == where.line
        found |= {"endLine": until[0]} | ({"endColumn": until[1]} if same else {})
    properties = {name: str(value) for name, value in found.items() if value} | {"title": title}
    inner = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {inner}::{message.translate(_MESSAGE)}"
