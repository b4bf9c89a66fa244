"""``regex-format-in-string``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Matcher, Place

_FORMATTED = re.compile(r"\$\{(?P<name>\w+)(?P<suffix>:(?P<format>\w+))\}|\[\[(?P<old>\w+)(?P<rest>:(?P<how>\w+))\]\]")
_SEVERAL = {
    "csv": "`a,b`",
    "distributed": "`a,model=b`",
    "doublequote": '`"a","b"`',
    "glob": "`{a,b}`",
    "json": '`["a","b"]`',
    "queryparam": "`var-model=a&var-model=b`",
    "singlequote": "`'a','b'`",
    "sqlstring": "`'a','b'`",
}
"""Formats that are no value and no regular expression, and what they make of two values."""


class RegexFormatInString(Check):
    r"""A variable in a matcher, in a format that the matcher does not understand.

    In ``=~`` the data source of Prometheus already turns ``$model`` into a regular expression, escaped for the quotes
    around it. ``${model:regex}`` escapes it once only: for ``Llama-3.1`` it writes ``"Llama-3\.1"``, and ``\.`` is a
    syntax error in a string, so that the panel breaks as soon as a value has a dot or a slash. In ``=`` a regular
    expression matches nothing, and ``${model:csv}`` or ``${model:glob}`` match nothing anywhere.

    Bad:

        sum(rate(vllm:generation_tokens_total{model_name=~"${model:regex}"}[$__rate_interval]))

    Good:

        sum(rate(vllm:generation_tokens_total{model_name=~"$model"}[$__rate_interval]))
    """

    code = "SYN004"
    name = "regex-format-in-string"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at the values of matchers."""
        if expression.in_rule or (":" not in expression.text):
            return
        for selector, _ in expression.analysis.selectors:
            for matcher in selector.matchers:
                yield from self._matcher(expression, matcher)

    def _matcher(self, expression: Expression, matcher: Matcher) -> Iterator[Finding]:
        written, regular = matcher.value.text, matcher.operator.text in ("=~", "!~")
        for match in _FORMATTED.finditer(written):
            name, how = match["name"] or match["old"], match["format"] or match["how"]
            suffix = "suffix" if match["name"] else "rest"
            place = Place(matcher.value.start + match.start(), matcher.value.start + match.end())
            plain = Place(matcher.value.start + match.start(suffix), matcher.value.start + match.end(suffix))
            edits = [Edit(expression.at(plain), "")]
            operator = {"=": "=~", "!=": "!~"}.get(matcher.operator.text, matcher.operator.text)
            if not regular:
                edits.append(Edit(expression.at(matcher.operator), operator))
            action = f'write `{matcher.label}{operator}"${name}"`'
            said = (expression.at(place), expression.about)
            if how in _SEVERAL:
                found = f"`{match[0]}`, which makes {_SEVERAL[how]} of two values"
                yield self.finding(*said, found, "a regular expression for several values", action, edits)
            elif not regular and how in ("regex", "pipe"):
                found = f"a regular expression, `{match[0]}`, behind `{matcher.operator.text}`"
                yield self.finding(*said, found, f"`{operator}` before it", action, edits)
            elif how == "regex" and written[:1] != "`":
                found = f"`{match[0]}` in quotes, which breaks the query for values with a dot or a slash"
                finding = self.finding(*said, found, f"`${name}`, which is escaped for quotes", action, edits)
                yield replace(finding, severity=Severity.WARNING)
