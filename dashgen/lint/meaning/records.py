"""What recording rules of the files at hand define: a name may have several, with different labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashgen.lint.subject import Group


@dataclass(frozen=True, slots=True)
class Record:
    """One rule that records a name."""

    name: str
    expr: str
    labels: frozenset[str]
    file: str
    group: str


Records = Mapping[str, tuple[Record, ...]]


def records(groups: Iterable[Group]) -> Records:
    """Name -> the rules that record it, in the order of files and groups."""
    found: dict[str, list[Record]] = {}
    for group in groups:
        for rule in group.rules:
            if rule.kind == "record" and rule.name and rule.expression is not None:
                record = Record(
                    rule.name, rule.expression.text, frozenset(rule.labels), group.document.file, group.name
                )
                found.setdefault(rule.name, []).append(record)
    return {name: tuple(each) for name, each in found.items()}
