"""Texts that match a regular expression, the same ones every time: pods of a workload, values of a selector.

Reads RE2 the way Prometheus anchors it. What cannot be shown to match is left out, so a look at an expression that is
too clever yields nothing rather than a wrong text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice, product

from dashgen.spec.checks.regex import tokens

WIDTH = 16
"""Texts one piece of an expression is tried with."""
NUMBERED = 100
"""Numbers that `.*` is tried with."""
MOST = 4096
"""Combinations of pieces that are tried."""

_CLASSES = {"d": string.digits, "w": string.digits + string.ascii_lowercase + "_", "s": " "}
_POSIX = {"alnum": string.digits + string.ascii_lowercase, "alpha": string.ascii_lowercase, "digit": string.digits}
_POSIX |= {"lower": string.ascii_lowercase, "upper": string.ascii_uppercase, "xdigit": string.hexdigits, "word": "0_a"}
_POSIX |= {"space": " ", "punct": "-", "blank": " "}
_ANY = string.digits + string.ascii_lowercase + string.ascii_uppercase + "-_ ."
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_EMPTY = ("^", "$", "\\A", "\\z", "\\b", "\\B")
_RANGE = re.compile(r"\\x\{[0-9a-fA-F]+\}|\\x[0-9a-fA-F]{2}|\\.|\[:\^?\w+:\]|.", re.DOTALL)

Options = tuple[str, ...]


def matches(pattern: str, text: str) -> bool:
    """Whether all of a text matches; False for what only RE2 can tell."""
    try:
        return bool(_compiled(pattern).fullmatch(text))
    except (re.error, OverflowError, RecursionError):
        return False


def picks(operator: str, value: str, text: str) -> bool:
    """Whether a matcher picks a label's value."""
    match operator:
        case "=":
            return text == value
        case "!=":
            return text != value
        case "=~":
            return matches(value, text)
    return not matches(value, text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_python, tokens(pattern))), re.DOTALL)


def _python(piece: str) -> str:
    """A piece as Python writes it, where it writes the same thing differently; what it does not know is an error."""
    if piece.startswith("\\Q"):
        return re.escape(piece[2:].removesuffix("\\E"))
    if piece.startswith("["):
        return re.sub(r"\[:(\w+):\]", lambda named: re.escape(_POSIX.get(named[1], "")), _hex(piece))
    if piece == "\\z":
        return "\\Z"
    if piece.startswith("(?<"):
        return "(?P" + piece[2:]
    return _hex(piece)


def _hex(piece: str) -> str:
    return re.sub(r"\\x\{([0-9a-fA-F]+)\}", lambda code: re.escape(chr(int(code[1], 16))), piece)


@cache
def examples(pattern: str, count: int = 1, having: str = "") -> Options:
    """Up to ``count`` different texts that match, simple ones first, if possible such that contain ``having``."""
    try:
        options = _Reader(tokens(pattern)).alternatives()
        sure = [text for text in dict.fromkeys(options) if text and matches(pattern, text)]
    except (ValueError, RecursionError, StopIteration):
        return ()
    liked = [text for text in sure if having in text]
    return tuple((liked or sure)[:count])


class _Reader:
    """Reads the pieces of an expression from left to right; every part becomes the texts it is tried with."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = list(pieces)
        self._at = 0
        # Whoever writes qwen2.5-.* means a dot, whoever writes 4.. a status code.
        words = any(piece.isalpha() for piece in self._pieces)
        self._dot = f".{_ANY}" if words else _ANY

    def _next(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def alternatives(self) -> Options:
        """Everything up to the end of the group."""
        branches = [self._branch()]
        while self._next() == "|":
            self._at += 1
            branches.append(self._branch())
        return tuple(chain.from_iterable(branches))

    def _branch(self) -> Options:
        parts: list[Options] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return tuple("".join(each) for each in islice(product(*parts), MOST))

    def _atom(self) -> Options:
        piece = self._next()
        self._at += 1
        if piece.startswith("(") and piece.endswith(")"):
            return ("",)  # flags
        if piece.startswith("("):
            inner = self.alternatives()
            if self._next() != ")":
                raise ValueError("a group that is not closed")
            self._at += 1
            return inner
        if piece in _EMPTY:
            return ("",)
        if piece == "\\x":
            piece = "".join((piece, *self._pieces[self._at : self._at + 2]))
            self._at += 2
        if piece.startswith("\\Q"):
            return (piece[2:].removesuffix("\\E"),)
        if piece == ".":
            return self._anything()
        return tuple(islice(_characters(piece), WIDTH))

    def _anything(self) -> Options:
        if self._next() in ("*", "+"):
            # As pods are numbered.
            self._at += 1
            return tuple(map(str, range(NUMBERED)))
        return tuple(self._dot[:WIDTH])

    def _repeated(self, once: Options) -> Options:
        piece = self._next()
        bounds = re.fullmatch(r"\{(\d+)(,?)(\d*)\}", piece)
        if piece not in ("*", "+", "?") and not bounds:
            return once
        self._at += 1
        if self._next() == "?":
            self._at += 1  # as little as possible: the same texts match
        if bounds:
            least = int(bounds[1])
            most = int(bounds[3]) if bounds[3] else (least + 1 if bounds[2] else least)
        else:
            least, most = {"*": (0, 2), "+": (1, 2), "?": (0, 1)}[piece]
        times = dict.fromkeys((max(least, min(1, most)), least, most))
        every = (islice(_times(once, number), WIDTH) for number in times)
        return tuple(dict.fromkeys(chain.from_iterable(every)))


def _times(once: Options, number: int) -> Iterator[str]:
    """``number`` of the texts in a row; the first differs before the others do."""
    rest = "".join(once[:1]) * (number - 1)
    return (text + rest for text in once) if number else iter(("",))


def _characters(piece: str) -> Iterator[str]:
    """Characters that one piece may stand for."""
    if not piece.startswith("["):
        yield from _escaped(piece)
        return
    inner = piece[1:-1]
    negated = inner.startswith("^")
    found = list(_members(inner.removeprefix("^")))
    yield from (char for char in _ANY if char not in found) if negated else found


def _members(inner: str) -> Iterator[str]:
    items = _RANGE.findall(inner)
    place = 0
    while place < len(items):
        item = items[place]
        if place + 2 < len(items) and items[place + 1] == "-":
            first, last = next(_escaped(item)), next(_escaped(items[place + 2]))
            yield from map(chr, range(ord(first), ord(last) + 1))
            place += 3
            continue
        posix = re.fullmatch(r"\[:(\w+):\]", item)
        yield from _POSIX.get(posix[1], "") if posix else _escaped(item)
        place += 1


def _escaped(piece: str) -> Iterator[str]:
    if len(piece) < 2 or piece[0] != "\\":
        yield piece
    elif piece[1] in "xX":
        yield chr(int(piece[2:].strip("{}"), 16))
    elif piece[1] in _CLASSES:
        yield from _CLASSES[piece[1]]
    elif piece[1] in "DWS":
        yield from (char for char in _ANY if char not in _CLASSES[piece[1].lower()])
    elif piece[1] in _ESCAPES:
        yield _ESCAPES[piece[1]]
    elif piece[1].isalnum():
        raise ValueError(f"the escape {piece}")
    else:
        yield piece[1]
