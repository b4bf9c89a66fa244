"""Per-user questions, answered from traces: a user id is never a metric label.

TraceQL metrics (Tempo 2.8 for ``sum_over_time`` and ``topk``); attributes are those of the contract.
"""

from __future__ import annotations

from dashgen.promql import quote
from dashgen.spec import Spec

COST = "span.llm.cost_usd"
USER = "span.llm.user_id"
INPUT = "span.llm.input_tokens"
OUTPUT = "span.llm.output_tokens"


def _spans(spec: Spec, condition: str) -> str:
    service = spec.tempo.service_name if spec.tempo else None
    named = f"resource.service.name = {quote.string(service)} && " if service else ""
    return f"{{ {named}{condition} }}"


def cost_by_user(spec: Spec, top: int = 10) -> str:
    """USD per step of the ``top`` users."""
    return f"{_spans(spec, f'{COST} > 0')} | sum_over_time({COST}) by ({USER}) | topk({top})"


def tokens_by_user(spec: Spec, attribute: str, top: int = 10) -> str:
    """Tokens per step of the ``top`` users; ``attribute`` is INPUT or OUTPUT."""
    return f"{_spans(spec, f'{attribute} > 0')} | sum_over_time({attribute}) by ({USER}) | topk({top})"


def requests_of_user(spec: Spec, variable: str = "user_id") -> str:
    """The traces of the user typed into a text box; Grafana puts the quotes, and escapes those in the id."""
    return _spans(spec, f"{USER} = ${{{variable}:doublequote}}")
