"""A server for checks that ask one, out of a mapping: name -> the labels of each of its series.

``{name: {type: gauge, series: [{job: a}]}}`` says what its targets call it, too; without series they announce it only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashgen.promql.nodes import Matcher, Selector
from dashgen.promql.parse import parse

Labels = Mapping[str, str]


class FakeLive:
    """Answers as a server does; remembers nothing but the names it is told."""

    def __init__(self, said: Mapping[str, Any], *, whole: bool = True) -> None:
        self._said = said
        self.whole = whole
        self.told: list[str] = []

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name in self._said if self._series(name))

    def labels(self, selector: str) -> frozenset[str] | None:
        root = parse(selector)
        assert isinstance(root, Selector)
        found = self._matching(root.metric, [each for each in root.matchers if each.label != "__name__"])
        return frozenset(label for labels in found for label in (*labels, "__name__"))

    def values(self, name: str, label: str) -> frozenset[str] | None:
        return frozenset(labels[label] for labels in self._series(name) if label in labels)

    def type(self, name: str) -> str:
        said = self._said.get(name)
        return said.get("type", "") if isinstance(said, Mapping) else ""

    def undeployed(self, names: Iterable[str]) -> None:
        self.told += names

    def _series(self, name: str) -> list[Labels]:
        said = self._said.get(name, [])
        return [
            {label: str(value) for label, value in labels.items()}
            for labels in (said.get("series", []) if isinstance(said, Mapping) else said)
        ]

    def _matching(self, name: str, matchers: list[Matcher]) -> Iterator[Labels]:
        for labels in self._series(name):
            if all(_passes(labels.get(each.label, ""), each) for each in matchers):
                yield labels


def _passes(value: str, matcher: Matcher) -> bool:
    operator, wanted = matcher.operator.text, matcher.text
    same = value == wanted if operator in ("=", "!=") else re.fullmatch(wanted, value) is not None
    return same is (operator[0] != "!")
