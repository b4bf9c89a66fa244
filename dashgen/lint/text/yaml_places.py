"""Where the values of a YAML document are written."""

from __future__ import annotations

from dashgen.lint.document import Path
from dashgen.lint.text.pieces import Pieces
from dashgen.lint.text.yaml_nodes import YamlError, YamlNode, stream
from dashgen.lint.text.yaml_scalars import written

Span = tuple[int, int]


class YamlPlaces:
    """Built once for a document; ``number`` counts those of the stream."""

    def __init__(self, text: str, number: int) -> None:
        self._text = text
        self._root = _nth(text, number)
        self._keys: dict[YamlNode, dict[str, tuple[YamlNode, YamlNode]]] = {}
        self._pieces: dict[YamlNode, Pieces] = {}

    def span(self, path: Path, *, key: bool) -> tuple[Span, bool]:
        """The characters of a value or its key; those of the nearest around it, and False, when it is not there."""
        node, name, exact = self._find(path)
        wanted = name if key and name is not None else node
        return ((wanted.start, self._end(wanted)) if wanted else (0, 0)), exact and wanted is not None

    def characters(self, path: Path, start: int, end: int) -> Span | None:
        """Characters of a scalar's value; None when it is none, or is not there."""
        node, _, exact = self._find(path)
        if node is None or not exact or node.kind != "scalar":
            return None
        if node not in self._pieces:
            self._pieces[node] = written(self._text, node)
        return self._pieces[node].between(start, end)

    def _find(self, path: Path) -> tuple[YamlNode | None, YamlNode | None, bool]:
        """The value, its key, and whether all of the path was there."""
        node, name = self._root, None
        for step in path:
            found = self._step(node, step) if node is not None else None
            if found is None:
                return node, name, False
            name, node = found
        return node, name, True

    def _step(self, node: YamlNode, step: str | int) -> tuple[YamlNode | None, YamlNode] | None:
        if node.kind == "mapping":
            return self._pairs(node).get(str(step))
        inside = node.kind == "sequence" and isinstance(step, int) and -len(node.items) <= step < len(node.items)
        return (None, node.items[int(step)]) if inside else None

    def _pairs(self, node: YamlNode) -> dict[str, tuple[YamlNode, YamlNode]]:
        if node not in self._keys:
            merged: dict[str, tuple[YamlNode, YamlNode]] = {}
            own: dict[str, tuple[YamlNode, YamlNode]] = {}
            for key, value in node.pairs:
                if key.value == "<<" and key.style is None:
                    for each in [value] if value.kind == "mapping" else value.items:
                        merged = {**(self._pairs(each) if each.kind == "mapping" else {}), **merged}
                elif key.kind == "scalar":
                    own[key.value] = (key, value)
            self._keys[node] = {**merged, **own}
        return self._keys[node]

    def _end(self, node: YamlNode) -> int:
        """libyaml ends a block at the next token: what is between is nobody's."""
        rest = self._text[node.start : node.end]
        return node.start + len(rest.rstrip()) if rest.strip() else node.end


def _nth(text: str, number: int) -> YamlNode | None:
    root = None
    try:
        for index, root in enumerate(stream(text)):
            if index == number:
                return root
    except YamlError:
        pass
    return root
