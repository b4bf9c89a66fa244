"""Where each character of a YAML scalar is written, for every style of writing one."""

from __future__ import annotations

import re

from dashgen.lint.text.pieces import Pieces, literally
from dashgen.lint.text.yaml_nodes import YamlNode

_BREAK = r"(?:\r\n|[\r\n\x85\u2028\u2029])"
_BREAKS = re.compile(_BREAK)
_LINE = re.compile(rf"[^\r\n\x85\u2028\u2029]*(?:{_BREAK})?")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*|#[^\r\n]*|[\s\x85\u2028\u2029])*")
"""A tag, an anchor and what may be between them and the value; libyaml counts them in."""
_FOLD = rf"(?P<fold>[ \t]*{_BREAK}(?:[ \t]|{_BREAK})*)"
_SINGLE = re.compile(
    rf"(?P<escape>'')|{_FOLD}|(?P<plain>(?:[^' \t\r\n\x85\u2028\u2029]|[ \t]+(?![ \t]|{_BREAK}))+)|.", re.DOTALL
)
_DOUBLE = re.compile(
    rf"(?P<joined>\\{_BREAK}(?:[ \t]|{_BREAK})*)|"
    r"(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))|"
    rf"{_FOLD}|(?P<plain>(?:[^\\ \t\r\n\x85\u2028\u2029]|[ \t]+(?![ \t]|{_BREAK}))+)|.",
    re.DOTALL,
)
_PLAIN = re.compile(rf"{_FOLD}|(?P<plain>(?:[^ \t\r\n\x85\u2028\u2029]|[ \t]+(?![ \t]|{_BREAK}))+)|.", re.DOTALL)


def written(text: str, node: YamlNode) -> Pieces:
    """The pieces of a scalar; what cannot be told apart is one piece, so that it is never wrong by more than that."""
    start, end = node.start, node.end
    if text[start : start + 1] in ("&", "!"):
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
    if node.style in ("|", ">"):
        pieces = _block(text, start, end, node)
    else:
        quoted = node.style in ("'", '"')
        start, end = (start + 1, end - 1) if quoted else (start, end)
        if end - start == len(node.value) and text[start:end] == node.value:
            return literally(start, len(node.value))
        pattern = _SINGLE if node.style == "'" else _DOUBLE if quoted else _PLAIN
        pieces = _flow(text, start, end, pattern)
    if pieces.length != len(node.value):
        pieces = Pieces()
        pieces.add(len(node.value), start, end - start)
    return pieces


def _flow(text: str, start: int, end: int, pattern: re.Pattern[str]) -> Pieces:
    """Escapes are one character; a single line break is a blank, of several the first does not count."""
    pieces = Pieces()
    for match in pattern.finditer(text, start, end):
        kind, size = match.lastgroup, match.end() - match.start()
        length = size
        if kind == "escape":
            length = 1
        elif kind is not None and kind != "plain":
            breaks = _BREAKS.findall(match[0])
            # A line or paragraph separator of Unicode stays what it is.
            dropped = kind == "joined" or breaks[0] not in ("\u2028", "\u2029")
            length = len(breaks) - dropped if kind == "joined" else max(1, len(breaks) - dropped)
        pieces.add(length, match.start(), size)
    return pieces


def _block(text: str, start: int, end: int, node: YamlNode) -> Pieces:
    """The lines of a value, found in their order in the lines that are written."""
    header = _LINE.match(text, start, end)
    position = header.end() if header else start
    return _literal(text, position, end, node.value) if node.style == "|" else _folded(text, position, end, node.value)


def _literal(text: str, position: int, end: int, value: str) -> Pieces:
    """Every line of the value is the end of one that is written."""
    pieces = Pieces()
    for match in _LINE.finditer(text, position, end):
        line = match[0]
        content = line.rstrip("\r\n\x85\u2028\u2029")
        rest = len(value) - pieces.length
        if rest <= 0:
            break
        until = _BREAKS.search(value, pieces.length)
        length = (until.start() if until else len(value)) - pieces.length
        indent = len(content) - length
        if indent < 0:
            break
        pieces.add(length, match.start() + indent, length)
        if until:
            pieces.add(1, match.start() + len(content), max(1, len(line) - len(content)))
    return pieces


def _folded(text: str, position: int, end: int, value: str) -> Pieces:
    """Every line's text is there as it is; between two of them are blanks and line breaks, more or fewer."""
    pieces = Pieces()
    gap = position
    for match in _LINE.finditer(text, position, end):
        content = match[0].strip(" \t\r\n\x85\u2028\u2029")
        if not content:
            continue
        found = match.start() + match[0].index(content)
        at = value.find(content, pieces.length)
        if at < 0 or value[pieces.length : at].strip(" \t\r\n\x85\u2028\u2029"):
            break
        _between(pieces, text, gap, found, value[pieces.length : at])
        pieces.add(len(content), found, len(content))
        gap = found + len(content)
    _between(pieces, text, gap, end, value[pieces.length :])
    return pieces


def _between(pieces: Pieces, text: str, start: int, end: int, value: str) -> None:
    """Blanks and line breaks: those that begin or end both what is meant and what is written are the same ones."""
    first = last = 0
    shorter = min(len(value), end - start)
    while first < shorter and value[first] == text[start + first]:
        first += 1
    while last < shorter - first and value[len(value) - 1 - last] == text[end - 1 - last]:
        last += 1
    pieces.add(first, start, first)
    pieces.add(len(value) - first - last, start + first, end - start - first - last)
    pieces.add(last, end - last, last)
