"""``unordered-dependency``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.conditions import wait
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Group, Rule, Subjects
from dashgen.promql.nodes import Node, Offset, Ranged
from dashgen.promql.tokens import seconds

_LOOKBACK = 300.0
"""Seconds a sample is the value of its series; Prometheus' default."""


class UnorderedDependency(Check):
    """A rule reads what a later rule of its group records, so it sees the value of the evaluation before.

    The rules of a group are evaluated one after the other. What is recorded further down is one interval old, and the
    first evaluation after a restart sees nothing. Groups run beside each other: what another group records is up to one
    of its intervals old, it decides alone when a ``for`` is shorter than that interval, and beyond the lookback of 5
    minutes it is missing most of the time.

    Bad:

        - alert: LLMErrorRateHigh
          expr: llm:error_ratio:rate10m > 0.01
        - record: llm:error_ratio:rate10m
          expr: sum(rate(llm_requests_total{outcome="error"}[10m])) / sum(rate(llm_requests_total[10m]))

    Good:

        - record: llm:error_ratio:rate10m
          expr: sum(rate(llm_requests_total{outcome="error"}[10m])) / sum(rate(llm_requests_total[10m]))
        - alert: LLMErrorRateHigh
          expr: llm:error_ratio:rate10m > 0.01
    """

    code = "ALR014"
    name = "unordered-dependency"
    severity = Severity.WARNING
    example = "rules"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Looks at what the rules of all groups read and where it is recorded."""
        makers: dict[str, list[tuple[Group, int]]] = defaultdict(list)
        groups = [group for subjects in files for group in subjects.groups]
        for group in groups:
            for index, rule in enumerate(group.rules):
                if rule.kind == "record":
                    makers[rule.name].append((group, index))
        for group in groups:
            for index, rule in enumerate(group.rules):
                yield from self._read_by(rule, index, makers)

    def _read_by(self, rule: Rule, index: int, makers: Mapping[str, list[tuple[Group, int]]]) -> Iterator[Finding]:
        told = {rule.name} if rule.kind == "record" else set()
        for selector, above in rule.expression.analysis.selectors if rule.expression is not None else ():
            name = selector.metric
            if name in told or not (found := makers.get(name)) or rule.expression is None or _past(above):
                continue
            told.add(name)
            place = rule.expression.at(selector.name if selector.name is not None else selector)
            own = [at for group, at in found if group is rule.group]
            if own and min(own) > index:
                old = f"{rule.group.interval} old" if rule.group.interval else "one evaluation interval old"
                yield self.finding(
                    place, rule.about, f"`{name}` is recorded further down in the group, so it is {old} here",
                    "the record before what reads it", f"move the record `{name}` above this rule",
                )  # fmt: skip
            elif not own and not any(isinstance(each, Ranged) for each in above):
                yield from self._from_elsewhere(rule, name, found[0][0], place)

    def _from_elsewhere(self, rule: Rule, name: str, group: Group, place: Place) -> Iterator[Finding]:
        each = seconds(group.interval) or 0
        held = wait(rule.wait) or 0
        if each > _LOOKBACK:
            yield self.finding(
                place,
                rule.about,
                f"group {group.name} records `{name}` every {group.interval}, and a value is found for 5m only",
                "an interval of at most 5m, or a range that is longer than the interval",
                f"read `last_over_time({name}[{group.interval}])`, or record it more often",
            )
        elif rule.kind == "alert" and 0 < held < each:
            yield self.finding(
                place,
                rule.about,
                f"group {group.name} records `{name}` every {group.interval}: one value lasts `for: {rule.wait}`",
                f"a `for` of at least {group.interval}, or the alert in the group of the record",
                f"move the alert to group {group.name}",
            )


def _past(above: tuple[Node, ...]) -> bool:
    """Whether an older value is asked for anyway."""
    return any(isinstance(each, Offset) for each in above)
