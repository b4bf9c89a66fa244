"""Where ``rules/`` is: the one that comes with dashgen, and the user's own."""

from __future__ import annotations

from pathlib import Path


def packaged_rules() -> Path:
    """``rules/`` as shipped: inside the package in a wheel, beside it in a checkout (editable install)."""
    package = Path(__file__).parent
    inside = package / "_rules"
    return inside if inside.is_dir() else package.parent / "rules"


def own_rules(spec_file: Path) -> Path:
    """``rules/`` of whoever owns the spec: beside the folder ``specs/``, or beside the file when it is elsewhere.

    The folder need not exist.
    """
    folder = spec_file.absolute().parent
    return (folder.parent if folder.name == "specs" else folder) / "rules"
