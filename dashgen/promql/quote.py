"""User text inside PromQL, inside regular expressions, inside rule templates: never unescaped.

A model may be called anything; these are the only places that turn text into query syntax.
"""

from __future__ import annotations

import re

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PLAIN = re.compile(r"[ !#%-\[\]-~]*")
"""Printable ASCII without the quote, the backslash and ``$``: what needs no escape."""
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LARGEST = 0x10FFFF
_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def string(value: str) -> str:
    r"""A double-quoted PromQL string.

    ``$`` is written ``\x24``: in a panel Grafana would take ``$x`` for a variable, in a manifest Flux would
    substitute ``${x}``.
    """
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    escaped = "".join(
        _ESCAPES.get(char) or (char if char >= " " and char not in "\x7f$" else f"\\x{ord(char):02x}") for char in value
    )
    return f'"{escaped}"'


def unquote(written: str) -> str:
    """What a PromQL string says: the text between its quotes, escapes undone; other text as it is."""
    mark = written[:1]
    if mark not in ("'", '"', "`") or len(written) < 2 or written[-1] != mark:
        return written
    inner = written[1:-1]
    return inner if mark == "`" or "\\" not in inner else _ESCAPED.sub(_escaped, inner)


def _escaped(match: re.Match[str]) -> str:
    byte, short, long, octal, other = match.groups()
    number = int(octal, 8) if octal else int(byte or short or long or "0", 16)
    if other is not None:
        return _NAMED.get(other, other)
    return chr(number) if number <= _LARGEST else "\N{REPLACEMENT CHARACTER}"


def regex(value: str) -> str:
    """Text that matches exactly ``value`` in an RE2 regular expression (Go's ``regexp.QuoteMeta``)."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", value)


def any_of(values: tuple[str, ...] | list[str]) -> str:
    """A quoted regular expression that matches exactly one of ``values``."""
    return string("|".join(regex(value) for value in values))


def replacement(value: str) -> str:
    """A quoted ``label_replace`` replacement that yields ``value``: ``$`` is doubled, or it names a group."""
    return string(value.replace("$", "$$"))


def metric(name: str) -> bool:
    """Whether ``name`` can be written as an identifier in every Prometheus version."""
    return bool(_METRIC_NAME.fullmatch(name))


def template(value: str) -> str:
    """Text for an alert annotation: Prometheus expands annotations as Go templates."""
    return value.replace("{{", '{{ "{{" }}')
