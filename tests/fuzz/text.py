"""Text and bytes of a file -> the same, damaged: flipped, cut, with parts doubled, gone or elsewhere."""

from __future__ import annotations

import random
from collections.abc import Callable

PIECES = (
    '"', "'", "{", "}", "[", "]", ":", ",", "\n", "\t", "  ", "\r", "&a ", "*a", "!!x ", "!<tag> ", "<<: *a", "<<: ",
    "---\n", "...\n", "|\n", ">-\n", "|2+\n", "? ", "- ", "\\u", "\\ud800", "\\", "\\x", "NaN", "-Infinity", "{{", "}}",
    "{{ .Values.x }}", "{{- if x }}", "%YAML 1.1\n", "#", " # dashgen: ignore", "# dashgen: ignore all -- x y z w\n",
    "# dashgen: ignore rate-on-gauge until 2027-02-30 -- one two three four", "\0", "\x01", "\x85", "\u2028", "\ufeff",
    "é", "\U0001f525", "\ud800", "1e999", "-0", "0o17", "0x1F", "1_0", "9" * 5000, "groups:", '"panels": [', "- " * 50,
    "[" * 300, "{" * 300, '{"a":' * 150, "<<<<<<< HEAD\n", "=======\n", ">>>>>>> x\n", "version https://git-lfs.g",
    "apiVersion: v1\nkind: ConfigMap\n", "expr: ", "${x}", "$x", "\x1b[31m", "//", "/*", "null", "true", "~", "@", "`",
)  # fmt: skip
_MOST = 400_000


def mutated(text: str, other: str, dice: random.Random) -> bytes:
    """The bytes of a damaged file; ``other`` is one that parts are taken from."""
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        text = dice.choices(_CHANGES, _WEIGHTS)[0](text, other, dice)[:_MOST]
    data = text.encode("utf-8", "surrogatepass")
    return _bytes(data, dice) if dice.random() < 0.2 else data


def _bytes(data: bytes, dice: random.Random) -> bytes:
    """Some bytes flipped; sometimes another encoding."""
    if dice.random() < 0.05:
        return data.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-32-le", "utf-8-sig", "utf-16-be")))
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 10, 100)) if changed else 0):
        at = dice.randrange(len(changed))
        changed[at] ^= 1 << dice.randrange(8) if dice.random() < 0.7 else dice.randrange(256)
    return bytes(changed)


def _span(text: str, dice: random.Random) -> tuple[int, int]:
    """Part of a text: some characters, or some lines."""
    start = dice.randrange(len(text) + 1)
    if dice.random() < 0.5:
        return start, min(len(text), start + dice.choice((0, 1, 2, 5, 20, 200)))
    first = text.rfind("\n", 0, start) + 1
    last = start
    for _ in range(dice.choice((1, 1, 2, 5, 30))):
        last = text.find("\n", last) + 1 or len(text)
    return first, max(first, last)


def _insert(text: str, other: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(PIECES) + text[at:]


def _replace(text: str, other: str, dice: random.Random) -> str:
    start, end = _span(text, dice)
    return text[:start] + dice.choice(PIECES) + text[end:]


def _flip(text: str, other: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + chr(dice.choice((dice.randrange(0x80), dice.randrange(0x3000)))) + text[at + 1 :]


def _delete(text: str, other: str, dice: random.Random) -> str:
    start, end = _span(text, dice)
    return text[:start] + text[end:]


def _double(text: str, other: str, dice: random.Random) -> str:
    start, end = _span(text, dice)
    return text[:end] + text[start:end] * dice.choice((1, 1, 2, 40)) + text[end:]


def _move(text: str, other: str, dice: random.Random) -> str:
    start, end = _span(text, dice)
    part, rest = text[start:end], text[:start] + text[end:]
    at = dice.randrange(len(rest) + 1)
    return rest[:at] + part + rest[at:]


def _foreign(text: str, other: str, dice: random.Random) -> str:
    start, end = _span(text, dice)
    first, last = _span(other, dice)
    return text[:start] + other[first:last] + text[end:]


def _truncate(text: str, other: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] if dice.random() < 0.8 else text[at:]


def _indent(text: str, other: str, dice: random.Random) -> str:
    """A line further in or out."""
    start = text.rfind("\n", 0, dice.randrange(len(text) + 1)) + 1
    if dice.random() < 0.5:
        return text[:start] + dice.choice((" ", "  ", "\t", "      ")) + text[start:]
    end = start
    while text[end : end + 1] == " " and end - start < 2:
        end += 1
    return text[:start] + text[end:]


def _breaks(text: str, other: str, dice: random.Random) -> str:
    return text.replace("\n", dice.choice(("\r\n", "\r", "", " ", "\n\n", "\u2028", " \n")))


Change = Callable[[str, str, random.Random], str]
_TABLE: dict[Change, int] = {
    _insert: 14, _replace: 10, _flip: 10, _delete: 10, _double: 8, _move: 8, _foreign: 8, _truncate: 5, _indent: 8,
    _breaks: 2,
}  # fmt: skip
_CHANGES, _WEIGHTS = list(_TABLE), list(_TABLE.values())
