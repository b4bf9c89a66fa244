"""LLMGPUMemoryUnreported: GPUs of ours whose memory nobody reports, which the memory page cannot see.

MIG instances lack framebuffer metrics on some cards (dcgm-exporter#512): they work, and no FB_USED says how full.
"""

from __future__ import annotations

from datetime import timedelta

from dashgen.alerts.common import Built, make_alert
from dashgen.alerts.gpu_memory import gpu_labels, is_ours
from dashgen.model import PanelRef, RecordingRule
from dashgen.promql.selector import aggregate
from dashgen.signals import gpu
from dashgen.signals.resolve import recorded
from dashgen.signals.scope import SERVICE, service_scope
from dashgen.spec import Spec

UNREPORTED = "llm:gpu_memory_unreported_gpu:bool"
WORKING = (gpu.ENGINE_ACTIVE, gpu.TENSOR_ACTIVE, gpu.SM_ACTIVE, gpu.UTIL)
"""What a GPU or MIG instance reports when it reports anything, the most reliable first."""


def build(spec: Spec) -> Built:
    """The ticket and its record."""
    used = recorded(spec, gpu.MEMORY_USED, "gpu")
    working = next((found for signal in WORKING if (found := recorded(spec, signal, "gpu"))), None)
    if used is None or working is None or not is_ours(spec):
        return Built()
    scope, labels = service_scope(spec), gpu_labels(spec)
    seen = aggregate("group", labels, scope.read(working.value_record()))
    expr = f"{seen}\nunless {used.value(scope, labels)}"
    alert = make_alert(
        spec,
        "LLMGPUMemoryUnreported",
        scope.read(UNREPORTED),
        severity="ticket",
        summary="GPU {{ $labels.gpu }} {{ $labels.GPU_I_ID }} on {{ $labels.node }} does not report its memory",
        description=(
            "GPU {{ $labels.gpu }} {{ with $labels.GPU_I_ID }}(MIG instance {{ . }}) {{ end }}on {{ $labels.node }} "
            "works for this service and dcgm-exporter shows no framebuffer metric of it: LLMGPUMemoryHigh does not see "
            "it. First look: is FB_USED in the counters file, does the driver report it for MIG instances?"
        ),
        panel=PanelRef("service-health", "gpu-memory"),
        wait=timedelta(minutes=15),
    )
    return Built((RecordingRule(UNREPORTED, expr, {SERVICE: spec.name}),), (alert,))
