"""Paths of a document and of what is left of it after parts were removed."""

from __future__ import annotations

from dashgen.spec.document import Path


def original_index(index: int, path: Path, removed: frozenset[Path]) -> int:
    """The index an item had before others of its list (at ``path``) were removed."""
    gone = {part[-1] for part in removed if part[:-1] == path}
    position = -1
    for _ in range(index + 1):
        position += 1
        while position in gone:
            position += 1
    return position


def original(path: Path, removed: frozenset[Path]) -> Path:
    """A path of the data without ``removed`` as a path of the document."""
    found: Path = ()
    for step in path:
        found = (*found, original_index(step, found, removed) if isinstance(step, int) else step)
    return found


def related(path: Path, part: Path) -> bool:
    """Whether one of the two contains the other."""
    shorter = min(len(path), len(part))
    return path[:shorter] == part[:shorter]
