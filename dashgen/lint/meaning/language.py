"""Which language an expression is written in: PromQL, or MetricsQL, which has more functions and freer syntax."""

from __future__ import annotations

from dashgen.lint.expression import Expression
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, Rule, mapping, text


def metricsql(expression: Expression, world: World) -> bool:
    """Whether VictoriaMetrics answers: the deployment says so, the data source, or the kind of the resource."""
    if world.assume.flavour == "victoriametrics" or "metricsql_expr_test" in expression.place.path:
        return True
    owner = expression.owner
    if isinstance(owner, Query):
        for holder in (owner.data, owner.panel.data):
            kind = text(mapping(holder.get("datasource")).get("type")).lower()
            if kind:
                return "victoriametrics" in kind
        return False
    if isinstance(owner, Rule):
        document, path = owner.group.document, owner.group.path
        return any(mapping(document.get(*path[:end])).get("kind") == "VMRule" for end in range(len(path)))
    return False
