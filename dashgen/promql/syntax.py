"""Pieces of syntax that not every Prometheus reads, found in the tokens: the tree has no place for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.promql.tokens import Token, significant

_COMPOUND = re.compile(r"(?:\d+[a-z]+){2,}|\d+ms")
_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_CALLS = frozenset({"step", "range", "min", "max", "min_of", "max_of", "start", "end"})
_LOGS = frozenset({"|", "|=", "|~", "|>"})


@dataclass(frozen=True, slots=True)
class Piece:
    """``name`` is a key of ``functions.SYNTAX``; characters ``[start, end)``."""

    name: str
    start: int
    end: int


def logql(expr: str) -> bool:
    """Whether the text is written for Loki."""
    return "|" in expr and any(token.kind == "unknown" and token.text in _LOGS for token in significant(expr))


def pieces(expr: str) -> list[Piece]:
    """Those in an expression, from left to right."""
    return list(_pieces(significant(expr)))


def _pieces(found: list[Token]) -> Iterator[Piece]:
    opened: list[str] = []
    for index, token in enumerate(found):
        before = found[index - 1] if index else None
        after = found[index + 1] if index + 1 < len(found) else None
        inside = opened[-1] if opened else ""
        name = _name(token, before, after, inside)
        if name:
            yield Piece(name, token.start, token.end)
        if token.text == "[":
            yield from _range(found, index)
        if token.text in ("(", "{", "["):
            opened.append("list" if before is not None and before.text.lower() in _LISTS else token.text)
        elif token.text in (")", "}", "]") and opened:
            opened.pop()


def _name(token: Token, before: Token | None, after: Token | None, inside: str) -> str:  # noqa: PLR0911  # a table
    last, following = (before.text.lower() if before else ""), (after.text if after else "")
    if token.kind == "string":
        quoted = inside in ("{", "list") and last in ("{", ",", "(")
        return "a quoted name of a series or label" if quoted else ""
    if token.kind == "number" and "_" in token.text:
        return "an underscore in a number"
    if token.kind == "number" and last == "offset":
        return "a range or offset in seconds without a unit"
    if token.kind == "duration":
        if inside != "[" and last not in ("offset", "-", "+", "@"):
            return "a duration as a number"
        return "a duration of several units" if _COMPOUND.fullmatch(token.text) else ""
    if token.text == "@":
        return "`@`"
    if last == "offset" and token.text == "-":
        return "a negative offset"
    if last == "offset" and (token.text == "(" or token.text in _CALLS):
        return "a duration that is calculated"
    word = token.text.lower() if token.kind == "name" else ""
    if word == "atan2" and last in (")", "}", "]"):
        return "`atan2`"
    if word in ("anchored", "smoothed") and last == "]":
        return f"`{word}`"
    if word in ("fill", "fill_left", "fill_right") and following == "(" and last not in ("", "(", ","):
        return "`fill`"
    return ""


def _range(found: list[Token], index: int) -> Iterator[Piece]:
    """What is between brackets: a duration, a variable, or a subquery's two; anything else is calculated or a number."""
    depth, inner = 1, []
    for token in found[index + 1 :]:
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        if depth == 0:
            break
        inner.append(token)
    colon = any(token.text == ":" for token in inner)
    if colon:
        yield Piece("subquery", found[index].start, inner[-1].end if inner else found[index].end)
    plain = all(token.kind in ("duration", "variable", "number", "name") or token.text == ":" for token in inner)
    calculated = any(token.kind == "operator" or token.text == "(" for token in inner)
    if calculated and inner:
        yield Piece("a duration that is calculated", inner[0].start, inner[-1].end)
    elif plain:
        for token in inner:
            if token.kind == "number" and len(inner) in (1, 3):
                yield Piece("a range or offset in seconds without a unit", token.start, token.end)
