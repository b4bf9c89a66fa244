"""Paths of a document and of what is left of it after parts were removed."""

from __future__ import annotations

from dashgen.spec.document import Node, Path


def original_index(index: int, path: Path, removed: frozenset[Path]) -> int:
    """The index an item had before others of its list (at ``path``) were removed."""
    gone = {part[-1] for part in removed if part[:-1] == path}
    position = -1
    for _ in range(index + 1):
        position += 1
        while position in gone:
            position += 1
    return position


def original(path: Path, removed: frozenset[Path], root: Node | None) -> Path:
    """A path of the data without ``removed`` as a path of the document.

    A value that stands for a list of one is written without its index.
    """
    found: Path = ()
    node = root
    for step in path:
        if isinstance(step, int):
            if step == 0 and node is not None and node.items is None:
                continue
            step = original_index(step, found, removed)  # noqa: PLW2901
        found = (*found, step)
        node = node.child(step) if node else None
    return found


def related(path: Path, part: Path) -> bool:
    """Whether one of the two contains the other."""
    shorter = min(len(path), len(part))
    return path[:shorter] == part[:shorter]
