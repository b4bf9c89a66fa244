"""Whether two selectors, or two expressions for pods, can mean the same thing, as far as reading them tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashgen.spec.checks.regex import tokens
from dashgen.spec.sources import Matcher, Source

_ANY_END = (".*", ".+")


@dataclass(frozen=True, slots=True)
class Beginning:
    """How every text that one alternative of an expression matches begins, and the expression for what follows."""

    literal: str
    rest: str


def beginnings(expression: str) -> tuple[Beginning, ...]:
    """One for each alternative at the outermost level; a single empty one when nothing is known."""
    found, literal, rest, depth = [], "", "", 0
    for token in tokens(expression):
        if re.match(r"\(\?[a-zA-Z-]*[):]", token) and token != "(?:":
            return (Beginning("", expression),)  # flags change what the letters after them match
        if token == "|" and depth == 0:
            found.append(Beginning(literal, rest))
            literal, rest = "", ""
            continue
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        char = _literal(token)
        if not rest and char is not None:
            literal += char
        elif not rest and token[0] in "*+?{":
            # It repeats the character before it, perhaps not once; a text of several is in one pair of \Q and \E.
            literal, rest = literal[:-1], literal[-1:] + token
        else:
            rest += token
    return (*found, Beginning(literal, rest))


def _literal(token: str) -> str | None:
    """The text that a token matches and no other; None when it may match several."""
    if token.startswith("\\Q"):
        return token[2:].removesuffix("\\E")
    if len(token) == 2 and token[0] == "\\":
        return None if token[1].isalnum() else token[1]
    return token if len(token) == 1 and token not in ".*+?()[]{}|^$\\" else None


def disjoint(one: Source, two: Source) -> bool:
    """Whether no series can match the selectors of both."""
    both = one.selector.keys() & two.selector.keys()
    return any(_apart(one.selector[label], two.selector[label]) for label in both)


def _apart(one: Matcher, two: Matcher) -> bool:
    for values, other in ((_values(one), two), (_values(two), one)):
        if values is not None:
            return not any(_accepts(other, value) for value in values)
    operators = {one.operator()[0], two.operator()[0]}
    if operators == {"=~", "!~"}:
        return one.operator()[1] == two.operator()[1]
    return operators == {"=~"} and all(
        _begin_apart(first, second)
        for first in beginnings(one.operator()[1])
        for second in beginnings(two.operator()[1])
    )


def _values(matcher: Matcher) -> list[str] | None:
    """All values that a matcher accepts; None when they cannot be listed."""
    if matcher.equals is not None:
        return [matcher.equals]
    if matcher.regex is None:
        return None
    found = beginnings(matcher.regex)
    return None if any(each.rest for each in found) else [each.literal for each in found]


def _begin_apart(one: Beginning, two: Beginning) -> bool:
    return not one.literal.startswith(two.literal) and not two.literal.startswith(one.literal)


def _accepts(matcher: Matcher, value: str) -> bool:
    operator, text = matcher.operator()
    if operator in ("=", "!="):
        return (text == value) == (operator == "=")
    try:
        # RE2 and Python agree on what job names are matched with; anything stranger may overlap.
        found = re.fullmatch(text, value) is not None
    except re.error:
        return True
    return found == (operator == "=~")


def pods_overlap(one: str, two: str) -> bool:
    """Whether two expressions surely match a pod in common: the same one, or ``qwen-.*`` beside ``qwen-big-.*``."""
    return one == two or _covers(beginnings(one), beginnings(two)) or _covers(beginnings(two), beginnings(one))


def _covers(wide: Iterable[Beginning], narrow: Iterable[Beginning]) -> bool:
    starts = [each.literal for each in _open(wide)]
    return any(each.literal.startswith(start) for each in narrow for start in starts)


def _open(found: Iterable[Beginning]) -> Iterator[Beginning]:
    return (each for each in found if each.rest in _ANY_END)
