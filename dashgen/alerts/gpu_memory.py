"""LLMGPUMemoryHigh: close to an out-of-memory crash, by more than the engine reserved on purpose."""

from __future__ import annotations

from dashgen.alerts.common import Built, make_alert
from dashgen.catalogue.version import Version, VersionRange
from dashgen.model import Alert, Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql.selector import aggregate, number
from dashgen.signals import Recorded, find
from dashgen.signals.gpu import MEMORY_FREE, MEMORY_RESERVED, MEMORY_USED
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, service_scope
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMGPUMemoryHigh"
RATIO = "llm:gpu_memory_usage_gpu:ratio"
LIMIT = "llm:gpu_memory_usage_gpu:limit"
MARGIN = 0.02
"""How far above what the engine reserves by design the page starts."""

VLLM_DEFAULT_FRACTION = (("0.20.0", 0.92), ("0.0.0", 0.9))
"""Default of vLLM's --gpu-memory-utilization (share of *total* memory) since each version."""


def gpu_labels(spec: Spec) -> tuple[str, ...]:
    """Labels of one GPU or MIG instance; pods are left out, so that time-sliced duplicates are one GPU."""
    return (*cluster_labels(spec), "node", "gpu", "UUID", "GPU_I_ID")


def reserved_fraction(spec: Spec) -> float:
    """The largest share of GPU memory that any engine of the spec takes up front; 0 when none does."""
    fractions = []
    for model in spec.models:
        if model.engine_kind != "vllm":
            continue
        if model.serving and model.serving.gpu_memory_utilization:
            fractions.append(model.serving.gpu_memory_utilization)
        else:
            fractions += [_default_fraction(source.version) for source in spec.sources if source.kind == "vllm"]
    return max(fractions, default=0.0)


def _default_fraction(version: str | None) -> float:
    """vLLM's default at the newest version a source may run."""
    if version is None:
        return VLLM_DEFAULT_FRACTION[0][1]
    versions = VersionRange.parse(version)
    return next(fraction for since, fraction in VLLM_DEFAULT_FRACTION if versions.reaches(Version.parse(since)))


def limit(spec: Spec) -> float:
    """The limit where reserved memory is unknown: the threshold, or what the engine takes plus a margin."""
    return round(max(spec.alerts.gpu_memory.threshold, reserved_fraction(spec) + MARGIN), 4)


def _limit_expr(spec: Spec, scope: Scope) -> str:
    """The limit per GPU. The engine's share is of *total* memory, the ratio leaves the driver's part out."""
    labels = gpu_labels(spec)
    used, free, reserved = (find(spec, signal, "gpu") for signal in (MEMORY_USED, MEMORY_FREE, MEMORY_RESERVED))
    # Aggregated to the labels of the other branch: with llm_service left on, `or` would keep both of each GPU.
    flat = f"0 * {aggregate('max', labels, scope.read(RATIO))} + {number(limit(spec))}"
    fraction = reserved_fraction(spec)
    if not (isinstance(used, Recorded) and isinstance(free, Recorded) and isinstance(reserved, Recorded)):
        return flat
    if fraction == 0:
        return flat
    usable = f"({used.value(scope, labels)} + {free.value(scope, labels)})"
    total = f"({usable} + {reserved.value(scope, labels)})"
    floor = number(spec.alerts.gpu_memory.threshold)
    return f"clamp_min({number(fraction)} * {total} / {usable} + {number(MARGIN)}, {floor})\nor {flat}"


def is_ours(spec: Spec) -> bool:
    """Whether the GPU series are known to belong to this service: pods are mapped to its models."""
    return any(model.workload for model in spec.models)


def _alert(spec: Spec) -> Alert:
    scope, settings = service_scope(spec), spec.alerts.gpu_memory
    return make_alert(
        spec,
        NAME,
        f"{scope.read(RATIO)} > {scope.read(LIMIT)}",
        severity="page" if is_ours(spec) else "ticket",
        summary="GPU {{ $labels.gpu }} on {{ $labels.node }} is almost out of memory",
        description=(
            "{{ $value | humanizePercentage }} of the memory of GPU {{ $labels.gpu }} ({{ $labels.UUID }}) on "
            f"{{{{ $labels.node }}}} is used, for {duration_text(settings.for_)}. An out-of-memory crash takes the "
            "whole pod down. First look: which pods hold the GPU, what else runs on it."
        ),
        panel=PanelRef("service-health", "gpu-memory"),
        wait=settings.for_,
    )


def _why_no_page(spec: Spec) -> Missing | None:
    if limit(spec) >= 1:
        fraction = number(reserved_fraction(spec))
        return Missing(
            "room above what the engine takes",
            f"gpu_memory_utilization {fraction} leaves nothing that could be used on top",
            "lower gpu_memory_utilization to 0.95 or less, or watch kv-cache and preemptions instead",
        )
    if not is_ours(spec):
        return Missing(
            "GPU memory of this service",
            "GPUs are not mapped to this service's pods, so it is a ticket",
            "give the local models a workload (namespace and pods) and run dcgm-exporter with pod mapping",
        )
    return None


def build(spec: Spec) -> Built:
    """The page (a ticket while GPUs are not mapped to our pods) and its records."""
    used, free = find(spec, MEMORY_USED, "gpu"), find(spec, MEMORY_FREE, "gpu")
    if isinstance(used, Missing):
        return Built(missing=(MissingAlert(NAME, used),))
    if isinstance(free, Missing):
        return Built(missing=(MissingAlert(NAME, free),))
    scope, labels = service_scope(spec), gpu_labels(spec)
    used_bytes, free_bytes = used.value(scope, labels), free.value(scope, labels)
    records = (
        RecordingRule(RATIO, f"{used_bytes}\n/ ({used_bytes} + {free_bytes})", {SERVICE: spec.name}),
        RecordingRule(LIMIT, _limit_expr(spec, scope), {SERVICE: spec.name}),
    )
    gap = _why_no_page(spec)
    missing = (MissingAlert(NAME, gap),) if gap else ()
    return Built(records, () if limit(spec) >= 1 else (_alert(spec),), missing)
