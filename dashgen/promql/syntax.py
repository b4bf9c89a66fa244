"""Pieces of syntax that not every Prometheus reads, found in the tokens: the tree has no place for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.promql.tokens import Token, significant

_COMPOUND = re.compile(r"(?:\d+[a-z]+){2,}|\d+ms")
_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_CALLS = frozenset({"step", "range", "min", "max", "min_of", "max_of", "start", "end"})
_LONGEST = 60
"""Tokens of a range that somebody wrote."""
_ARITHMETIC = frozenset("+-*/%^")
_WORDS = _CALLS | {"atan2", "anchored", "smoothed", "fill", "fill_left", "fill_right"}
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
        text = token.text
        if token.kind == "punctuation":
            if text in ")}]" and opened:
                opened.pop()
            elif text in "({[":
                if text == "[":
                    yield from _range(found, index)
                last = found[index - 1].text.lower() if index else ""
                opened.append("list" if last in _LISTS else last if last == "offset" else text)
            if text != "(":
                continue
        elif token.kind == "variable" or (token.kind == "name" and text not in _WORDS):
            continue
        before = found[index - 1] if index else None
        after = found[index + 1] if index + 1 < len(found) else None
        inside = (opened[-2] if len(opened) > 1 else "") if text == "(" else opened[-1] if opened else ""
        signed = index > 1 and found[index - 1].text in ("-", "+") and found[index - 2].text.lower() in ("offset", "@")
        name = "" if signed and token.kind == "duration" else _name(token, before, after, inside)
        if name:
            yield Piece(name, token.start, token.end)


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
        if inside not in ("[", "offset") and last not in ("offset", "@"):
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


def _calculates(token: Token) -> bool:
    """Whether a duration may be calculated with it."""
    if token.kind == "name":
        return token.text in _CALLS
    known = token.text in _ARITHMETIC or token.text in "(),:"
    return known or token.kind in ("duration", "number", "variable")


def _range(found: list[Token], index: int) -> Iterator[Piece]:
    """Between brackets is a duration, a variable, or a subquery's two; anything else is calculated or a number."""
    depth, inner = 1, list[Token]()
    for token in found[index + 1 : index + _LONGEST]:
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        if depth == 0:
            break
        inner.append(token)
    else:
        return
    colon = any(token.text == ":" for token in inner)
    if colon:
        yield Piece("subquery", found[index].start, inner[-1].end if inner else found[index].end)
    plain = all(token.kind in ("duration", "variable", "number", "name") or token.text == ":" for token in inner)
    calculated = any(token.text in _ARITHMETIC or token.text == "(" for token in inner)
    if calculated and all(_calculates(token) for token in inner):
        yield Piece("a duration that is calculated", inner[0].start, inner[-1].end)
    elif plain:
        for token in inner:
            if token.kind == "number" and len(inner) in (1, 3):
                yield Piece("a range or offset in seconds without a unit", token.start, token.end)
