"""JSON text -> data. What Grafana's own readers refuse, or take in silence and should not, is said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from dashgen.lint.document import Document, Place
from dashgen.lint.readers.error import UnreadableError
from dashgen.lint.text.yaml_nodes import BOM, DEEPEST, MOST_VALUES

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|NaN|-?Infinity', re.DOTALL)
_LONGEST_NUMBER = 400
"""Digits of a number that is still one."""
Problems = list[UnreadableError]


def parse(document: Document, problems: Problems) -> Any:
    """What the text of a document says; ``problems`` is given what is wrong with it all the same.

    Raises:
        UnreadableError: when it is no JSON.
    """
    text = document.text
    if text.startswith(BOM):
        problems.append(
            UnreadableError(
                "a byte order mark before the JSON",
                Place(document, (), 0, 1),
                "`{` as the first character: Grafana refuses the file otherwise",
                "save it as UTF-8 without a byte order mark",
            )
        )
        text = " " + text[1:]
    if sum(map(text.count, "{[,")) > MOST_VALUES * 3:
        found = f"more than {MOST_VALUES:,} values"
        raise UnreadableError(found, Place(document, (), 0, 1), "a dashboard or rules", "leave the file out")
    odd = _Odd()
    try:
        try:
            data = json.loads(text, object_pairs_hook=odd.pairs, parse_constant=odd.constant)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer longer than Python takes
            data = json.loads(text, object_pairs_hook=odd.pairs, parse_constant=odd.constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise _broken(document, error) from error
    except RecursionError:
        data = None
    if (data is None and text.strip() != "null") or _too_deep(data):
        raise UnreadableError(
            f"JSON nested more than {DEEPEST} levels deep", Place(document, (), 0, 1), "a dashboard or rules"
        )
    if odd.duplicates or odd.constants:
        problems += _said(document)
    return data


class _Odd:
    """Sees what the parser of the standard library lets pass."""

    def __init__(self) -> None:
        self.duplicates = self.constants = False

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) != len(pairs):
            self.duplicates = True
        return data

    def constant(self, name: str) -> float:
        self.constants = True
        return float(name)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _too_deep(data: Any) -> bool:
    level = [data]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _broken(document: Document, error: json.JSONDecodeError) -> UnreadableError:
    last = len(document.text.rstrip()) - 1
    if error.pos > last or error.msg.startswith("Unterminated string"):
        place = Place(document, (), max(min(error.pos, last), 0), max(min(error.pos, last), 0) + 1)
        what = "a text without its closing quote" if error.pos <= last else "the JSON ends in the middle"
        return UnreadableError(what, place, "a complete JSON text", "see whether the rest was lost")
    before = document.text[: error.pos + 1].rstrip("}] \t\r\n")
    if before.endswith(",") and document.text[len(before) : last + 1].lstrip()[:1] in ("}", "]"):
        comma = Place(document, (), len(before) - 1, len(before))
        return UnreadableError("a comma with nothing behind it", comma, "no comma before `}` or `]`", "remove it")
    message = f"{error.msg[:1].lower()}{error.msg[1:]}"
    return UnreadableError(f"no JSON: {message}", Place(document, (), error.pos, error.pos + 1))


def _said(document: Document) -> Iterator[UnreadableError]:
    """Keys that are there twice, and numbers that JSON does not have."""
    for key, start in _duplicates(document.text):
        yield UnreadableError(
            f"the key `{key[:80]}` is there twice in one object",
            Place(document, (), start, start + len(key) + 2),
            "each key once: all but the last are ignored",
            "remove the one that is not meant",
        )
    for match in _TOKEN.finditer(document.text):
        if match[0][0] in "N-I":
            yield UnreadableError(
                f"`{match[0]}`, which is no number of JSON",
                Place(document, (), match.start(), match.end()),
                "a number, or `null`",
            )


def _duplicates(text: str) -> Iterator[tuple[str, int]]:
    keys: list[set[str] | None] = []
    previous = ""
    decode: Callable[[str], str] = json.JSONDecoder(strict=False).decode
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            keys.append(set() if token == "{" else None)
        elif token in "}]":
            keys.pop()
        elif token[0] == '"' and keys and previous in ("{", ",") and (known := keys[-1]) is not None:
            key = decode(token)
            if key in known:
                yield token[1:-1], match.start()
            known.add(key)
        previous = token
