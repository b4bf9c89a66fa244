"""Whole answers that take too long: a row on Service Health, and a ticket that reads the same recorded series."""

from __future__ import annotations

from datetime import timedelta

from dashgen.extend import (
    Bundle,
    Panel,
    PanelRef,
    Query,
    Row,
    Spec,
    Threshold,
    add_row,
    add_ticket,
    of_panel,
    of_rule,
    ticket,
)

BUCKETS = "llm:request_duration_client_seconds_bucket:rate5m"
LIMIT = 20  # seconds our users wait before they ask a human


def p95(buckets: str) -> str:
    """Seconds within which 95 of 100 answers were complete, by model."""
    return f"histogram_quantile(0.95, sum by (le, model) ({buckets}))"


def slow_answers(bundle: Bundle, spec: Spec) -> Bundle:
    """The function that `extend` in the spec names."""
    panel = Panel(
        key="whole-answer",
        title="Time to the whole answer",
        description=f"Above {LIMIT} s users give up. Look at output tokens per request, then at the model.",
        unit="s",
        queries=(Query("p95", p95(of_panel(spec, BUCKETS)), "{{model}} p95"),),
        thresholds=(Threshold(LIMIT),),
    )
    slow = ticket(
        spec,
        "SupportAnswersSlow",
        f"{p95(of_rule(spec, BUCKETS))} > {LIMIT}",
        summary="{{ $labels.model }} takes too long for whole answers",
        description=f"p95 is {{{{ $value | humanizeDuration }}}}, users give up after {LIMIT} s.",
        panel=PanelRef("service-health", panel.key),
        wait=timedelta(minutes=15),
        variables=("model",),
    )
    return add_ticket(add_row(bundle, "service-health", Row("answers", "Whole answers", (panel,))), slow)
