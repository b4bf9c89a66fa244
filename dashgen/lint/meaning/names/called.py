"""What exporters call labels that dashboards usually call something else."""

from __future__ import annotations

from dashgen.lint.meaning.firing.watched import namespace
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule


def called_by_exporter(name: str, rule: Rule, world: World) -> str:
    """What the exporter of the series calls a label that dashboards usually call ``name``; '' when that is unknown."""
    analysis = rule.expression.analysis if rule.expression is not None else None
    if analysis is None or analysis.aggregates or any(each.grouping for each, _ in analysis.binaries):
        return ""
    if any(call.function.text in ("label_replace", "label_join", "info") for call, _ in analysis.calls):
        return ""
    called = set()
    for selector, _ in analysis.selectors:
        entries = [each for each in world.known(selector.metric) if world.assume.exposed(each.exporter.name)]
        if not entries or world.recorded(selector.metric) or any(name in each.labels for each in entries):
            return ""
        called |= {each.exporter.labels.get(name, "") for each in entries if not each.open_labels}
        if not all(each.exporter.labels.get(name, "") in each.labels for each in entries):
            return ""
    return called.pop() if len(called) == 1 else ""


def unknown_namespace(rule: Rule, world: World) -> str:
    """The namespace of series that the catalogue does not know and whose labels come out as they are."""
    analysis = rule.expression.analysis if rule.expression is not None else None
    if analysis is None or any(each.grouping is None or each.grouping.word == "by" for each, _ in analysis.aggregates):
        return ""
    names = {selector.metric for selector, _ in analysis.selectors}
    if not names or any(not name or world.known(name) or world.recorded(name) for name in names):
        return ""
    spaces = {namespace(name) for name in names}
    return spaces.pop() if len(spaces) == 1 else ""
