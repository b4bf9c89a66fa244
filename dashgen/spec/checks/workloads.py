"""Checks of the workloads: pods that belong to one model each, ScaledObjects that somebody watches."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.spec.checks.finding import Finding
from dashgen.spec.checks.overlap import pods_overlap
from dashgen.spec.checks.regex import regex_problem
from dashgen.spec.document import Path
from dashgen.spec.spec import Spec
from dashgen.spec.words import quote

AUTOSCALING = ("keda", "kube-state-metrics")
"""Kinds that know ScaledObjects: requests that wait, and replicas."""


def workload_pods(spec: Spec) -> Iterator[Finding]:
    """``workload.pods`` is an RE2 expression."""
    for index, model in enumerate(spec.models):
        problem = regex_problem(model.workload.pods) if model.workload else None
        if problem and model.workload:
            yield Finding(
                ("models", index, "workload", "pods"),
                f"the regular expression {quote(model.workload.pods)} is not RE2: {problem}",
                "an expression that Prometheus (RE2) accepts",
                "write it without; escape characters that are meant literally with a backslash",
            )


def shared_pods(spec: Spec) -> Iterator[Finding]:
    """A pod serves one model, or its GPUs would be charged to one that does not hold them."""
    given = [(index, model, model.workload) for index, model in enumerate(spec.models) if model.workload]
    for place, (index, model, workload) in enumerate(given):
        for other, first, theirs in given[:place]:
            if workload.namespace != theirs.namespace or not pods_overlap(theirs.pods, workload.pods):
                continue
            path: Path = ("models", index, "workload", "pods")
            yield Finding(
                path,
                f"{quote(workload.pods)} of {quote(model.name)} and {quote(theirs.pods)} of {quote(first.name)} match "
                "the same pods: their GPUs would be charged to the wrong model",
                "expressions that no pod of the namespace matches two of",
                f"narrow one, such as {quote('qwen-[0-9].*')} beside {quote('qwen-big-.*')}; pods that serve several "
                "models go to one of them",
                reads=(("models", index, "workload", "namespace"), ("models", other, "workload", "namespace")),
                other=("models", other, "workload", "pods"),
            )
            break


def scaled_objects(spec: Spec) -> Iterator[Finding]:
    """A ScaledObject scales one kind of pod, and takes an exporter that knows it."""
    watched = any(source.kind in AUTOSCALING for source in spec.sources)
    for index, model in enumerate(spec.models):
        if model.workload is None or model.workload.scaled_object is None:
            continue
        path: Path = ("models", index, "workload", "scaled_object")
        roles = [
            source.role
            for source in spec.sources
            if source.kind == model.engine_kind and source.role != "unified" and source.model in (None, model.name)
        ]
        if roles:
            yield Finding(
                path,
                f"one ScaledObject of {quote(model.name)}, which is served by engines with `role: {roles[0]}`",
                "no `scaled_object` beside prefill and decode engines: each scales by itself, and one cannot mean both",
                "remove `scaled_object`, or `role` where one engine does both",
                reads=(("models", index, "name"), ("sources",)),
                key=True,
            )
        elif not watched:
            yield Finding(
                path,
                f"the ScaledObject {quote(model.workload.scaled_object)} has no effect: no source knows it",
                "a source of kind keda, for requests that wait, or kube-state-metrics, for replicas",
                "add `- {kind: keda, selector: {job: keda-operator}}` to `sources`, or remove `scaled_object`",
                reads=(("sources",),),
                key=True,
            )
