"""An edit, which is about values -> a change of the characters of a file, however the value is written there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from dashgen.lint.document import Document, Place
from dashgen.lint.finding import Edit
from dashgen.lint.positions import locate

_BLOCK = ("|", ">")
"""What a block scalar of YAML starts with."""
_FIRST_KEY = re.compile(r"\{(?P<blank>\s*)(?P<end>\}?)")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Characters ``[start, end)`` of a file become ``text``."""

    start: int
    end: int
    text: str


def change(edit: Edit) -> Change | None:
    """The change of the file an edit stands for; None when it cannot be made there with certainty."""
    if edit.insert:
        return _insert(edit)
    spot = locate(edit.place)
    if not spot.exact or _is_block_list(edit.place):
        return None
    whole = edit.place.start is None
    outer = edit.place.document.outer
    if whole and not edit.place.key:
        text = edit.text if outer is None else _encoded(outer, edit.text)
    else:
        text = _encoded(edit.place, edit.text)
    return None if text is None else Change(spot.start, spot.end, text)


def _encoded(place: Place, text: str) -> str | None:
    """``text`` as it is written inside the value at ``place``, in the file that holds it; None when it cannot be."""
    document = place.document
    if document.encoded:
        return None
    style = '"' if document.syntax == "json" else _style(place)
    if style in ("&", "!", "*"):
        return None
    if style == '"':
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    elif "\n" in text:
        return None
    elif style == "'":
        text = text.replace("'", "''")
    return text if document.outer is None else _encoded(document.outer, text)


def _style(place: Place) -> str:
    """How a value of a YAML document is written: its first character when that means something, or ''."""
    whole = Place(place.document, place.path, key=place.key)
    spot = locate(Place(_alone(place.document), whole.path, key=whole.key))
    first = place.document.text[spot.start : spot.start + 1]
    return first if first in ('"', "'", "&", "!", "*", *_BLOCK) else ""


def _alone(document: Document) -> Document:
    """The document as if it were a file of its own."""
    if document.outer is None:
        return document
    return Document(document.file, document.text, document.syntax, document.data, document.number)


def _insert(edit: Edit) -> Change | None:
    """A key before the first one of a mapping, written like that."""
    document = edit.place.document
    holder = document.get(*edit.place.path)
    if not isinstance(holder, dict) or edit.insert in holder:
        return None
    spot = locate(Place(_alone(document), edit.place.path))
    text, start = document.text, spot.start
    if not spot.exact:
        return None
    if text[start : start + 1] == "{":
        match = _FIRST_KEY.match(text, start)
        if match is None:
            return None
        # A key in quotes would make YAML that begins with it look like JSON.
        key = f"{edit.insert if document.syntax == 'yaml' else json.dumps(edit.insert)}: {edit.text}"
        added = key if match["end"] else f"{match['blank']}{key},"
        if not match["end"] and not match["blank"]:
            added += " "
        return _of_text(edit.place, start + 1, added)
    line = text.rfind("\n", 0, start) + 1
    indent = text[line:start]
    if document.syntax != "yaml" or indent.strip(" -") or "\n" in edit.text:
        return None
    return _of_text(edit.place, start, f"{edit.insert}: {edit.text}\n{' ' * len(indent)}")


def _of_text(place: Place, at: int, added: str) -> Change | None:
    """An insertion into the text of the place's document, wherever that text stands."""
    outer = place.document.outer
    if outer is None:
        return Change(at, at, added)
    if place.document.encoded:
        return None
    spot = locate(outer.within(at, at + 1))
    if not spot.exact:
        return None
    if "\n" in added and _block(outer):
        # In a block each line starts with the indentation of the block.
        line = locate(outer.within(at, at + 1)).source
        inner = place.document.text[place.document.text.rfind("\n", 0, at) + 1 : at]
        margin = line[: max(0, spot.column - 1 - len(inner))]
        return Change(spot.start, spot.start, added.replace("\n", f"\n{margin}"))
    text = _encoded(outer, added)
    return None if text is None else Change(spot.start, spot.start, text)


def _is_block_list(place: Place) -> bool:
    """Whether it is a list of YAML whose items may stand as far to the left as its key, where no other value may."""
    of = place.document
    if of.syntax != "yaml" or place.key or not isinstance(of.get(*place.path), list):
        return False
    return of.text[locate(Place(_alone(of), place.path)).start :][:1] != "["


def _block(place: Place) -> bool:
    """Whether a text is written line by line; behind ``>`` lines are joined."""
    return place.document.syntax == "yaml" and place.document.outer is None and _style(place) == "|"
