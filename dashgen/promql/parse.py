"""PromQL text -> a tree with places. Whether Prometheus accepts the text is for its own parsers to say."""

from __future__ import annotations

from collections.abc import Callable

from dashgen.promql.nodes import (
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
from dashgen.promql.tokens import Token, seconds, significant

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
AGGREGATES = frozenset({"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "quantile"}) | frozenset(
    {"topk", "bottomk", "count_values", "limitk", "limit_ratio"}
)
_DEEPEST = 100
"""Deeper nesting is no expression somebody wrote, and would exhaust the stack."""
_HIGHEST = 250
"""The same for a tree: operators in a row are inside of each other too."""
_NAMES = ("name", "variable")


class NotPromQLError(ValueError):
    """The text is no PromQL expression that this parser knows; ``start`` and ``end`` are the token it stops at."""

    def __init__(self, message: str, start: int = 0, end: int = 0) -> None:
        self.start = start
        self.end = end
        super().__init__(message)


class TooDeepError(NotPromQLError):
    """The text may be PromQL, but nobody wrote anything as deep."""


def parse(expr: str) -> Node:
    """The tree of an expression; Grafana's variables may stand for durations, names, and in strings.

    A name that holds a variable, such as ``vllm:${what}_total``, is one word.

    Raises:
        NotPromQLError: when the text is something else.
    """
    reader = _Reader(_joined(significant(expr)), len(expr))
    root = reader.expression(0)
    if reader.peek() is not None:
        raise reader.stops("the end")
    level, height = [root], 0
    while level := [child for node in level for child in node.children()]:
        height += 1
        if height > _HIGHEST:
            raise TooDeepError("nested too deeply", level[0].start, level[0].end)
    return root


def _joined(found: list[Token]) -> list[Token]:
    """Variables and the names they touch are parts of one name."""
    if not any(token.kind == "variable" for token in found):
        return found
    joined: list[Token] = []
    for token in found:
        last = joined[-1] if joined else None
        touches = last is not None and last.end == token.start and "variable" in (last.kind, token.kind)
        if last is not None and touches and last.kind in _NAMES and token.kind in (*_NAMES, "number", "duration"):
            joined[-1] = Token("variable", last.text + token.text, last.start)
        else:
            joined.append(token)
    return joined


class _Reader:
    def __init__(self, tokens: list[Token], length: int) -> None:
        self._tokens = tokens
        self._length = length
        self._at = 0
        self._depth = 0

    def peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def text(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def stops(self, expected: str) -> NotPromQLError:
        """The complaint about the token that comes next."""
        token = self.peek()
        if token is None:
            return NotPromQLError(f"the expression ends where {expected} was expected", self._length, self._length)
        return NotPromQLError(f"`{token.text}` stands where {expected} was expected", token.start, token.end)

    def take(self, *texts: str) -> Word:
        """The next token, which must be one of ``texts`` when any are given."""
        token = self.peek()
        if token is None or (texts and token.text not in texts):
            raise self.stops(" or ".join(f"`{text}`" for text in texts) or "something")
        self._at += 1
        return Word(token.start, token.end, token.text)

    def expression(self, loosest: int) -> Node:
        """An expression whose operators, outside parentheses, are at least as tight as ``loosest``."""
        self._depth += 1
        if self._depth > _DEEPEST:
            token = self.peek()
            place = token.start if token else self._length
            raise TooDeepError("nested too deeply", place, place + 1)
        left = self._signed()
        while (level := _LEVEL.get(self.text().lower(), -1)) >= loosest:
            operator = self.take()
            boolean = self.take() if self.text().lower() == "bool" else None
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
            return Signed(sign.start, inner.end, inner, sign.text == "-")
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
            raise self.stops("an expression")
        if token.text == "(":
            opened = self.take()
            inner = self.expression(0)
            return Paren(opened.start, self.take(")").end, inner)
        if token.text == "{":
            return self._selector(None)
        if token.kind in _NAMES:
            return self._named(self.take())
        if token.kind in ("number", "duration"):
            word = self.take()
            return Number(word.start, word.end, _number(word))
        if token.kind == "string":
            word = self.take()
            return Text(word.start, word.end, word.text)
        raise self.stops("an expression")

    def _named(self, word: Word) -> Node:
        following = self.text().lower()
        if following in ("by", "without") or (following == "(" and word.text.lower() in AGGREGATES):
            return self._aggregate(word)
        if self.text() == "(":
            arguments, end = self._arguments()
            return Call(word.start, end, word, arguments)
        return self._selector(word)

    def _aggregate(self, function: Word) -> Node:
        grouping = self._labels("by", "without")
        if grouping is not None and self.text() != "(":
            message = f"`{grouping.word}` stands behind `{function.text}`, which is no aggregation"
            raise NotPromQLError(message, grouping.start, grouping.end)
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
            if self.text() not in (",", ")"):
                raise self.stops("`,` or `)`")
            if self.text() == ",":
                self.take()
                if self.text() == ")":
                    raise self.stops("another argument")
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
            items.append(self._label())
            if self.text() != ")":
                self.take(",")
        return LabelList(word.start, self.take(")").end, word.text.lower(), tuple(items))

    def _label(self) -> Word:
        token = self.peek()
        if token is None or token.kind not in (*_NAMES, "string"):
            raise self.stops("a label name")
        return self.take()

    def _selector(self, name: Word | None) -> Node:
        start = name.start if name else self._tokens[self._at].start
        if self.text() != "{":
            assert name is not None
            return Selector(start, name.end, name, ())
        self.take("{")
        matchers: list[Matcher] = []
        while self.text() != "}":
            label = self._label()
            if label.text[:1] in "\"'`" and self.text() in (",", "}"):
                # Prometheus 3: a quoted name between the braces.
                name = label
            else:
                operator, value = self.take("=", "!=", "=~", "!~"), self._value()
                matchers.append(Matcher(label.start, value.end, label.text, operator, value))
            if self.text() != "}":
                self.take(",")
        return Selector(start, self.take("}").end, name, tuple(matchers))

    def _value(self) -> Word:
        token = self.peek()
        if token is None or token.kind not in ("string", "variable"):
            raise self.stops("a quoted value")
        return self.take()


def _number(word: Word) -> float:
    digits = word.text.replace("_", "")
    try:
        return float(int(digits, 16)) if digits[:2].lower() == "0x" else float(digits)
    except (ValueError, OverflowError):
        length = seconds(word.text)
        if length is None:
            raise NotPromQLError(f"`{word.text}` is no number", word.start, word.end) from None
        return length
