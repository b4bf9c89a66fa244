"""``mixed-threshold``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import comparison
from dashgen.lint.meaning.screen.signature import Signature, signature
from dashgen.lint.meaning.screen.steps import steps
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel, Rule, Subjects
from dashgen.promql.nodes import Binary, Node, bare

_ABOVE_OR_BELOW = frozenset({">", ">=", "<", "<="})


@dataclass(frozen=True, slots=True)
class _Limit:
    rule: Rule
    measured: Signature
    value: float


class MixedThreshold(Check):
    """A panel turns red at another value than the one the alert fires at.

    Whoever is woken opens the panel and sees green, or sees red every day without an alert and stops looking. Both
    numbers were right once; then one was changed. A panel is compared with alerts on the same expression, whatever its
    variables pick, and has to draw the threshold of at least one of them.

    Bad:

        - groups:
            - name: llm
              rules:
                - alert: KVCacheFull
                  expr: max by (pod) (vllm:kv_cache_usage_perc) > 0.9
        - title: Capacity
          uid: capacity
          panels:
            - title: KV cache
              type: gauge
              fieldConfig: {defaults: {thresholds: {steps: [{color: green, value: null}, {color: red, value: 0.95}]}}}
              targets: [{refId: A, expr: max(vllm:kv_cache_usage_perc)}]

    Good:

        - groups:
            - name: llm
              rules:
                - alert: KVCacheFull
                  expr: max by (pod) (vllm:kv_cache_usage_perc) > 0.9
        - title: Capacity
          uid: capacity
          panels:
            - title: KV cache
              type: gauge
              fieldConfig: {defaults: {thresholds: {steps: [{color: green, value: null}, {color: red, value: 0.9}]}}}
              targets: [{refId: A, expr: max(vllm:kv_cache_usage_perc)}]
    """

    code = "DSH020"
    name = "mixed-threshold"
    severity = Severity.WARNING
    example = "file"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Compares the panels of all files with the alerts of all files."""
        limits: dict[str, list[_Limit]] = {}
        for rule in (each for subjects in files for each in subjects.rules if each.kind == "alert"):
            for limit in _limits(rule):
                limits.setdefault(limit.measured.text, []).append(limit)
        if not limits:
            return
        for board in (each for subjects in files for each in subjects.dashboards):
            for panel in board.panels:
                drawn = steps(panel) if panel.queries else []
                if drawn:
                    yield from self._compare(panel, drawn, limits)

    def _compare(
        self, panel: Panel, drawn: list[tuple[Place, float]], limits: dict[str, list[_Limit]]
    ) -> Iterable[Finding]:
        for query in panel.queries:
            shown = signature(query.expression.analysis.root) if query.expression is not None else None
            if shown is None or query.data.get("hide") is True:
                continue
            same = [each for each in limits.get(shown.text, ()) if each.measured.same(shown)]
            fires_at = {each.value * shown.factor: each.rule for each in same}
            if same and not any(math.isclose(at, step, rel_tol=1e-6) for at in fires_at for _, step in drawn):
                at, rule = next(iter(fires_at.items()))
                place, step = min(drawn, key=lambda each: abs(each[1] - at))
                yield self.finding(
                    place,
                    panel.about,
                    f"it changes colour at {step:g}, and {rule.about} fires at {at:g}",
                    "one threshold for both",
                    f"set the step to {at:g}, or change the alert",
                )
                return


def _limits(rule: Rule) -> Iterator[_Limit]:
    """What an alert compares with a number; the sides of ``and`` are looked at each for itself."""
    todo: list[Node | None] = [rule.expression.analysis.root if rule.expression is not None else None]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        found = comparison(node)
        if found is None:
            node = bare(node)
            if isinstance(node, Binary) and node.operator.text.lower() in ("and", "unless"):
                todo.append(node.left)
        elif found.threshold is not None and found.operator in _ABOVE_OR_BELOW:
            measured = signature(found.value)
            if measured is not None:
                yield _Limit(rule, measured, found.threshold / measured.factor)
