"""The parameters of one deployment: typed models, and YAML -> Spec with file:line:column errors.

May import the catalogue (to know exporters and versions); nothing else of dashgen but ``errors``.
"""

from dashgen.spec.alerts import AlertSettings
from dashgen.spec.models import LocalServing, Model, Price, Prices, Tier, Workload
from dashgen.spec.sources import Matcher, Source
from dashgen.spec.spec import Grafana, Langfuse, Profile, Prometheus, Spec, Tempo

__all__ = [
    "AlertSettings",
    "Grafana",
    "Langfuse",
    "LocalServing",
    "Matcher",
    "Model",
    "Price",
    "Prices",
    "Profile",
    "Prometheus",
    "Source",
    "Spec",
    "Tempo",
    "Tier",
    "Workload",
]
