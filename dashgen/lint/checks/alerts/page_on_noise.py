"""``page-on-noise``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import Comparison, alternatives, comparison, conjunction, wait
from dashgen.lint.meaning.firing.noise import lasts, sample, single, slowest
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.nodes import Selector, walk

_GPU_ALONE = re.compile(
    r"DCGM_FI_(?:DEV_(?:GPU_UTIL|GPU_TEMP|MEMORY_TEMP|POWER_USAGE)|PROF_GR_ENGINE_ACTIVE)|nv_gpu_utilization"
)
_MINUTE = 60.0


class PageOnNoise(Check):
    """Somebody is woken for a single sample, a single request, or a GPU that works.

    One scrape says little: a queue is deep for a second, a target misses one scrape. One failed or slow request
    is no outage. A GPU at 95 % is what was paid for, and it slows itself down when it gets hot. A page needs something
    that users feel and that lasts; the rest is a ticket or a panel.

    Bad:

        - alert: VLLMDown
          expr: up{job="vllm"} == 0
          labels:
            severity: page

    Bad:

        - alert: GPUHot
          expr: DCGM_FI_DEV_GPU_TEMP > 85
          for: 5m
          labels:
            severity: critical

    Bad:

        - alert: LLMRequestFailed
          expr: increase(llm_requests_total{outcome="error"}[5m]) > 0
          for: 1m
          labels:
            severity: page

    Good:

        - alert: VLLMDown
          expr: up{job="vllm"} == 0
          for: 3m
          labels:
            severity: page

    Good:

        - alert: GPUHot
          expr: DCGM_FI_DEV_GPU_TEMP > 85
          for: 5m
          labels:
            severity: ticket
    """

    code = "ALR006"
    name = "page-on-noise"
    severity = Severity.WARNING
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at alerts whose severity wakes somebody."""
        severity = rule.labels.get("severity") or rule.group_labels.get("severity", "")
        expression = rule.expression
        if rule.kind != "alert" or severity not in world.assume.page_severities or expression is None:
            return
        if expression.analysis.root is None:
            return
        for branch in alternatives(expression.analysis.root):
            parts = conjunction(branch)
            found = comparison(parts.value)
            if found is not None and parts.alone:
                yield from self._noise(rule, expression, found, world)

    def _noise(self, rule: Rule, expression: Expression, found: Comparison, world: World) -> Iterator[Finding]:
        at = expression.at(found.node)
        names = {node.metric for node, _ in walk(found.node) if isinstance(node, Selector)}
        if names and all(_GPU_ALONE.fullmatch(name) for name in names):
            name = sorted(names)[0]
            yield self.finding(
                at, rule.about, f"`{name}` alone pages, and a GPU that is busy or warm hurts nobody by itself",
                "a page on what users feel: latency, errors, a queue", "make it a ticket",
            )  # fmt: skip
        elif (one := sample(found.value, world)) and (held := wait(rule.wait)) is not None and held < _MINUTE:
            lasting = f"`for: {rule.wait}`" if held else "no `for`"
            yield self.finding(
                at, rule.about, f"one sample of `{one}` pages: it is read as it is, with {lasting}",
                "a condition that lasts a few scrapes", "add `for: 2m` or longer",
            )  # fmt: skip
        elif found.threshold is not None and found.threshold < 1 and found.operator in (">", ">="):
            event, window, held = single(found.value), lasts(found.value), wait(rule.wait)
            if event and (window is None or held is None or held < window):
                yield self.finding(
                    at, rule.about, f"one event of `{event}` pages", "a number or share of events that users feel",
                    "raise the limit to more than a handful, or make it a ticket",
                )  # fmt: skip
        if (call := slowest(found.value)) is not None:
            yield self.finding(
                expression.at(call), rule.about, "the slowest single request pages, as the quantile 1 is the maximum",
                "a quantile such as 0.95", "ask for a lower quantile",
            )  # fmt: skip
