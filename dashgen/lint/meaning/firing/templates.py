"""The Go templates in labels and annotations of alerts: what of the alert they show, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["label", "value", "external"]

_TOKEN = re.compile(
    r""" (?P<string>"(?:[^"\\\n]|\\.){0,500}"|`[^`]{0,500}`) | (?P<name>\$?\.?\w[\w.]*|\$?\.)
    | (?P<mark>:=|[|(),=]) | \s+ | . """,
    re.VERBOSE | re.DOTALL,
)
_ACTION = re.compile(
    # Bounded, as nothing closes what hostile texts open.
    r"""\{\{-?\s* (?P<body> /\*.{0,1000}?\*/ |
    (?> "(?:[^"\\\n]|\\.){0,500}+" | `[^`]{0,500}+` | '(?:[^'\\]|\\.)' | (?!\}\})[^"`'] ){0,1000}+ ) \}\}""",
    re.VERBOSE | re.DOTALL,
)
MAX_LENGTH = 20_000
"""Characters; a longer template is no text for a person."""
_LABEL = re.compile(r"(?:\$labels|\.Labels|\$\.Labels)\.(\w+)")
_EXTERNAL = re.compile(r"(?:\$externalLabels|\.ExternalLabels|\$\.ExternalLabels)\.(\w+)")
_MAPS = {"$labels": "label", ".Labels": "label", "$.Labels": "label", "$externalLabels": "external"}
_VALUES = frozenset({"$value", ".Value", "$.Value"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A label of the alert (``name``), an external label, or its value; ``start`` and ``end`` are characters.

    ``guarded``: the template asks first whether it is there. ``after`` is the text behind the action.
    """

    kind: Kind
    name: str
    start: int
    end: int
    guarded: bool
    after: str = ""
    functions: tuple[str, ...] = ()
    """What the action calls: ``humanize`` of ``$value | humanize``."""
    conditional: bool = False
    """Whether it is only asked for, in an ``if``, and not shown itself."""


@dataclass(slots=True)
class _Block:
    word: str
    asked: frozenset[str]


@lru_cache(maxsize=16_384)
def references(template: str) -> tuple[Reference, ...]:
    """What a template shows of the alert, in the order of writing; what is no template shows nothing."""
    readable = "{{" in template and "}}" in template and len(template) <= MAX_LENGTH
    return tuple(_references(template)) if readable else ()


def _references(template: str) -> Iterator[Reference]:
    blocks: list[_Block] = []
    for action in _ACTION.finditer(template):
        start = action.start("body")
        tokens = [token for token in _TOKEN.finditer(action["body"]) if token.lastgroup]
        if not tokens or action["body"].startswith("/*"):
            continue
        word = tokens[0][0]
        if word == "end":
            if blocks:
                blocks.pop()
            continue
        # Inside range and with, the dot is something else than the alert.
        moved = any(block.word in ("range", "with") for block in blocks)
        shown = list(_shown(tokens, moved))
        if word in ("if", "with", "range", "else"):
            asked = frozenset(name for _, name, _, _ in shown)
            if word == "else":
                if blocks:
                    blocks[-1] = _Block(blocks[-1].word, blocks[-1].asked | asked)
            else:
                blocks.append(_Block(word, asked))
        elif word in ("define", "block"):
            blocks.append(_Block(word, frozenset()))
        guarded = {name for block in blocks for name in block.asked}
        called = tuple(token[0] for token in tokens if token.lastgroup == "name" and token[0][0] not in "$.0123456789")
        after = template[action.end() : action.end() + 24]
        for kind, name, first, last in shown:
            known = name in guarded
            yield Reference(kind, name, start + first, start + last, known, after, called, word in ("if", "else"))


def _shown(tokens: list[re.Match[str]], moved: bool) -> Iterator[tuple[Kind, str, int, int]]:
    for index, token in enumerate(tokens):
        text = token[0]
        if token.lastgroup != "name" or (moved and text.startswith(".")):
            continue
        if found := _LABEL.fullmatch(text):
            yield "label", found[1], token.start(), token.end()
        elif found := _EXTERNAL.fullmatch(text):
            yield "external", found[1], token.start(), token.end()
        elif text in _VALUES:
            yield "value", "", token.start(), token.end()
        elif text in _MAPS and index and tokens[index - 1][0] == "index" and index + 1 < len(tokens):
            key = tokens[index + 1]
            if key.lastgroup == "string":
                kind: Kind = "label" if _MAPS[text] == "label" else "external"
                yield kind, key[0][1:-1], token.start(), key.end()
