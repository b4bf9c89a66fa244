"""YAML text -> nodes with places, for data and for positions.

libyaml's events are put together here: its own composer recurses in C, so deep nesting kills the process, and it
builds aliases without a look at how much they add up to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import yaml

Kind = Literal["scalar", "sequence", "mapping"]
_NONE: list[Any] = []
"""What is in scalars."""
DEEPEST = 200
"""Levels of nesting; Kubernetes objects with dashboards have some 20."""
MOST_ALIASED = 200_000
"""Values that aliases may stand for, over and above those that are written."""
MOST_VALUES = 500_000
"""Values of a document; an object of Kubernetes, of at most 1.5 MB, can hold a third of them."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class YamlError(ValueError):
    """The text is no YAML that can be used; ``start`` is the character it stops at."""

    def __init__(self, message: str, start: int) -> None:
        self.start = start
        super().__init__(message)


class YamlNode:
    """``value`` is the text of a scalar; ``items`` are the parts of a sequence, or keys and values in turn.

    ``size``: how many nodes it is, those behind aliases counted each time.
    """

    __slots__ = ("end", "items", "kind", "size", "start", "style", "tag", "value")

    def __init__(
        self,
        kind: Kind,
        start: int,
        end: int,
        value: str = "",
        style: str | None = None,
        tag: str | None = None,
        items: list[YamlNode] | None = None,
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.value = value
        self.style = style
        self.tag = tag
        self.items = _NONE if items is None else items
        self.size = 1

    @property
    def pairs(self) -> Iterator[tuple[YamlNode, YamlNode]]:
        """Keys and values of a mapping."""
        return zip(self.items[::2], self.items[1::2], strict=True)


def stream(text: str) -> Iterator[YamlNode]:
    """The documents of a stream, one after the other; an empty one is a scalar without text.

    Raises:
        YamlError: when the text is no YAML, nested too deeply, or blown up by aliases.
    """
    # libyaml does not count a byte order mark.
    skipped = 1 if text.startswith(BOM) else 0
    builder = _Builder(skipped)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text[skipped:], Loader=loader):
            done = builder.take(event)
            if done is not None:
                yield done
    except yaml.reader.ReaderError as error:
        raise YamlError(_character(error), _forbidden(text)) from error
    except yaml.MarkedYAMLError as error:
        raise _marked(error, text, skipped) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlError(str(error).partition("\n")[0], _forbidden(text)) from error


class _Builder:
    def __init__(self, skipped: int) -> None:
        self._skipped = skipped
        self._open: list[YamlNode] = []
        self._names: list[str | None] = []
        self._anchors: dict[str, YamlNode | None] = {}
        self._aliased = 0
        self._values = 0
        self._end = 0

    def take(self, event: Any) -> YamlNode | None:
        """What an event adds; the document when it is complete."""
        kind = type(event)
        skipped = self._skipped
        start = event.start_mark.index + skipped
        if kind is yaml.ScalarEvent:
            # A plain scalar without a tag may be anything; one in quotes is text.
            tag = event.tag or (None if event.implicit[0] else "!")
            self._end = end = event.end_mark.index + skipped
            node = YamlNode("scalar", start, end, event.value, event.style or None, tag)
            return self._add(node, event.anchor)
        if kind is yaml.AliasEvent:
            self._end = event.end_mark.index + self._skipped
            return self._add(self._target(event.anchor, start), None)
        if kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            name: Kind = "mapping" if kind is yaml.MappingStartEvent else "sequence"
            node = YamlNode(name, start, start, tag=event.tag, items=[])
            if event.anchor:
                self._anchors[event.anchor] = None
            self._open.append(node)
            self._names.append(event.anchor)
            if len(self._open) > DEEPEST:
                raise YamlError(f"nested more than {DEEPEST} levels deep", start)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            node = self._open.pop()
            # Behind a block there is no token: it ends with its last part.
            if event.end_mark.index > event.start_mark.index:
                self._end = event.end_mark.index + self._skipped
            node.end = max(self._end, node.start)
            node.size = 1 + sum([item.size for item in node.items])
            return self._add(node, self._names.pop())
        elif kind is yaml.DocumentStartEvent:
            self._anchors.clear()
            self._values = 0
        return None

    def _add(self, node: YamlNode, anchor: str | None) -> YamlNode | None:
        if anchor:
            self._anchors[anchor] = node
        self._values += 1
        if self._values > MOST_VALUES:
            raise YamlError(f"more than {MOST_VALUES:,} values", node.start)
        if not self._open:
            return node
        self._open[-1].items.append(node)
        return None

    def _target(self, anchor: str, start: int) -> YamlNode:
        node = self._anchors.get(anchor)
        if node is None:
            why = "is inside of what it stands for" if anchor in self._anchors else "stands for nothing"
            raise YamlError(f"the alias `*{anchor}` {why}", start)
        self._aliased += node.size
        if self._aliased > MOST_ALIASED:
            raise YamlError(f"aliases stand for more than {MOST_ALIASED:,} values", start)
        return node


def _marked(error: yaml.MarkedYAMLError, text: str, skipped: int) -> YamlError:
    mark = error.problem_mark or error.context_mark
    start = (mark.index if mark is not None else 0) + skipped
    problem = error.problem or str(error)
    if "\\t" in problem or text[start : start + 1] == "\t":
        return YamlError("a tab where only blanks may indent", start)
    context = f" ({error.context})" if error.context else ""
    return YamlError(f"{problem}{context}", start)


def _character(error: yaml.reader.ReaderError) -> str:
    code = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
    return f"the character U+{code:04X}, which YAML does not allow"


def _forbidden(text: str) -> int:
    """The first character YAML does not allow."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text, 1 if text.startswith(BOM) else 0)
    return found.start() if found else 0
