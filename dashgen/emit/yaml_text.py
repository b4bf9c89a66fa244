"""Deterministic, ASCII-only YAML that reads back exactly, with PyYAML and with Go's YAML parsers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

# Every separator is required: an optional one would make the match exponential.
# Stricter than YAML asks: Go parsers read y, 1e3 or 0o17 as something else than text.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./%()+=<>*-]*(?:[: ][A-Za-z0-9_./%()+=<>*-]+)*|[0-9]+(?:ms|[smhdw])")
WIDTH = 2**30
"""Never fold a line: libyaml wants an int of 32 bits."""
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})
_BLOCK = re.compile(r"[\x21-\x7e][\x20-\x7e\n]*|[ ]+[\x21-\x7e][\x20-\x7e\n]*")


_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        """Anchors would couple unrelated rules."""
        return True


@lru_cache(2048)  # names of labels and keys come again in every rule
def _style(text: str) -> str | None:
    if "\n" in text and _BLOCK.fullmatch(text) and not re.search(r"[ ]\n|[ \n]\Z", text):
        return "|"
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return None
    return "'" if re.search(r'["\\]', text) and re.fullmatch(r"[\x20-\x7e]*", text) else '"'


def _represent(dumper: Any, text: str) -> yaml.Node:
    node: yaml.Node = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))
    return node


_Dumper.add_representer(str, _represent)


def yaml_text(document: Any, comment: str = "") -> str:
    """YAML of plain data in the order given, below a comment line."""
    body: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=WIDTH)
    return (f"# {comment}\n" if comment else "") + body
