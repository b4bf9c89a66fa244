"""The spec: one deployment of an LLM service, and the Prometheus and Grafana around it."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from dashgen.spec.alerts import AlertSettings
from dashgen.spec.lint import Lint
from dashgen.spec.models import Model
from dashgen.spec.recording import Recording
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

    flavour: Literal["prometheus", "thanos", "mimir", "victoriametrics"] = Field(
        default="prometheus",
        description="what answers PromQL; others than prometheus may have any `version`, the rules are the same PromQL",
    )
    version: VersionText = Field(
        default="2.42",
        description="version of Prometheus, 2.42 or newer; only checked, the rules are the same for each",
        examples=["3.5"],
    )
    rules: Literal["local", "global"] = Field(
        default="local",
        description="rules run in the scraping Prometheus (local) or over all of them (global)",
    )
    external_labels: dict[LabelName, LabelValue] = Field(
        default={}, description="labels Prometheus adds to what leaves it, which local rules do not see"
    )
    cluster_label: LabelName = Field(
        default="cluster",
        description="label that tells clusters apart; in use when `external_labels` has it or a source maps `cluster`",
    )
    replica_label: LabelName | None = Field(
        default=None,
        description="label in which the Prometheus servers of a pair differ, so that copies of a series count once",
    )
    retention: Duration = Field(
        default=timedelta(days=15),
        description="how long Prometheus keeps series; alerts that compare with last week need 8d",
    )
    scrape_interval: Duration = Field(
        default=timedelta(seconds=30),
        description="how often targets are scraped, at most 5m; windows of rates are widened to four scrapes",
    )
    evaluation_interval: Duration = Field(
        default=timedelta(seconds=30),
        description="how often rules are evaluated, at most 5m; those of prices and costs no more than once a minute",
    )


class Grafana(Strict):
    """Where the dashboards will live."""

    url: Url | None = Field(default=None, description="address of Grafana; alerts link to their panel when it is given")
    uid_prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$", max_length=20)] = Field(
        default="llm", description="first part of every dashboard uid and of the PrometheusRule's name"
    )
    folder: Text = Field(
        default="LLM",
        description="folder of the dashboards, in the targets configmap, grafana-operator and file-provisioning",
    )
    namespace: Namespace | None = Field(
        default=None, description="metadata namespace of ConfigMaps and GrafanaDashboards; `namespace` when left out"
    )
    instance_selector: dict[KubernetesLabel, KubernetesValue] = Field(
        default={"dashboards": "grafana"},
        description="labels of the Grafana resources the Grafana operator brings the dashboards to",
    )
    provisioning_path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9/_.@ +-]*$", max_length=200)] = Field(
        default="/var/lib/grafana/dashboards",
        description="folder in which Grafana finds the dashboards of the target file-provisioning",
    )
    refresh: Duration = Field(
        default=timedelta(seconds=30),
        description="how often an open dashboard reloads; cost and behavior no more often than every 5m",
    )


class Tempo(Strict):
    """Traces of the application. ``service_name`` narrows searches to ``resource.service.name``."""

    datasource_uid: Text = Field(default="tempo", description="uid of the Tempo data source in Grafana")
    service_name: Text | None = Field(
        default=None, description="`resource.service.name` to search for; spans of every service when left out"
    )
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
    title: Text | None = Field(
        default=None, description="the service's name in dashboard titles and alert summaries; `name` when left out"
    )
    team: Text | None = Field(
        default=None, description="value of the label `team` on every alert; no such label when left out"
    )
    profile: Literal["chat", "autocomplete"] | Profile = Field(
        default="chat",
        description="largest TTFT p95 for users, in page and panels: 2s (chat), 500ms (autocomplete) or your own",
    )
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
    prometheus: Prometheus = Field(
        default=Prometheus.model_construct(),
        description="facts about the Prometheus that scrapes, evaluates and answers",
    )
    grafana: Grafana = Field(default=Grafana.model_construct(), description="where the dashboards will live")
    tempo: Tempo | None = Field(
        default=None, description="where the traces are; without it panels by user only say what they need"
    )
    langfuse: Langfuse | None = Field(
        default=None, description="where prompts and completions are; without it nothing links there"
    )
    revenue_usd_per_request: Money | None = Field(
        default=None, description="what one request earns, in USD; the margin panel needs it"
    )
    alerts: AlertSettings = Field(
        default=AlertSettings.model_construct(),
        description="parameters of pages and tickets, and labels for all of them",
    )
    recording: Recording = Field(
        default=Recording.model_construct(), description="what `dashgen record` keeps to itself"
    )
    lint: Lint = Field(
        default=Lint.model_construct(), description="findings of `dashgen lint` that are no mistake here"
    )
    runbooks: Url | None = Field(
        default=None, description="base address of runbooks; alerts append their name, dashboards link to it"
    )
    rule_labels: dict[KubernetesLabel, KubernetesValue] = Field(
        default={"release": "kube-prometheus-stack"},
        description="metadata labels the Prometheus operator selects",
    )
    namespace: Namespace | None = Field(default=None, description="metadata namespace of the PrometheusRule")
    hide: tuple[Text, ...] = Field(default=(), description="panels to leave out, as dashboard/panel")
    extend: Text | None = Field(
        default=None,
        description="function that adds panels and tickets, as file:function; the file is relative to the spec",
        examples=["./panels.py:extra"],
    )
    targets: tuple[Text, ...] = Field(
        default=("grafana-json", "prometheus-rule"),
        min_length=1,
        description="formats to write; dashboards and rules when left out",
    )

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
