"""``high-cardinality-label``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.carried import series_of
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, text
from dashgen.promql.nodes import Aggregate, Call, Node, Selector, walk

_NEVER = re.compile(
    r"(?:.*_)?(?:user|end_?user|request|trace|span|session|conversation|thread|prompt|message|correlation|chat"
    r"|response|completion)_?(?:id|uuid)|(?:hashed_|virtual_)?api_key(?:_hash)?|api_token|user_email|email|prompt_hash",
    re.IGNORECASE,
)
"""One value for each person, key or request, wherever it stands."""
_OF_GATEWAYS = frozenset({"user", "end_user", "client_ip", "user_agent"})
"""The same on metrics the catalogue knows; a `user` of other metrics may be one of three."""
_LEGEND = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_FEW = frozenset({"topk", "bottomk", "limitk", "count", "group"})


class HighCardinalityLabel(Check):
    """A series for each user, key, session or request.

    What has one value per person or request makes as many series as there are, in the panel and, when it is recorded,
    in the store: memory grows until Prometheus stops, and LiteLLM's counts end at a cap of series. It also puts people
    and keys where everybody with a dashboard can read them. Record by team or key alias, take the top ten of the rest,
    and read costs per user from traces.

    Bad:

        sum by (end_user) (rate(litellm_spend_metric_total[$__rate_interval]))

    Good:

        topk(10, sum by (end_user) (increase(litellm_spend_metric_total[$__range])))
    """

    code = "CAT012"
    name = "high-cardinality-label"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at what is kept by `by`, and at legends of series that are shown as they are."""
        analysis = expression.analysis
        for aggregate, above in analysis.aggregates:
            grouping = aggregate.grouping
            if grouping is None or grouping.word != "by" or _narrowed(aggregate, above, expression):
                continue
            for word in grouping.items:
                label = word.text.strip("\"'`")
                if _many(label, aggregate, world):
                    yield self._finding(expression.at(word), expression, label)
        yield from self._legend(expression, world)

    def _legend(self, expression: Expression, world: World) -> Iterator[Finding]:
        query, root = expression.owner, expression.analysis.root
        if not isinstance(query, Query) or root is None or series_of(root) is None or _few(root):
            return
        for match in _LEGEND.finditer(text(query.data.get("legendFormat"))):
            if _many(match[1], root, world):
                place = query.place.child("legendFormat").within(match.start(1), match.end(1))
                yield self._finding(place, expression, match[1])

    def _finding(self, place: Place, expression: Expression, label: str) -> Finding:
        made = "recorded" if expression.kind == "record" else "alerted on" if expression.kind == "alert" else "shown"
        return self.finding(
            place,
            expression.about,
            f"a series for every `{label}` is {made}",
            "a label with few values, such as a team, a model or a route",
            "drop the label" + ("" if expression.in_rule else ", or wrap it in `topk(10, …)`"),
        )


def _many(label: str, node: Node, world: World) -> bool:
    if label in _OF_GATEWAYS:
        names = {each.metric for each, _ in walk(node) if isinstance(each, Selector)}
        return any(label in known.labels for name in names for known in world.known(name))
    return _NEVER.fullmatch(label) is not None


def _narrowed(aggregate: Aggregate, above: Above, expression: Expression) -> bool:
    """Whether few series are left: the largest, their number, or sums over them; a record keeps even the largest."""
    around = [node for node in above if isinstance(node, (Aggregate, Call))]
    for node in around:
        name = node.function.text.lower()
        if isinstance(node, Aggregate) and (name in _FEW or node.grouping is None or node.grouping.word == "by"):
            return name not in ("topk", "bottomk") or not expression.in_rule
        if name in ("scalar", "absent"):
            return True
    return aggregate.function.text.lower() in _FEW and not expression.in_rule


def _few(root: Node) -> bool:
    return any(isinstance(node, Aggregate) and node.function.text.lower() in _FEW for node, _ in walk(root))
