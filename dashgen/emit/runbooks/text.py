"""Text, code and layout of the Markdown in runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashgen.emit.escape import WORD_JOINER, markdown

_FENCE = re.compile(r"[ ]*(`{3,})")
_LABEL = re.compile(r"\{\{-?\s*\$labels\.(\w+)[^}]*\}\}")
_ACTION = re.compile(r"\s*\{\{[^}]*\}\}")


def prose(text: str) -> str:
    """Text of the spec inside a line of Markdown; ``$`` begins no formula where a forge knows those."""
    return markdown(text).replace(WORD_JOINER, "").replace("$", "&#36;")


def code(text: str) -> str:
    """A code span on one line, whatever is in it."""
    line = " ".join(text.split())
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fence(text: str, language: str) -> str:
    """A code block that nothing in ``text`` can end."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def spoken(template: str) -> str:
    """The first sentence of an alert's description, its labels by name: a runbook has no alert to fill them in."""
    words = _ACTION.sub("", _LABEL.sub(r"the \1", template))
    return prose(re.split(r"(?<=[.!?])\s", " ".join(words.split()), maxsplit=1)[0])


def tidy(text: str) -> str:
    """One blank line at most, no trailing blanks, steps numbered from 1 under each heading; code stays as it is."""
    return "\n".join(_tidied(text.strip("\n").split("\n"))) + "\n"


def _tidied(lines: list[str]) -> Iterator[str]:
    ticks, step, blank = "", 0, False
    for line in lines:
        if ticks:
            ticks = "" if line.strip() == ticks else ticks
            yield line
            continue
        kept = line.rstrip()
        if not kept:
            blank = True
            continue
        if opened := _FENCE.match(kept):
            ticks = opened[1]
        if kept.startswith("#"):
            step = 0
        elif kept.startswith("1. "):
            step += 1
            kept = f"{step}. {kept[3:]}"
        if blank:
            yield ""
        blank = False
        yield kept


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
