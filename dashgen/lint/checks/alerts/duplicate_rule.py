"""``duplicate-rule``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import comparison
from dashgen.lint.meaning.numbers.shares import written
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule, Subjects
from dashgen.promql.nodes import Node, bare

Key = tuple[str, str, tuple[tuple[str, str], ...], str]
_FEW = 2


class DuplicateRule(Check):
    """The same rule twice: two groups compute it, and both write or fire under one name.

    Two records with one name and equal labels write the same series twice; Prometheus drops one sample of each pair and
    warns of duplicates. Two alerts with one name, equal labels and the same series are one alert to Alertmanager: its
    text changes with whichever was sent last, and a silence or a correction of one forgets the other.

    Bad:

        - alert: KVCacheFull
          expr: vllm:kv_cache_usage_perc > 0.9
          labels:
            severity: page
        - alert: KVCacheFull
          expr: vllm:kv_cache_usage_perc > 0.95
          labels:
            severity: page

    Good:

        - alert: KVCacheFull
          expr: vllm:kv_cache_usage_perc > 0.9
          labels:
            severity: ticket
        - alert: KVCacheFull
          expr: vllm:kv_cache_usage_perc > 0.95
          labels:
            severity: page
    """

    code = "ALR011"
    name = "duplicate-rule"
    severity = Severity.WARNING
    example = "rules"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Compares all rules that have one name and the same labels."""
        seen: dict[Key, tuple[Rule, str]] = {}
        pairs: list[tuple[Rule, Rule, bool]] = []
        for rule in (rule for subjects in files for rule in subjects.rules):
            root = rule.expression.analysis.root if rule.expression is not None else None
            if root is None or rule.expression is None or not rule.name:
                continue
            labels = tuple(sorted({**rule.group_labels, **rule.labels}.items()))
            exact = written(root)
            key = (rule.kind, rule.name, labels, _without_limits(exact, root))
            first, before = seen.setdefault(key, (rule, exact))
            if first is rule:
                continue
            pairs.append((first, rule, before == exact))
        files_shared = Counter(_files(first, rule) for first, rule, _ in pairs)
        for first, rule, same in pairs:
            # Files with many rules in common are variants, of which one is loaded.
            if first.group.document.file != rule.group.document.file and files_shared[_files(first, rule)] > _FEW:
                continue
            what = "the same expression" if same else "the same expression with another number"
            yield self.finding(
                rule.place.child(rule.kind),
                rule.about,
                f"{_where(first, rule)} has the same name, the same labels and {what}",
                "one rule" if same else "labels that tell them apart, such as `severity`",
                "remove one of them" if same else "give one another label or another name, or remove it",
            )


def _files(first: Rule, rule: Rule) -> tuple[str, str]:
    return first.group.document.file, rule.group.document.file


def _without_limits(exact: str, root: Node) -> str:
    """The text with the numbers it compares with left out."""
    for node in _limits(root):
        exact = exact.replace(f", {written(node)})", ", limit)")
    return exact


def _limits(root: Node) -> list[Node]:
    found: list[Node] = []
    pending = [root]
    while pending:
        node = bare(pending.pop())
        compared = comparison(node)
        if compared is not None and compared.threshold is not None:
            found.append(compared.other)
        pending += node.children()
    return found


def _where(first: Rule, rule: Rule) -> str:
    if first.group is rule.group:
        return f"{first.kind} {first.name} of the same group"
    where = f"group {first.group.name}"
    return where if first.group.document.file == rule.group.document.file else f"{where} in {first.group.document.file}"
