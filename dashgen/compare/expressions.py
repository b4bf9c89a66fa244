"""Two PromQL expressions: whether they are the same, and if not, the few words that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from dashgen.compare.changes import Code, Words, arrow
from dashgen.promql.tokens import Token, milliseconds, significant

COMPARISONS = (">", ">=", "<", "<=", "==", "!=")
_MATCHERS = ("=", "!=", "=~", "!~")
_LISTS = ("by", "without", "on", "ignoring", "group_left", "group_right")
_WORDS = (*_LISTS, "and", "or", "unless", "bool", "offset", "atan2")
_CLOSE = 2
"""Hunks with so few tokens between them are shown as one."""
_MOST_HUNKS = 4
_MOST_TOKENS = 1500
"""Longer differences cost seconds to align, and nobody would read them."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Tokens ``[a, b)`` before that became ``[c, d)`` now."""

    a: int
    b: int
    c: int
    d: int


def key(token: Token) -> str:
    """A token as it counts: spellings of one duration or one string are the same."""
    if token.kind == "duration":
        return f"{milliseconds(token.text)}ms"
    if token.kind == "string" and token.text[0] == "'" and not set(token.text[1:-1]) & set("\"\\'"):
        return f'"{token.text[1:-1]}"'
    return token.text


def keys(expr: str) -> tuple[str, ...]:
    """The tokens of an expression, without layout and comments."""
    return tuple(key(token) for token in significant(expr))


@lru_cache(maxsize=4096)
def same(before: str, after: str) -> bool:
    """Whether two expressions mean the same: equal but for layout, or for the order of matchers and labels."""
    if before == after:
        return True
    old, new = keys(before), keys(after)
    return old == new or (sorted(old) == sorted(new) and _ordered(old) == _ordered(new))


def _ordered(texts: Sequence[str]) -> list[str]:
    """The tokens with matchers, and the labels of ``by`` and its like, in one order."""
    found: list[str] = []
    index = 0
    while index < len(texts):
        found.append(texts[index])
        index += 1
        opened = found[-1]
        if opened == "{" or (opened == "(" and len(found) > 1 and found[-2] in _LISTS):
            end = next((at for at in range(index, len(texts)) if texts[at] in ("}", ")")), len(texts))
            items: list[list[str]] = [[]]
            for text in texts[index:end]:
                if text == ",":
                    items.append([])
                else:
                    items[-1].append(text)
            found += [text for item in sorted(items) for text in (*item, ",")]
            index = end
    return found


@lru_cache(maxsize=4096)
def difference(before: str, after: str) -> tuple[Words, ...]:
    """What changed between two expressions, as short as it can be said; empty when they are the same."""
    if same(before, after):
        return ()
    old, new = significant(before), significant(after)
    exact = _hunks([key(token) for token in old], [key(token) for token in new])
    if exact is not None and (wrapped := _wrapped(old, new, exact)):
        return (wrapped,)
    hunks = _joined(exact or [])
    if not 0 < len(hunks) <= _MOST_HUNKS:
        return (arrow(shown(old), shown(new), "expression rewritten:"),)
    said = (_said(old, new, hunk) for hunk in hunks)
    return tuple(dict.fromkeys(said))


def _hunks(old: Sequence[str], new: Sequence[str]) -> list[Hunk] | None:
    """The places that differ; None when nearly everything does."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(left), len(right)) > _MOST_TOKENS:
        return None
    found: list[Hunk] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        found.append(Hunk(a + start, b + start, c + start, d + start))
    return found


def _joined(hunks: Sequence[Hunk]) -> list[Hunk]:
    """Hunks with next to nothing between them as one."""
    found: list[Hunk] = []
    for hunk in hunks:
        if found and hunk.a - found[-1].b <= _CLOSE:
            last = found.pop()
            found.append(Hunk(last.a, hunk.b, last.c, hunk.d))
        else:
            found.append(hunk)
    return found


def _wrapped(old: Sequence[Token], new: Sequence[Token], hunks: Sequence[Hunk]) -> Words | None:
    """A call put around an expression, or taken away from it, in one piece."""
    if len(hunks) != 2:
        return None
    first, last = hunks
    for lead, items, pairs in (
        ("wrapped in ", new, [(first.c, first.d, first.a == first.b), (last.c, last.d, last.a == last.b)]),
        ("taken out of ", old, [(first.a, first.b, first.c == first.d), (last.a, last.b, last.c == last.d)]),
    ):
        if not all(alone for _, _, alone in pairs):
            continue
        head, tail = ([items[index] for index in _turned(items, *pair[:2])] for pair in pairs)
        if _depth(head) == -_depth(tail) != 0:
            return (lead, Code(f"{shown(head)}\u2026{shown(tail)}"))
    return None


def _turned(items: Sequence[Token], start: int, end: int) -> range:
    """The same insertion begun after a bracket: ``), x`` before ``)`` reads better as ``, x)``."""
    while items[start].text == ")" and end < len(items) and key(items[start]) == key(items[end]):
        start, end = start + 1, end + 1
    return range(start, end)


def _depth(items: Sequence[Token]) -> int:
    return sum(1 if item.text == "(" else -1 if item.text == ")" else 0 for item in items)


def _said(old: Sequence[Token], new: Sequence[Token], hunk: Hunk) -> Words:
    about: Words = ()
    if hunk.a < hunk.b and hunk.c < hunk.d:
        hunk = _with_context(old, hunk)
        metric = _compared(old, hunk.a)
        about = (Code(metric), ": ") if metric else ()
    removed, added = shown(old[hunk.a : hunk.b]), shown(new[hunk.c : hunk.d])
    if not removed:
        return ("now with ", Code(added))
    if not added:
        return ("no longer with ", Code(removed))
    return (*about, *arrow(removed, added))


def _with_context(old: Sequence[Token], hunk: Hunk) -> Hunk:
    """The hunk with what a reader needs to place it: label and operator of a value, operator of a number."""
    a, b, c, d = hunk.a, hunk.b, hunk.c, hunk.d
    previous = old[a - 1].text if a else ""
    following = old[b].text if b < len(old) else ""
    if previous == "[" and following in ("]", ":"):
        return Hunk(a - 1, b + 1, c - 1, d + 1)
    if previous in _MATCHERS and a > 1 and old[a - 2].kind == "name":
        return Hunk(a - 2, b, c - 2, d)
    if a and (old[a - 1].kind == "operator" or previous in ("offset", "by", "without")):
        return Hunk(a - 1, b, c - 1, d)
    if previous == "(" and a > 1 and old[a - 2].text in _LISTS:
        return Hunk(a - 2, b, c - 2, d)
    return hunk


def _compared(items: Sequence[Token], index: int) -> str:
    """The metric a comparison that begins at ``index`` is about: the nearest one before it."""
    if items[index].text not in COMPARISONS:
        return ""
    at = index - 1
    while at >= 0:
        item = items[at]
        if item.text in ("}", ")"):
            opened = _opened(items, at)
            if item.text == "}" or (opened and items[opened - 1].text in _LISTS):
                at = opened
        elif item.kind == "name" and item.text not in _WORDS and items[at + 1].text != "(":
            return item.text
        at -= 1
    return ""


def _opened(items: Sequence[Token], closed: int) -> int:
    """Where the bracket that closes at ``closed`` was opened; 0 when it never was."""
    depth = 0
    for at in range(closed, -1, -1):
        depth += 1 if items[at].text in ("}", ")") else -1 if items[at].text in ("{", "(") else 0
        if depth == 0:
            return at
    return 0


def shown(items: Sequence[Token]) -> str:
    """Tokens on one line, with single blanks where the text had any."""
    pieces: list[str] = []
    for index, item in enumerate(items):
        last = items[index - 1] if index else None
        if last and last.end != item.start and last.text not in "([{" and item.text not in ")]},":
            pieces.append(" ")
        pieces.append(" ".join(item.text.split()) if item.kind == "string" else item.text)
    return "".join(pieces)
