"""What messages call a part of a scenario."""

from __future__ import annotations

from dashgen.spec.document import Path
from dashgen.spec.words import show_path


def called(path: Path) -> str:
    """The path inside one series, alert or moment: with cases, its number is not the one in the file."""
    inside = path[3:] if path[0] == "alerts" else path[2:]
    return f"`{show_path(inside)}`" if inside else "this part"
