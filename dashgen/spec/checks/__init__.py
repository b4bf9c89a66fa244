"""Cross-field checks of a spec: each a small function ``(Spec) -> findings``, in the order they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dashgen.spec.checks import models, recording, roles, service, sources, stacks, vantages, workloads
from dashgen.spec.checks.finding import Finding
from dashgen.spec.spec import Spec

CHECKS: tuple[Callable[[Spec], Iterator[Finding]], ...] = (
    service.uids,
    models.model_names,
    models.cloud_models,
    models.engines,
    models.price_dates,
    models.price_tiers,
    workloads.workload_pods,
    workloads.shared_pods,
    workloads.scaled_objects,
    sources.source_kinds,
    sources.source_names,
    sources.versions,
    sources.variants,
    sources.metrics,
    sources.selectors,
    sources.label_maps,
    vantages.one_kind_for_users,
    vantages.fixed_vantages,
    vantages.engines_only,
    vantages.engine_kinds,
    stacks.source_models,
    roles.pairs,
    roles.role_models,
    stacks.native_histograms,
    stacks.shared_names,
    service.intervals,
    service.prometheus_version,
    service.error_windows,
    service.queue_window,
    service.request_counts,
    service.error_classes,
    service.reserved_labels,
    service.hidden_panels,
    service.ignored_panels,
    service.targets,
    recording.private_labels,
)


def check(spec: Spec) -> Iterator[Finding]:
    """Everything the checks have to say about a spec."""
    for one in CHECKS:
        yield from one(spec)


__all__ = ["CHECKS", "Finding", "check"]
