"""What is looked at together: the files of one deployment, and what is assumed of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from dashgen.lint.assume import Assumptions
from dashgen.lint.suppress.suppression import Suppression


@dataclass(frozen=True, slots=True)
class File:
    """``name`` is its path as shown, with slashes; ``content`` its bytes, or its text where it is in memory.

    ``named``: somebody asked for this very file, so that it is not to be passed over. ``size``: how many bytes there
    are, where ``content`` is the beginning of too many.
    """

    name: str
    content: str | bytes
    named: bool = True
    size: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """``suppressions`` are those of its spec, for a day."""

    assume: Assumptions
    files: Sequence[File]
    name: str = ""
    suppressions: Callable[[date], Sequence[Suppression]] = field(default=lambda _: ())
