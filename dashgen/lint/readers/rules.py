"""Rule groups, as every kind of rule file holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashgen.lint.document import Document, Path
from dashgen.lint.expression import Expression
from dashgen.lint.subject import Group, Json, Rule, items


def has_groups(data: Any) -> bool:
    """Whether data is a rule file: a list of groups, each with rules."""
    groups = data.get("groups") if isinstance(data, Mapping) else None
    return isinstance(groups, list) and any(isinstance(each, Mapping) and "rules" in each for each in groups)


def groups(document: Document, path: Path) -> Iterator[Group]:
    """The groups in the list at ``path``; rules that are neither alert nor record are left out."""
    for index, item in items(document.get(*path)):
        group = Group(document, (*path, index), item)
        group.rules = tuple(_rules(group))
        yield group


def _rules(group: Group) -> Iterator[Rule]:
    for index, item in items(group.data.get("rules")):
        if "alert" in item or "record" in item:
            yield _rule(group, index, item)


def _rule(group: Group, index: int, item: Json) -> Rule:
    rule = Rule(group, (*group.path, "rules", index), item)
    expr = item.get("expr")
    if isinstance(expr, (str, int, float)) and not isinstance(expr, bool):
        rule.expression = Expression(str(expr), rule.place.child("expr"), rule.kind, rule, rule.about)
    return rule
