"""JSON as text: the bytes of ``json.dumps(sort_keys=True, indent=2)``, sooner.

Python's own indenting encoder is a stack of generators.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

_CONSTANTS = {None: "null", True: "true", False: "false"}


def json_text(document: Any) -> str:
    """JSON with sorted keys, ASCII only, newline at the end: the same bytes everywhere.

    Raises:
        ValueError: for a number JSON does not have.
        TypeError: for a key that is no text, or a value that is no JSON.
    """
    return _text(document, "\n") + "\n"


def _text(value: Any, line: str) -> str:
    """The text of a value; ``line`` ends a line and indents the next one as the value itself is."""
    if type(value) is str:
        return quoted(value)
    inner = line + "  "
    if isinstance(value, dict):
        items = [
            f"{quoted(key)}: {quoted(item) if type(item) is str else _text(item, inner)}"
            for key, item in sorted(value.items())
        ]
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}" if items else "{}"
    if isinstance(value, list | tuple):
        return f"[{inner}{f',{inner}'.join([_text(item, inner) for item in value])}{line}]" if value else "[]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if value is None or type(value) is bool:
        return _CONSTANTS[value]
    return json.dumps(value, allow_nan=False)
