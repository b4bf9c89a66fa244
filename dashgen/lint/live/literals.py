"""The values that a matcher names one by one."""

from __future__ import annotations

import re

from dashgen.promql.nodes import Matcher, Place

_WRAPPED = re.compile(r"\^?\((?:\?:)?([^()]*)\)\$?")
_ANCHORED = re.compile(r"\^?([^()^$]*)\$?")
_LITERAL = re.compile(r"(?:[^\\.+*?()\[\]{}|^$]|\\\\?[^\w\\])+")
"""Characters that mean themselves; a backslash before them may be written twice, in a quoted string it has to be."""
_ESCAPE = re.compile(r"\\\\?(.)")
_DOTTED = re.compile(r"(?<=\w)\.(?=\w)")


def literals(matcher: Matcher) -> tuple[tuple[str, Place], ...]:
    """Each value with its place; none when the matcher takes other values, too, or says what it does not take."""
    written = matcher.value.text[1:-1]
    start = matcher.value.start + 1
    if matcher.operator.text == "=":
        return ((matcher.text, Place(start, start + len(written))),) if matcher.text else ()
    if matcher.operator.text != "=~":
        return ()
    found = _WRAPPED.fullmatch(written) or _ANCHORED.fullmatch(written)
    if found is None or not found[1]:
        return ()
    values = []
    at = start + found.start(1)
    for part in found[1].split("|"):
        if part:
            # Who writes `llama-3.1` means it, though the dot takes any character.
            if not _LITERAL.fullmatch(_DOTTED.sub("-", part)):
                return ()
            values.append((_ESCAPE.sub(r"\1", part), Place(at, at + len(part))))
        at += len(part) + 1
    return tuple(values)
