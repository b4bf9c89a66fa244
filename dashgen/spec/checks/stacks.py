"""Checks of how sources fit together: requests and series that two sources count, models nobody names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.checks.overlap import disjoint
from dashgen.spec.document import Path
from dashgen.spec.sources import Source
from dashgen.spec.spec import Spec
from dashgen.spec.words import closest, listing, quote

NATIVE_SINCE = (3, 0)
"""First Prometheus whose rules and promtool take native histograms without experimental syntax."""


def source_models(spec: Spec) -> Iterator[Finding]:
    """An exporter that names no model needs to be told which model it is of."""
    for index, source in known.sources(spec):
        entry = known.exporter(source.kind)
        if entry.vantage in ("gpu", "cluster"):
            continue
        if source.model is not None:
            yield from _model_exists(spec, index, source)
        elif not entry.names_models and "model" not in source.labels:
            served = [model.name for model in spec.models if model.engine_kind == source.kind]
            if len(served) != 1:
                yield Finding(
                    ("sources", index, "kind"),
                    f"series of {source.kind} do not name their model, and {len(served)} models have this engine",
                    "`model`, the model all series of this source are of; one source for each model",
                    f"add `model: {served[0]}`" if served else f"write `engine: {source.kind}` at a model of the spec",
                    reads=(("models",),),
                )


def _model_exists(spec: Spec, index: int, source: Source) -> Iterator[Finding]:
    names = tuple(model.name for model in spec.models)
    if source.model in names:
        return
    meant = closest(source.model or "", names)
    yield Finding(
        ("sources", index, "model"),
        f"the source is of the model {quote(source.model or '')}, which the spec does not have",
        f"one of {listing(names)}",
        f"write `{meant}`" if meant else "correct the name, or add the model",
        reads=(("models",),),
    )


def native_histograms(spec: Spec) -> Iterator[Finding]:
    """Native histograms need an exporter that has histograms, and a Prometheus that knows native ones."""
    match = re.match(r"v?([0-9]{1,4})\.([0-9]{1,4})", spec.prometheus.version)
    too_old = match is not None and (int(match[1]), int(match[2])) < NATIVE_SINCE
    for index, source in known.sources(spec):
        if source.histograms != "native":
            continue
        path: Path = ("sources", index, "histograms")
        if not any(metric.type == "histogram" for metric in known.exporter(source.kind).metrics):
            yield Finding(
                path,
                f"native histograms of {source.kind}, which has no histograms",
                "`histograms` only for exporters that have some",
                "remove `histograms`",
                reads=(("sources", index, "kind"),),
            )
        elif spec.prometheus.flavour == "prometheus" and too_old:
            yield Finding(
                path,
                f"native histograms, and Prometheus is {spec.prometheus.version}",
                "Prometheus 3.0 or newer for native histograms in rules",
                'upgrade and write `prometheus: {version: "3.5"}`, or write `histograms: classic`',
                reads=(("prometheus", "version"), ("prometheus", "flavour")),
            )


def shared_names(spec: Spec) -> Iterator[Finding]:
    """Two sources that show one metric name must be told apart by their selectors, or its series count twice."""
    sources = list(known.sources(spec))
    for place, (index, source) in enumerate(sources):
        for other, first in sources[:place]:
            shared = None if disjoint(first, source) else _both_expose(first, source)
            if shared is None:
                continue
            again = first.kind == source.kind and first.selector == source.selector
            yield Finding(
                ("sources", index, "selector"),
                f"the selector of {quote(first.id)} again: its series would be counted twice"
                if again
                else f"{source.id} and {first.id} both expose {shared}, and their selectors may pick the same series",
                "selectors that cannot overlap: one label with another value, or an expression that begins differently",
                "remove one of the two, or narrow both"
                if again
                else "name the job in both, such as `job: vllm-a` and `job: vllm-b`",
                reads=(("sources", index, "kind"), ("sources", other, "kind")),
                other=("sources", other, "selector"),
            )
            break


def _both_expose(one: Source, two: Source) -> str | None:
    """A name that both show in the versions of the spec: the one by which an exporter is known, else the first."""
    both = set(known.metrics(one.kind)) & set(known.metrics(two.kind))
    presence = known.exporter(two.kind).presence.metric
    names = sorted(both, key=lambda name: (name != presence, name))
    return next((name for name in names if known.exposes(one, name) and known.exposes(two, name)), None)
