"""GPU truth: what the hardware really does, next to the number that lies."""

from __future__ import annotations

from typing import Any

from dashgen.alerts import gpu_memory
from dashgen.dashboards.parts import fed
from dashgen.model import Override, Panel, Query, Row, Threshold
from dashgen.signals import Recorded, find, gpu
from dashgen.signals.base import Signal
from dashgen.signals.scope import Scope, cluster_as_seen, has_cluster, panel_scope
from dashgen.spec import Spec

LEGEND = "{{node}} gpu {{gpu}} {{GPU_I_ID}} {{pod}}"
LEGEND_NO_POD = "{{node}} gpu {{gpu}} {{GPU_I_ID}}"
BY_GPU = ("node", "gpu", "UUID", "GPU_I_ID", "pod")


def _panel(spec: Spec, signal: Signal, key: str, title: str, about: str, **frame: Any) -> Panel:
    scope = gpu_scope(spec)
    return fed(
        find(spec, signal, "gpu"),
        lambda s: (Query("gpu", s.value(scope, BY_GPU), LEGEND),),
        key=key,
        title=title,
        description=about,
        width=8,
        **frame,
    )


def gpu_scope(spec: Spec) -> Scope:
    """GPU series carry a namespace and, when workloads are named, a model; never a route."""
    scope = panel_scope(spec).without("route")
    return scope if gpu_memory.is_ours(spec) else scope.without("model")


def gpu_row(spec: Spec) -> Row:
    """Are the GPUs working hard, or just plugged in?"""
    share: dict[str, Any] = {"unit": "percentunit", "min": 0, "max": 1}
    panels = (
        _panel(
            spec,
            gpu.SM_ACTIVE,
            "gpu-sm-active",
            "SM active",
            "Share of streaming multiprocessors with work. Low while requests wait: the limit is memory, not compute.",
            **share,
        ),
        _panel(
            spec,
            gpu.TENSOR_ACTIVE,
            "gpu-tensor-active",
            "Tensor cores active",
            "Share of cycles the tensor cores work: what transformer inference is made of. Decode alone stays low.",
            **share,
        ),
        _memory(spec),
        _panel(
            spec,
            gpu.UTIL,
            "gpu-util",
            "GPU_UTIL (misleading)",
            "Share of time at least one kernel ran. One single stream can read 95 % on an almost idle card: judge by "
            "SM and tensor activity.",
            **share,
        ),
        _panel(
            spec,
            gpu.POWER,
            "gpu-power",
            "Power",
            "Watts per GPU. Close to the card's limit clocks go down and ITL goes up.",
            unit="watt",
            min=0,
        ),
        _panel(
            spec,
            gpu.TEMPERATURE,
            "gpu-temperature",
            "Temperature",
            "Degrees Celsius. Above 85 most data-centre cards slow down.",
            unit="celsius",
            thresholds=(Threshold(85, "orange"),),
        ),
        _panel(
            spec,
            gpu.ECC_DOUBLE_BIT,
            "gpu-ecc",
            "Uncorrected ECC errors",
            "Double-bit errors since the last reset. Anything but 0: drain the node.",
            min=0,
            thresholds=(Threshold(1),),
        ),
        _panel(
            spec,
            gpu.XID,
            "gpu-xid",
            "Last XID error",
            "Code of the most recent driver error, 0 when none. It stays until the driver reloads, so look for "
            "changes; the same code twice in a row is invisible.",
            min=0,
            thresholds=(Threshold(1, "orange"),),
        ),
        _panel(
            spec,
            gpu.ROW_REMAP_FAILURE,
            "gpu-row-remap",
            "Failed row remaps",
            "1 when the card could not replace a broken memory row: it has to be exchanged.",
            min=0,
            thresholds=(Threshold(1),),
        ),
    )
    return Row("gpu", "GPU truth", panels)


def _memory(spec: Spec) -> Panel:
    used, free = find(spec, gpu.MEMORY_USED, "gpu"), find(spec, gpu.MEMORY_FREE, "gpu")
    cluster = panel_scope(spec).without("namespace", "model", "route")
    labels = (*((cluster_as_seen(spec),) if has_cluster(spec) else ()), "node", "gpu", "UUID", "GPU_I_ID")

    def queries(used: Recorded, free: Recorded) -> tuple[Query, ...]:
        del free
        # The ratio knows no pod, so that shared GPUs are one; which are the model's, the pods' series say.
        ours = f"and on ({', '.join(labels)}) {used.value(gpu_scope(spec), labels)}"
        return (
            Query("used", f"{cluster.read(gpu_memory.RATIO)} {ours}", LEGEND_NO_POD),
            Query("limit", f"min({cluster.read(gpu_memory.LIMIT)} {ours})", "page above"),
        )

    return fed(
        (used, free),
        queries,
        key="gpu-memory",
        title="GPU memory used",
        description=(
            "Used / (used + free) framebuffer per GPU. vLLM takes its share up front, so a constant 92 % is by "
            "design; read it beside the KV cache. Above the dashed line, the lowest limit of these GPUs, it pages."
        ),
        unit="percentunit",
        min=0,
        max=1,
        width=8,
        overrides=(Override("page above", colour="red", dashed=True),),
    )
