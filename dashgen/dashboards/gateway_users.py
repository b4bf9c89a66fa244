"""Cost per user as a gateway's own label has it, read from the gateway itself: a user is never a label of ours."""

from __future__ import annotations

from dataclasses import replace

from dashgen.dashboards.parts import fed
from dashgen.model import Panel, Query
from dashgen.promql.selector import Match, aggregate
from dashgen.signals import Recorded, raw
from dashgen.signals.feed import Feed
from dashgen.signals.scope import CLUSTER, cluster_as_seen, has_cluster, panel_scope
from dashgen.signals.windows import DAY, HOUR
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

TOP = 10
NOBODY = "|None"
"""How a gateway writes that a request names no user: LiteLLM's metrics client spells Python's None."""


def cost_by_user(spec: Spec, by_user: Recorded, spend: Recorded) -> Panel:
    """USD of the dearest users in the last 24 hours, one query per gateway; ``spend`` is all that gateways count."""
    return fed(
        by_user,
        lambda found: tuple(
            Query(f"users_{index}", _users(spec, feed, spend), "{{user}}", instant=True)
            for index, feed in enumerate(found.feeds)
        ),
        key="cost-by-user",
        title="Cost per user, last 24 hours (users the gateway knows)",
        description=(
            f"USD of the {TOP} dearest users in the last 24 hours, by the end user each request to LiteLLM names. "
            "Empty unless enable_end_user_cost_tracking_prometheus_only is on. LiteLLM keeps 10,000 series per metric "
            "and forgets the oldest, so with more users the sums are too low; a user's first request after a start of "
            "the proxy is not in them either."
        ),
        viz="bargauge",
        unit="currencyUSD",
        min=0,
        no_value="no request names its user",
    )


def _users(spec: Spec, feed: Feed, spend: Recorded) -> str:
    """The dearest users of one gateway among the models that the dashboard's variables select."""
    names = raw.label_map(spec, feed)
    picked = {cluster_as_seen(spec): CLUSTER} if has_cluster(spec) else {}
    matches = [Match(names.get(label, label), "=~", f"${name}", raw=True) for label, name in picked.items()]
    matches += [Match(names["namespace"], "=~", "$namespace", raw=True), Match(names["user"], "!~", NOBODY)]
    spent = raw.samples(spec, feed, window=DAY, function="increase", extra=matches, rules=False)
    by_model = raw.canonical(spec, feed, spent, "sum", ("model", "user"))
    # The gateway may know the model by an alias, so variables can select its canonical name only. Recorded spend has
    # the name of whatever was paid for; copies of it by replicas are one group.
    recorded = replace(panel_scope(spec), replica="").read(spend.rate_record(HOUR))
    chosen = aggregate("group", ("model",), f"last_over_time({recorded}[{duration_text(DAY)}])")
    return f"topk({TOP}, {aggregate('sum', ('user',), f'{by_model} and on (model) {chosen}')})"
