"""XML that is ASCII, with character references, and without the characters it cannot hold: they become ``\\x1b``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from dashgen.report.line import Line

# A carriage return is allowed, but no parser hands it on.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text with what XML cannot hold written as Python would."""
    return _ILLEGAL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def document(root: ElementTree.Element) -> Iterator[Line]:
    """The lines of a document; changes the indentation of ``root``."""
    ElementTree.indent(root)
    yield Line('<?xml version="1.0" encoding="UTF-8"?>')
    yield from map(Line, ElementTree.tostring(root, "us-ascii").decode().split("\n"))
