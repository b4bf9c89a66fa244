"""A dashboard as its file has it, whichever schema that is."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.subject import Dashboard, Json, mapping, text


def written(board: Dashboard) -> Json:
    """The JSON of the file; ``Dashboard.data`` is in the classic shape also when that is not."""
    return mapping(board.document.get(*board.path))


def is_classic(board: Dashboard) -> bool:
    """Whether the file has the classic shape, so that what is added to it has to have that too."""
    return written(board) is board.data


def uid_place(board: Dashboard) -> Place:
    """Where the uid stands: inside, or as the name of the resource around it."""
    if text(board.data.get("uid")) or not board.path:
        return board.place.child("uid")
    return Place(board.document, (*board.path[:-1], "metadata", "name"))
