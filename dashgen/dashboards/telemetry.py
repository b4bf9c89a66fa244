"""Is what we see all there is? Exporters that should report and do not."""

from __future__ import annotations

from typing import Any

from dashgen.alerts import telemetry
from dashgen.dashboards.parts import named
from dashgen.model import Missing, Panel, Query, Row
from dashgen.signals.scope import cluster_as_seen, has_cluster, rules_see_cluster, seen_scope, service_scope
from dashgen.spec import Spec


def telemetry_row(spec: Spec) -> Row:
    """Expected series, 1 while they are there."""
    scope = seen_scope(spec)
    expected, present = scope.read(telemetry.EXPECTED), scope.read(telemetry.PRESENT)
    # One cluster's exporter must not stand in for another's.
    cluster = (cluster_as_seen(spec),) if has_cluster(spec) else ()
    labels = telemetry.telemetry_labels(spec)
    on = f"on ({', '.join((*cluster, *labels))})"
    expr = f"({expected} and {on} {present})\nor 0 * {expected}"
    if rules_see_cluster(spec):
        # What is expected is a fact of the spec and names no cluster; what was present does.
        by, each = ", ".join((*cluster, *labels)), f"on ({', '.join(labels)})"
        lost = telemetry.gone(spec, scope)
        zero = f"\nor 0 * ({lost})" if lost else ""
        # A model of another cluster than the chosen ones is not missing.
        nowhere = f"{expected} unless {each} {service_scope(spec).read(telemetry.PRESENT)}"
        expr = f"(max by ({by}) ({present}) and {each} {expected}){zero}\nor {each} 0 * ({nowhere})"
    frame: dict[str, Any] = {
        "key": "telemetry",
        "title": "Telemetry present",
        "description": (
            "1 while an exporter reports about a model it should know, 0 when its series are gone: panels of that "
            "exporter are then empty and its alerts blind. LLMTelemetryMissing opens a ticket after 10m."
        ),
        "unit": "bool_yes_no",
        "min": 0,
        "max": 1,
        "width": 24,
        "height": 6,
    }
    if telemetry.telemetry(spec).alerts:
        legend = named(spec, " ".join(f"{{{{{label}}}}}" for label in labels))
        panel = Panel(**frame, queries=(Query("present", expr, legend),))
    else:
        how = "add a source of kind app or kube-state-metrics, or take out scales_to_zero"
        reason = "every source may scale to zero, and nothing says when it should be there"
        panel = Panel(**frame, viz="text", missing=Missing("exporters that should report", reason, how))
    return Row("telemetry", "Telemetry", (panel,))
