"""``syntax-error``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.grammar import grammar
from dashgen.lint.meaning.language import metricsql
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule, Subjects, text
from dashgen.promql.tokens import significant

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NOT_IN_RECORDS = ("for", "keep_firing_for", "annotations")


class SyntaxError(Check):
    """Text that cannot be read, or a query that Prometheus refuses.

    A panel with such a query shows a red corner and no data. A rule file with one such rule is refused as a whole:
    Prometheus goes on with the rules it had before, so that everything added since is silently not there.

    Bad:

        histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket)))

    Good:

        histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))
    """

    code = "SYN001"
    name = "syntax-error"
    severity = Severity.ERROR

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at the parts that could not be read."""
        for error in subjects.unreadable:
            about = "the file" if error.place.document.outer is None else "the text inside"
            severity = Severity.INFO if error.notice else self.severity
            found, place = str(error), error.place
            yield Finding(self.code, self.name, severity, place, about, found, error.expected, error.action)

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the text of every query."""
        if metricsql(expression, world):
            if expression.analysis.root is None and not _closed(expression.text):
                yield self.finding(expression.place, expression.about, "brackets that do not match", "as many of both")
            return
        said = grammar(expression.text)
        if said.too_large:
            found, expected = "an expression that is too long or too deep to look at", "one that people can read"
            finding = self.finding(expression.place, expression.about, found, expected, "take it apart into records")
            yield replace(finding, severity=Severity.INFO)
        for fault in said.faults:
            place = expression.place.within(fault.start + expression.shift, fault.end + expression.shift)
            written = expression.text[fault.start : fault.end]
            edits = [Edit(place, f"\\{written}")] if fault in said.escapes else []
            yield self.finding(place, expression.about, fault.found, fault.expected, fault.action, edits)

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at what makes Prometheus refuse a rule beside its query."""
        if {"alert", "record"} <= rule.data.keys():
            yield self.finding(
                rule.place.child("record"), rule.about, "`alert` and `record`", "one of them", "split it"
            )
        elif rule.expression is None and not text(rule.data.get("expr")):
            yield self.finding(rule.place.child(rule.kind), rule.about, "no `expr`", "a query", "add `expr`")
        if rule.kind == "record" and "record" in rule.data:
            if not _NAME.fullmatch(rule.name):
                expected = "letters, digits, `_` and `:`"
                yield self.finding(rule.place.child("record"), rule.about, f"the name `{rule.name}`", expected)
            for key in _NOT_IN_RECORDS:
                if rule.data.get(key):
                    action = f"remove `{key}`"
                    yield self.finding(
                        rule.place.child(key).named(), rule.about, f"`{key}`", "it in alerts only", action
                    )


def _closed(expr: str) -> bool:
    """Whether every bracket has its other half."""
    opened: list[str] = []
    for token in significant(expr):
        if token.kind == "punctuation" and token.text in "([{":
            opened.append(token.text)
        elif (
            token.kind == "punctuation"
            and token.text in ")]}"
            and (not opened or opened.pop() + token.text not in ("()", "[]", "{}"))
        ):
            return False
    return not opened
