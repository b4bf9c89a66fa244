"""Which series an expression reads: all of this service, or what the dashboard's variables select."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from dashgen.promql.selector import Match, vector
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

SERVICE = "llm_service"
SOURCE = "llm_source"
CLUSTER = "cluster"
PRICE = "llm:price:usd_per_mtok"
"""Recorded price by model, route, kind of token and basis (list or standard)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Matchers put on every recorded series an expression reads, and how far back it looks.

    ``replica`` is the label in which copies of one series differ: each Prometheus of a pair records its own.
    """

    matches: tuple[Match, ...]
    offset: timedelta | None = None
    replica: str = ""

    def read(self, record: str, extra: Iterable[Match] = (), *, native: bool = False) -> str:
        """The recorded series ``record`` within this scope; ``native`` when it holds native histograms."""
        series = vector(record, (*self.matches, *extra))
        series = f"{series} offset {duration_text(self.offset)}" if self.offset else series
        return f"{one_of('avg' if native else 'max', self.replica)} ({series})" if self.replica else series

    def ago(self, offset: timedelta) -> Scope:
        """The same series that long ago."""
        return replace(self, offset=offset)

    def where(self, *extra: Match) -> Scope:
        """The scope with more matchers."""
        return replace(self, matches=(*self.matches, *extra))

    def without(self, *labels: str) -> Scope:
        """The scope less its matchers on ``labels``, for series that do not carry them."""
        return replace(self, matches=tuple(match for match in self.matches if match.label not in labels))


def one_of(operator: str, replica: str) -> str:
    """What makes one series of the copies that pairs of Prometheus keep: the highest, as one may lag behind.

    Native histograms know no highest; of equal copies the average is the same.
    """
    return f"{operator} without ({replica})"


def service_scope(spec: Spec) -> Scope:
    """Every series of the service: what alerts and recording rules read."""
    return Scope((Match(SERVICE, "=", spec.name),))


def has_cluster(spec: Spec) -> bool:
    """Whether series seen by Grafana carry the cluster label."""
    mapped = any("cluster" in source.labels for source in spec.sources)
    return mapped or spec.prometheus.cluster_label in spec.prometheus.external_labels


def rules_see_cluster(spec: Spec) -> bool:
    """Whether rules see the cluster label: only above the scraping Prometheus, which adds it on the way out."""
    return has_cluster(spec) and spec.prometheus.rules == "global"


def cluster_as_seen(spec: Spec) -> str:
    """What Grafana finds the cluster under: our canonical label, or the one added on the way out of Prometheus."""
    return CLUSTER if rules_see_cluster(spec) else spec.prometheus.cluster_label


def seen_scope(spec: Spec) -> Scope:
    """Every series of the service as Grafana sees it: chosen clusters only, one of two replicas.

    Series without a cluster (facts of the spec, above all Prometheus servers) belong to every cluster.
    """
    matches = service_scope(spec).matches
    if has_cluster(spec):
        matches = (*matches, Match(cluster_as_seen(spec), "=~", f"|${CLUSTER}", raw=True))
    return Scope(matches, replica=_replica(spec))


def _replica(spec: Spec) -> str:
    return (spec.prometheus.replica_label or "") if spec.prometheus.rules == "local" else ""


def panel_scope(spec: Spec) -> Scope:
    """What the dashboard's variables select."""
    labels = {cluster_as_seen(spec): CLUSTER} if has_cluster(spec) else {}
    labels |= {name: name for name in ("namespace", "model", "route")}
    chosen = tuple(Match(label, "=~", f"${variable}", raw=True) for label, variable in labels.items())
    return Scope((*service_scope(spec).matches, *chosen), replica=_replica(spec))


def fact_scope(spec: Spec) -> Scope:
    """What the variables select among facts of the spec (prices, limits), which have a model and a route."""
    return panel_scope(spec).without(cluster_as_seen(spec), "namespace")


def route_labels(spec: Spec) -> tuple[str, ...]:
    """Labels of one model on one route, as rules see them."""
    return (*cluster_labels(spec), "namespace", "model", "route")


def cluster_labels(spec: Spec) -> tuple[str, ...]:
    """The cluster label, when rules see it."""
    return (CLUSTER,) if rules_see_cluster(spec) else ()
