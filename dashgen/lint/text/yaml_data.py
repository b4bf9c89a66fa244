"""YAML nodes -> data, as the readers of Kubernetes and Prometheus see it; what they refuse is said, and read all the
same where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from dashgen.lint.text.yaml_nodes import YamlError, YamlNode

_CORE = "tag:yaml.org,2002:"
_RESOLVERS: dict[str, list[tuple[str, Any]]] = yaml.SafeLoader.yaml_implicit_resolvers
_ANYWHERE = _RESOLVERS.get(None, [])  # type: ignore[call-overload]  # for every first character
_LONGEST_NUMBER = 400
"""Digits; longer ones are text, as Python would take seconds for them or refuse."""
_SCALARS = yaml.constructor.SafeConstructor()
Complaint = Callable[[str, int], None]


def construct(root: YamlNode, complain: Complaint) -> Any:
    """The data of a document; ``complain`` is told of keys that are there twice, with the character they start at.

    Raises:
        YamlError: when a key is a mapping or a list.
    """
    return _Data(complain).of(root)


class _Data:
    def __init__(self, complain: Complaint) -> None:
        self._complain = complain
        # Aliases stand for the same data, which is then built once.
        self._known: dict[int, Any] = {}

    def of(self, node: YamlNode) -> Any:
        if node.kind == "scalar":
            return scalar(node)
        key = id(node)
        if key not in self._known:
            if node.kind == "sequence":
                self._known[key] = [self.of(item) for item in node.items]
            else:
                self._known[key] = self._mapping(node)
        return self._known[key]

    def _mapping(self, node: YamlNode) -> dict[Any, Any]:
        merged: dict[Any, Any] = {}
        own: dict[Any, Any] = {}
        for key, value in node.pairs:
            if key.kind != "scalar":
                raise YamlError("a key that is no text", key.start)
            if key.value == "<<" and key.style is None:
                for each in [value] if value.kind == "mapping" else value.items:
                    inner = self.of(each)
                    merged = {**inner, **merged} if isinstance(inner, dict) else merged
                continue
            name = scalar(key)
            if name in own:
                self._complain(f"the key `{key.value[:80]}` is there twice", key.start)
            own[name] = self.of(value)
        return {**merged, **own} if merged else own


def scalar(node: YamlNode) -> Any:
    """What a scalar says: text, a number, a truth value or nothing. Tags of others are no matter."""
    tag, value = node.tag, node.value
    if tag is None:
        candidates = _RESOLVERS.get(value[:1], ())
        tag = next((tag for tag, pattern in (*candidates, *_ANYWHERE) if pattern.match(value)), "")
    name = tag.removeprefix(_CORE)
    if name not in ("int", "float", "bool", "null"):
        return value
    if name == "null":
        return None
    if len(value) > _LONGEST_NUMBER:
        return value
    read = getattr(_SCALARS, f"construct_yaml_{name}")
    try:
        return read(yaml.ScalarNode(tag, value))
    except (ValueError, KeyError, OverflowError, IndexError):
        return value
