"""What requests cost. Cost counts attempts (retries and fallbacks are paid for)."""

from dataclasses import replace

from dashgen.signals.base import Signal
from dashgen.signals.traffic import REQUESTS

COST = Signal("cost", "counter", "usd", "spend")
COST_PER_REQUEST = Signal("cost_per_request", "histogram", "usd", "cost per request")
UNPRICED = Signal("cost_unpriced", "counter", "requests", "requests without a price")
USAGE_MISSING = Signal("usage_missing", "counter", "requests", "requests whose usage was estimated")
COST_BY_TEAM = Signal("cost_by_team", "counter", "usd", "spend by team", keep=("team",), requires=("team",))
COST_BY_USER = Signal("cost_by_user", "counter", "usd", "spend by user", keep=("user",), requires=("user",))
"""Read by its panel when somebody looks; never recorded, for users are no label of ours."""
_TEMPLATE = ("prompt_template",)
COST_BY_TEMPLATE = replace(
    COST, keep=_TEMPLATE, requires=_TEMPLATE, record="cost_by_template", meaning="spend by prompt template"
)
REQUESTS_BY_TEMPLATE = replace(
    REQUESTS,
    keep=_TEMPLATE,
    requires=_TEMPLATE,
    record="requests_by_template",
    meaning="requests by prompt template",
)
