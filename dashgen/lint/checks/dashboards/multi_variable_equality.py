"""``multi-variable-equality``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.names.label_values import label_values
from dashgen.lint.meaning.screen.variables import repeated, several, uses
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard
from dashgen.promql.nodes import Matcher

_REGEX = {"=": "=~", "!=": "!~"}
_PLAIN_FORMATS = (":raw", ":text", ":value")


class MultiVariableEquality(Check):
    """Two picked values become ``(a|b)``, which is a regular expression and no value.

    ``model_name="$model"`` works while one model is picked. With two, or with All, it selects a model whose name is
    ``(a|b)``: the panel is empty. ``!=`` goes wrong the other way and leaves nothing out. Where a panel or its row
    repeats by the variable, each copy has one value.

    Bad:

        templating:
          list:
            - {name: model, type: query, multi: true, query: "label_values(vllm:num_requests_waiting, model_name)"}
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name="$model"}'}]

    Good:

        templating:
          list:
            - {name: model, type: query, multi: true, query: "label_values(vllm:num_requests_waiting, model_name)"}
        panels:
          - title: Requests waiting
            type: timeseries
            targets: [{refId: A, expr: 'vllm:num_requests_waiting{model_name=~"$model"}'}]
    """

    code = "DSH005"
    name = "multi-variable-equality"
    severity = Severity.ERROR
    example = "dashboard"

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Looks at the matchers of panels, variables and annotations."""
        multiple = {variable.name for variable in dashboard.variables if several(variable)}
        if not multiple:
            return
        for expression, one_value in _expressions(dashboard):
            for selector, _ in expression.analysis.selectors:
                for matcher in selector.matchers:
                    names = _names(matcher) & (multiple - one_value)
                    if matcher.operator.text in _REGEX and names:
                        yield self._finding(expression, matcher, min(names))

    def _finding(self, expression: Expression, matcher: Matcher, name: str) -> Finding:
        written, wanted = matcher.operator.text, _REGEX[matcher.operator.text]
        return self.finding(
            expression.at(matcher.operator),
            expression.about,
            f"`{matcher.label}{written}{matcher.value.text}`, and `${name}` can be several values, `(a|b)`",
            f"`{matcher.label}{wanted}{matcher.value.text}`",
            f"write `{wanted}`",
            [Edit(expression.at(matcher.operator), wanted)],
        )


def _names(matcher: Matcher) -> frozenset[str]:
    """The variables in the value of a matcher, unless they are written in a way that is no regular expression."""
    value = matcher.value.text
    if "$" not in value and "[[" not in value:
        return frozenset()
    return frozenset(use.name for use in uses(value) if not use.written.rstrip("}]").endswith(_PLAIN_FORMATS))


def _expressions(board: Dashboard) -> Iterator[tuple[Expression, frozenset[str]]]:
    """Each expression with the variables that have one value there."""
    for panel in board.panels:
        found = [query.expression for query in panel.queries if query.expression is not None]
        one_value = repeated(panel) if found else frozenset()
        yield from ((expression, one_value) for expression in found)
    for variable in board.variables:
        asked = label_values(variable)
        if variable.expression is not None:
            yield variable.expression, frozenset()
        elif asked is not None:
            yield asked.series, frozenset()
    yield from ((expression, frozenset()) for expression in board.annotations)
