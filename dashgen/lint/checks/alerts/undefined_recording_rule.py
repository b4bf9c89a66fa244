"""``undefined-recording-rule``."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World

_LEVELS = frozenset({"job", "instance", "cluster", "namespace", "node", "pod", "service", "model", "model_name"})
_MANY = 3


class UndefinedRecordingRule(Check):
    """A recorded name is read that no rule records: the panel is blank, the alert silent.

    A name with a colon is made by a recording rule. When the rules at hand record others of its kind but not this one,
    it was renamed, removed, or mistyped, and nothing says so: a missing series is no error.

    Bad:

        - record: llm:ttft_seconds:p95_5m
          expr: histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))
        - alert: LLMTimeToFirstTokenHigh
          expr: llm:ttft_seconds:p95 > 2

    Good:

        - record: llm:ttft_seconds:p95_5m
          expr: histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))
        - alert: LLMTimeToFirstTokenHigh
          expr: llm:ttft_seconds:p95_5m > 2
    """

    code = "ALR012"
    name = "undefined-recording-rule"
    severity = Severity.ERROR
    example = "rules"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the names with colons in every expression."""
        if not world.records or expression.kind == "test":
            return
        for selector, _ in expression.analysis.selectors:
            name = selector.metric
            if ":" not in name or "$" in name or "[[" in name or world.recorded(name):
                continue
            if world.known(name) or world.owners(name):
                continue
            space = _space(name)
            like = _spaces(world).get(space)
            if not like:
                continue
            near = _near(name, like)
            place = expression.at(selector.name if selector.name is not None else selector)
            finding = self.finding(
                place,
                expression.about,
                f"`{name}` is recorded by no rule, while {len(like)} other {space} names are",
                f"`{near}`" if near else "a name that a rule records",
                f"write `{near}`, or add the rule" if near else "add the rule, or remove what reads it",
            )
            # One or two that merely begin alike: the rest may be recorded in files that were not given.
            sure = near or len(like) >= _MANY
            yield finding if sure else replace(finding, severity=Severity.WARNING)


@lru_cache(maxsize=2)
def _spaces(world: World) -> Mapping[str, tuple[str, ...]]:
    """What is recorded, by what the names begin with."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in world.records:
        if ":" in name:
            found[_space(name)].append(name)
    return {space: tuple(names) for space, names in found.items()}


@lru_cache(maxsize=4096)
def _near(name: str, names: tuple[str, ...]) -> str:
    # What all of them begin with makes nothing alike.
    by_rest = {each.partition(":")[2]: each for each in names}
    close = difflib.get_close_matches(name.partition(":")[2], by_rest, 1, 0.8)
    return by_rest[close[0]] if close else ""


def _space(name: str) -> str:
    """What names of one kind begin with; a level such as ``job`` says nothing, so the metric's first word is added."""
    first, _, rest = name.partition(":")
    return f"`{first}:{rest.partition(':')[0].partition('_')[0]}…`" if first in _LEVELS else f"`{first}:…`"
