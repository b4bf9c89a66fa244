"""``macro-in-rule``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Place
from dashgen.promql.tokens import significant

_VARIABLE = re.compile(r"\$\{?(?P<name>[A-Za-z_]\w*)(?::(?P<format>\w+))?\}?|\[\[(?P<old>\w+)(?::\w+)?\]\]")
_IN_VALUE = re.compile(r"\$__\w+|\$\{__\w+(?::\w+)?\}|\$\{[a-z]\w*(?::[a-z]+)?\}")
_INSTEAD = {
    "__rate_interval": "`[5m]`, or four scrape intervals",
    "__interval": "`[5m]`, or four scrape intervals",
    "__range": "the time you mean, such as `[1h]`",
}


class MacroInRule(Check):
    """A variable of Grafana in a rule, where nobody replaces it.

    Prometheus evaluates rules itself, and to it ``$__rate_interval`` is a syntax error: the whole rule file is
    refused. Within quotes ``$model`` is plain text that no label ever has, so that the alert is silent for ever and
    nothing says so. It happens when the query of a panel is made an alert.

    Bad:

        sum by (model_name) (rate(vllm:generation_tokens_total[$__rate_interval])) == 0

    Good:

        sum by (model_name) (rate(vllm:generation_tokens_total[5m])) == 0
    """

    code = "SYN003"
    name = "macro-in-rule"
    severity = Severity.ERROR
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what rules and their tests are made of."""
        text = expression.text
        if not expression.in_rule or _VARIABLE.search(text) is None:
            return
        for place in (*_outside_strings(text), *_in_matchers(expression)):
            written = expression.text[place.start : place.end]
            name = written.strip("${}[]").partition(":")[0]
            instead = _INSTEAD.get(name, "the value itself, or no matcher to keep every value apart")
            found = f"`{written}`, which only Grafana replaces"
            yield self.finding(expression.at(place), expression.about, found, "PromQL as it is", f"write {instead}")


def _outside_strings(text: str) -> Iterator[Place]:
    for token in significant(text):
        match = _VARIABLE.search(token.text) if token.kind == "variable" else None
        if match and not _substituted(match[0]):
            yield Place(token.start, token.end)


def _substituted(written: str) -> bool:
    """Whether it looks like a placeholder of Flux or envsubst, which is replaced before Prometheus sees the rule."""
    name = written[2:-1]
    return written.startswith("${") and name.upper() == name and not name.startswith("__")


def _in_matchers(expression: Expression) -> Iterator[Place]:
    """Values that are a variable, or have a part that can be nothing else; other dollars may be text."""
    for selector, _ in expression.analysis.selectors:
        for matcher in selector.matchers:
            value, start = matcher.value.text[1:-1], matcher.value.start + 1
            whole = _VARIABLE.fullmatch(value)
            if matcher.value.text[:1] not in "\"'`":
                continue
            if whole and not _substituted(value):
                yield Place(start, start + len(value))
            elif not whole:
                for match in _IN_VALUE.finditer(value):
                    yield Place(start + match.start(), start + match.end())
