"""The three dashboards: (Spec) -> Dashboard. Panels say what to show; Grafana's JSON is emit's business."""

from dashgen.dashboards.behavior import behavior
from dashgen.dashboards.cost import cost
from dashgen.dashboards.service_health import service_health

__all__ = ["behavior", "cost", "service_health"]
