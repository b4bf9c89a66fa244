"""The documentation of a check, taken from its docstring."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashgen.lint.check import Check

_BLOCK = re.compile(r"^(Bad|Good):\n((?:\n|[ ]{4}.*(?:\n|$))+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Documentation:
    """``title`` is one sentence, ``why`` paragraphs of text; ``bad`` and ``good`` are examples as ``example`` says."""

    title: str
    why: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


def documentation(check: Check) -> Documentation:
    """What the docstring of a check says."""
    text = inspect.cleandoc(type(check).__doc__ or "").replace("``", "`")
    title, _, rest = text.partition("\n")
    why = _BLOCK.sub("", rest).strip()
    blocks = [(match[1], textwrap.dedent(match[2]).strip("\n")) for match in _BLOCK.finditer(rest)]
    return Documentation(
        " ".join(title.split()),
        why,
        tuple(block for kind, block in blocks if kind == "Bad"),
        tuple(block for kind, block in blocks if kind == "Good"),
    )


def served(check: Check) -> Iterator[str]:
    """The series that the server of the examples has, as selectors; with their types where it tells them."""
    for name, said in check.server.items():
        kind = f" ({said['type']})" if isinstance(said, Mapping) else ""
        for labels in said["series"] if isinstance(said, Mapping) else said:
            inner = ", ".join(f'{label}="{value}"' for label, value in labels.items())
            yield f"{name}{{{inner}}}{kind}"
