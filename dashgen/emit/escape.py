"""Text of people inside Grafana: what must not be read as a variable or as Markdown.

Grafana has no escape for ``$``, so a word joiner (invisible, zero width) breaks ``$name`` apart.
"""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
_VARIABLE_START = re.compile(r"\$(?=[A-Za-z_{])|\[(?=\[)")
_CODE_SPAN = re.compile(r"(`[^`\n]+`)")
_MARKDOWN = re.compile(r"([\\*_<>\[\]#|~&!+=-])")


def inert(text: str) -> str:
    """Text Grafana shows as it is: no ``$variable``, ``${variable}`` or ``[[variable]]`` is replaced."""
    visible = text  # nearly always; looking at each character costs a tenth of a build
    if not text.isprintable():
        visible = "".join(char for char in text if char == "\n" or char.isprintable() or char.isspace())
    return _VARIABLE_START.sub(lambda match: match.group() + WORD_JOINER, visible)


def one_line(text: str) -> str:
    """A title: inert, with every run of whitespace as one blank."""
    return inert(" ".join(text.split()))


def markdown(text: str) -> str:
    """Plain text inside Markdown: nothing is a variable, a tag or a mark, except balanced ```code```."""
    pieces = _CODE_SPAN.split(" ".join(text.split()))
    return "".join(inert(piece) if _CODE_SPAN.fullmatch(piece) else _escape_prose(piece) for piece in pieces if piece)


def _escape_prose(text: str) -> str:
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    marked = _MARKDOWN.sub(lambda match: entities.get(match.group(), "\\" + match.group()), text)
    return inert(marked).replace("`", "\\`")
