"""``external-label-in-rule``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.numbers.matching import names
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import LabelList, Matcher, Word
from dashgen.promql.regex import takes_empty


class ExternalLabelInRule(Check):
    """External labels are not on the series that a Prometheus evaluates its own rules over.

    Prometheus adds them when it sends samples or alerts away. In its own rules `{cluster="eu-1"}` matches
    nothing, so the alert never fires and the recorded series never exists; `by (cluster)` makes one group of all.
    Dashboards that read Thanos or Mimir do see the labels, so the panel beside the alert looks right.

    Bad:

        vllm:num_requests_waiting{cluster="eu-1"} > 10

    Good:

        vllm:num_requests_waiting > 10
    """

    code = "PQL033"
    name = "external-label-in-rule"
    severity = Severity.ERROR
    example = "alert"
    assume = ("rules=local", "external_labels=cluster")

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the matchers and groupings of rules that are evaluated where the labels are not."""
        external = world.assume.external_labels
        if not external or world.assume.rules != "local" or expression.kind not in ("alert", "record"):
            return
        for selector, _ in expression.analysis.selectors:
            for matcher in selector.matchers:
                if (
                    matcher.label in external
                    and not _passes_empty(matcher)
                    and not _recorded(selector.metric, matcher, world)
                ):
                    yield self._found(
                        expression, matcher, matcher.label, "matches nothing here, so the result is empty"
                    )
        for word, label in _grouped(expression):
            if label in external and not _made(expression, label, world):
                yield self._found(expression, word, label, "is empty here for every series")

    def _found(self, expression: Expression, at: Word | Matcher, label: str, effect: str) -> Finding:
        return self.finding(
            expression.at(at), expression.about,
            f"`{label}` is an external label and the rule is evaluated locally: it {effect}",
            "labels that the series have where the rule runs",
            f"leave `{label}` out of the rule; Prometheus adds it to what it sends away",
        )  # fmt: skip


def _passes_empty(matcher: Matcher) -> bool:
    operator, text = matcher.operator.text, matcher.text
    if operator in ("=", "!="):
        return (operator == "=") == (text == "")
    empty = takes_empty(text)
    return empty is None or empty == (operator == "=~")


def _recorded(name: str, matcher: Matcher, world: World) -> bool:
    """Whether a rule at hand records the series with that label."""
    return any(matcher.label in record.labels for record in world.recorded(name))


def _grouped(expression: Expression) -> Iterator[tuple[Word, str]]:
    lists: list[LabelList | None] = [each.grouping for each, _ in expression.analysis.aggregates]
    lists += [found for each, _ in expression.analysis.binaries for found in (each.matching, each.grouping)]
    for found in lists:
        if found is not None and found.word in ("by", "on", "group_left", "group_right"):
            yield from zip(found.items, names(found), strict=True)


def _made(expression: Expression, label: str, world: World) -> bool:
    """Whether something in the expression makes the label: a record with it, or a function."""
    if any(call.function.text in ("label_replace", "label_join", "info") for call, _ in expression.analysis.calls):
        return True
    found = (
        labels(selector, world) for selector, _ in expression.analysis.selectors if world.recorded(selector.metric)
    )
    return any(label in each.names for each in found)
