"""PromQL with Grafana's variables -> texts without, for parsers that do not know them.

What a variable becomes is not known, so there are several: an expression is wrong if all of them are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.promql.tokens import Token, tokens

_IN_STRING = re.compile(r"\$\{(?!\d+\})[^}\n]{0,200}\}|\$(?!\d)\w+|\[\[\w+(?::\w+)?\]\]")
_NUMBERS = re.compile(r"\W*__(?:interval_m?s|range_m?s|from|to|interval|rate_interval|range)\b")
_PARAMETERS = frozenset(
    {"topk", "bottomk", "quantile", "limitk", "limit_ratio", "histogram_quantile", "quantile_over_time", "vector"}
)
_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_MATCH = frozenset({"=", "!=", "=~", "!~"})


@dataclass(frozen=True, slots=True)
class StandIn:
    """``text`` is PromQL; ``origin`` finds its characters in the original."""

    text: str
    _pieces: tuple[tuple[int, int, int], ...]

    def origin(self, index: int) -> int:
        """The character of the original that one of the text comes from."""
        at = bisect_right([start for start, _, _ in self._pieces], index) - 1
        if at < 0:
            return index
        start, original, length = self._pieces[at]
        return original + min(index - start, max(length - 1, 0))


def stand_ins(expr: str) -> Iterator[StandIn]:
    """What the expression may become; one when there is no variable in it."""
    if "$" not in expr and "[[" not in expr:
        yield StandIn(expr, ())
        return
    found, known = tokens(expr), set[str]()
    for operand in ("x", "1"):
        for function in ("sum", "rate"):
            made = _made(found, operand, function)
            if made.text not in known:
                known.add(made.text)
                yield made


def _made(found: list[Token], operand: str, function: str) -> StandIn:
    pieces: list[tuple[int, int, int]] = []
    texts: list[str] = []
    length = 0
    for token, text in zip(found, _texts(found, operand, function), strict=True):
        pieces.append((length, token.start, len(token.text)))
        texts.append(text)
        length += len(text)
    return StandIn("".join(texts), tuple(pieces))


def _texts(found: list[Token], operand: str, function: str) -> Iterator[str]:
    opened: list[str] = []
    meaning: list[Token] = []
    for index, token in enumerate(found):
        if token.kind == "variable":
            yield _variable(found, index, opened, meaning, operand, function)
        elif token.kind == "string":
            yield _IN_STRING.sub("x", token.text)
        else:
            yield token.text
        if token.kind in ("space", "comment"):
            continue
        if token.text in ("(", "{", "["):
            word = meaning[-1].text.lower() if meaning else ""
            opened.append("list" if token.text == "(" and word in _LISTS else f"{token.text}{word}")
        elif token.text in (")", "}", "]") and opened:
            opened.pop()
        meaning.append(token)


def _variable(  # noqa: PLR0911  # a table of places and what may stand there
    found: list[Token], index: int, opened: list[str], meaning: list[Token], operand: str, function: str
) -> str:
    token = found[index]
    inside = opened[-1] if opened else ""
    before = meaning[-1] if meaning else None
    after = found[index + 1] if index + 1 < len(found) else None
    follows = next((each.text for each in found[index + 1 : index + 10] if each.kind not in ("space", "comment")), "")
    last = before.text.lower() if before else ""
    if inside.startswith("[") or last == "offset" or (last in "+-" and len(meaning) > 1 and _offset(meaning[-2])):
        if before and before.kind == "number" and before.end == token.start:
            return "m"
        return "5" if after is not None and after.kind == "name" else "5m"
    if last in _MATCH and inside.startswith("{"):
        return '"x"'
    touching = (before is not None and before.end == token.start and before.kind in ("name", "variable")) or (
        after is not None and after.kind in ("name", "variable", "number", "duration")
    )
    if touching or inside == "list" or inside.startswith("{"):
        return "x"
    if follows == "(" or follows in _LISTS:
        return function
    if _NUMBERS.match(token.text):
        return "60"
    parameter = last == "(" and follows == "," and inside[1:] in _PARAMETERS
    return "1" if parameter else operand


def _offset(token: Token) -> bool:
    return token.text.lower() == "offset"
