"""The spec: one deployment of an LLM service, and the Prometheus and Grafana around it."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from dashgen.spec.alerts import AlertSettings
from dashgen.spec.models import Model
from dashgen.spec.sources import Source
from dashgen.spec.types import (
    Duration,
    Flag,
    KubernetesLabel,
    KubernetesValue,
    LabelName,
    LabelValue,
    Money,
    Namespace,
    Slug,
    Strict,
    Text,
    Url,
    VersionText,
)

PROFILES = {"chat": timedelta(seconds=2), "autocomplete": timedelta(milliseconds=500)}


class Profile(Strict):
    """Own numbers instead of a named profile: the TTFT p95 users should see at most."""

    ttft_p95: Duration = Field(description="the TTFT p95 users should see at most", examples=["2s"])


class Prometheus(Strict):
    """Facts about the Prometheus that scrapes, evaluates and answers."""

    flavour: Literal["prometheus", "thanos", "mimir", "victoriametrics"] = "prometheus"
    version: VersionText = "2.42"
    rules: Literal["local", "global"] = Field(
        default="local",
        description="rules run in the scraping Prometheus (local) or over all of them (global)",
    )
    external_labels: dict[LabelName, LabelValue] = {}
    cluster_label: LabelName = "cluster"
    replica_label: LabelName | None = None
    retention: Duration = timedelta(days=15)
    scrape_interval: Duration = timedelta(seconds=30)
    evaluation_interval: Duration = timedelta(seconds=30)


class Grafana(Strict):
    """Where the dashboards will live."""

    url: Url | None = None
    uid_prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$", max_length=20)] = "llm"
    folder: Text = "LLM"
    refresh: Duration = timedelta(seconds=30)


class Tempo(Strict):
    """Traces of the application. ``service_name`` narrows searches to ``resource.service.name``."""

    datasource_uid: Text = "tempo"
    service_name: Text | None = None
    sampled: Flag = Field(default=True, description="false when every trace is kept, so totals are exact")


class Langfuse(Strict):
    """Prompt and completion store; links need the project id."""

    url: Url = Field(description="where Langfuse is", examples=["https://langfuse.example.com"])
    project: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=100)] = Field(
        description="project id, as in the address of the project's page", examples=["clx0abc123"]
    )


class Spec(Strict):
    """One deployment: the service, its models, the exporters that watch it and who wants to know."""

    name: Slug = Field(description="the service's name, part of every uid and file name", examples=["chat"])
    title: Text | None = None
    team: Text | None = None
    profile: Literal["chat", "autocomplete"] | Profile = "chat"
    models: tuple[Model, ...] = Field(
        min_length=1,
        description="the models the service uses",
        examples=[[{"name": "gpt-4o", "route": "cloud"}]],
    )
    sources: tuple[Source, ...] = Field(
        min_length=1,
        description="the exporters that watch the service",
        examples=[[{"kind": "vllm", "selector": {"job": "vllm"}}]],
    )
    prometheus: Prometheus = Prometheus.model_construct()
    grafana: Grafana = Grafana.model_construct()
    tempo: Tempo | None = None
    langfuse: Langfuse | None = None
    revenue_usd_per_request: Money | None = None
    alerts: AlertSettings = AlertSettings.model_construct()
    runbooks: Url | None = Field(default=None, description="base URL; the alert's name is appended")
    rule_labels: dict[KubernetesLabel, KubernetesValue] = Field(
        default={"release": "kube-prometheus-stack"},
        description="metadata labels the Prometheus operator selects",
    )
    namespace: Namespace | None = Field(default=None, description="metadata namespace of the PrometheusRule")
    hide: tuple[Text, ...] = Field(default=(), description="panels to leave out, as dashboard/panel")
    targets: tuple[Text, ...] = Field(default=("grafana-json", "prometheus-rule"), min_length=1)

    @property
    def display_title(self) -> str:
        """The title shown on dashboards: as given, else the name."""
        return self.title or self.name

    @property
    def ttft_threshold(self) -> timedelta:
        """The one TTFT threshold that panel, alert and runbook share."""
        if self.alerts.ttft.threshold is not None:
            return self.alerts.ttft.threshold
        return PROFILES[self.profile] if isinstance(self.profile, str) else self.profile.ttft_p95

    def dashboard_uid(self, dashboard: str) -> str:
        """``<prefix>-<spec>-<dashboard>``; at most 40 characters, checked when the spec is loaded."""
        return f"{self.grafana.uid_prefix}-{self.name}-{dashboard}"

    def model(self, name: str) -> Model | None:
        """The model of that name."""
        return next((model for model in self.models if model.name == name), None)
