"""What Grafana will show and Prometheus will evaluate, as frozen data.

Nothing here knows Grafana JSON, YAML, a file or an exporter.
"""

from dashgen.model.bundle import Bundle, MissingAlert
from dashgen.model.dashboard import (
    Annotation,
    Dashboard,
    DashboardLink,
    Missing,
    Override,
    Panel,
    PanelLink,
    Query,
    Row,
    Threshold,
    Variable,
)
from dashgen.model.rules import Alert, PanelRef, RecordingRule, RuleGroup

__all__ = [
    "Alert",
    "Annotation",
    "Bundle",
    "Dashboard",
    "DashboardLink",
    "Missing",
    "MissingAlert",
    "Override",
    "Panel",
    "PanelLink",
    "PanelRef",
    "Query",
    "RecordingRule",
    "Row",
    "RuleGroup",
    "Threshold",
    "Variable",
]
