"""PromQL text -> a tree with places. Whether Prometheus accepts the text is for its own parsers to say."""

from __future__ import annotations

from collections.abc import Callable

from dashgen.promql.tokens import Token, significant
from dashgen.testing.mutate.nodes import (
    Aggregate,
    At,
    Binary,
    Call,
    Inner,
    LabelList,
    Matcher,
    Node,
    Number,
    Offset,
    Paren,
    Ranged,
    Selector,
    Signed,
    Text,
    Word,
)

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
SETS = frozenset({"and", "or", "unless"})
_LEVELS = (
    frozenset({"or"}),
    frozenset({"and", "unless"}),
    COMPARISONS,
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%", "atan2"}),
    frozenset({"^"}),
)
"""Binary operators from the loosest to the tightest; only the last associates to the right."""
_LEVEL = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_POWER = len(_LEVELS) - 1
_AGGREGATES = frozenset({"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "quantile"}) | frozenset(
    {"topk", "bottomk", "count_values", "limitk", "limit_ratio"}
)
_DEEPEST = 100
"""Deeper nesting is no expression somebody wrote, and would exhaust the stack."""


class NotPromQLError(ValueError):
    """The text is no PromQL expression that this parser knows."""


def parse(expr: str) -> Node:
    """The tree of an expression; Grafana's variables may stand for durations and in strings.

    Raises:
        NotPromQLError: when the text is something else.
    """
    reader = _Reader(significant(expr))
    root = reader.expression(0)
    if reader.peek() is not None:
        raise NotPromQLError(reader.text())
    return root


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def peek(self, ahead: int = 0) -> Token | None:
        index = self._at + ahead
        return self._tokens[index] if index < len(self._tokens) else None

    def text(self, ahead: int = 0) -> str:
        token = self.peek(ahead)
        return "" if token is None else token.text

    def take(self, *texts: str) -> Word:
        """The next token, which must be one of ``texts`` when any are given."""
        token = self.peek()
        if token is None or (texts and token.text not in texts):
            raise NotPromQLError(f"{self.text() or 'the end'} instead of {texts}")
        self._at += 1
        return Word(token.start, token.end, token.text)

    def expression(self, loosest: int) -> Node:
        """An expression whose operators, outside parentheses, are at least as tight as ``loosest``."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotPromQLError("nested too deeply")
        left = self._signed()
        while (level := _LEVEL.get(self.text().lower(), -1)) >= loosest:
            operator = self.take()
            boolean = self.take() if self.text() == "bool" else None
            matching = self._labels("on", "ignoring")
            grouping = self._labels("group_left", "group_right")
            right = self.expression(level if level == _POWER else level + 1)
            left = Binary(left.start, right.end, left, operator, boolean, matching, grouping, right)
        self._depth -= 1
        return left

    def _signed(self) -> Node:
        if self.text() in ("-", "+"):
            sign = self.take()
            inner = self.expression(_POWER)
            return Signed(sign.start, inner.end, inner)
        return self._modified(self._primary())

    def _modified(self, node: Node) -> Node:
        modifiers: dict[str, Callable[[Node], Inner]] = {"[": self._ranged, "offset": self._offset, "@": self._pinned}
        while (read := modifiers.get(self.text().lower())) is not None:
            self.take()
            node = read(node)
        return node

    def _ranged(self, node: Node) -> Inner:
        length = self.take()
        colon = self.text() == ":"
        if colon:
            self.take()
        step = self.take() if colon and self.text() != "]" else None
        return Ranged(node.start, self.take("]").end, node, length, colon, step)

    def _offset(self, node: Node) -> Inner:
        if self.text() in ("-", "+"):
            self.take()
        duration = self.take()
        return Offset(node.start, duration.end, node, duration)

    def _pinned(self, node: Node) -> Inner:
        if self.text() in ("-", "+"):
            self.take()
        end = self.take().end
        if self.text() == "(":
            self.take()
            end = self.take(")").end
        return At(node.start, end, node)

    def _primary(self) -> Node:
        token = self.peek()
        if token is None:
            raise NotPromQLError("the end instead of an expression")
        if token.text == "(":
            opened = self.take()
            inner = self.expression(0)
            return Paren(opened.start, self.take(")").end, inner)
        if token.text == "{":
            return self._selector(None)
        word = self.take()
        if token.kind == "name":
            return self._named(word)
        if token.kind == "number":
            return Number(word.start, word.end, _number(word.text))
        if token.kind == "string":
            return Text(word.start, word.end)
        raise NotPromQLError(f"{word.text} instead of an expression")

    def _named(self, word: Word) -> Node:
        if word.text.lower() in _AGGREGATES and self.text().lower() in ("(", "by", "without"):
            return self._aggregate(word)
        if self.text() == "(":
            arguments, end = self._arguments()
            return Call(word.start, end, word, arguments)
        return self._selector(word)

    def _aggregate(self, function: Word) -> Node:
        grouping = self._labels("by", "without")
        arguments, end = self._arguments()
        if grouping is None:
            grouping = self._labels("by", "without")
            end = grouping.end if grouping else end
        return Aggregate(function.start, end, function, grouping, arguments)

    def _arguments(self) -> tuple[tuple[Node, ...], int]:
        self.take("(")
        found: list[Node] = []
        while self.text() != ")":
            found.append(self.expression(0))
            if self.text() != ")":
                self.take(",")
        return tuple(found), self.take(")").end

    def _labels(self, *words: str) -> LabelList | None:
        if self.text().lower() not in words:
            return None
        word = self.take()
        if self.text() != "(" and word.text.lower() in ("group_left", "group_right"):
            return LabelList(word.start, word.end, word.text.lower(), ())
        self.take("(")
        items: list[Word] = []
        while self.text() != ")":
            items.append(self.take())
            if self.text() != ")":
                self.take(",")
        return LabelList(word.start, self.take(")").end, word.text.lower(), tuple(items))

    def _selector(self, name: Word | None) -> Node:
        start = name.start if name else self._tokens[self._at].start
        if self.text() != "{":
            assert name is not None
            return Selector(start, name.end, name, ())
        self.take("{")
        matchers: list[Matcher] = []
        while self.text() != "}":
            label, operator, value = self.take(), self.take("=", "!=", "=~", "!~"), self.take()
            matchers.append(Matcher(label.start, value.end, label.text, operator, value))
            if self.text() != "}":
                self.take(",")
        return Selector(start, self.take("}").end, name, tuple(matchers))


def _number(text: str) -> float:
    digits = text.replace("_", "")
    try:
        return float(int(digits, 16)) if digits[:2].lower() == "0x" else float(digits)
    except ValueError:
        raise NotPromQLError(text) from None
