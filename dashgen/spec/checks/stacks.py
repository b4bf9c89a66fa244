"""Checks of how sources fit together: series of one name that two sources read, roles, models nobody names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.spec.sources import Matcher, Source
from dashgen.spec.spec import Spec
from dashgen.spec.words import closest, listing, quote

NATIVE_SINCE = (3, 0)
"""First Prometheus whose rules and promtool take native histograms without experimental syntax."""


def _known(spec: Spec) -> Iterator[tuple[int, Source]]:
    for index, source in enumerate(spec.sources):
        if source.kind in known.kinds():
            yield index, source


def source_models(spec: Spec) -> Iterator[Finding]:
    """An exporter that names no model needs to be told which model it is of."""
    for index, source in _known(spec):
        entry = known.exporter(source.kind)
        if source.model is not None:
            yield from _model_exists(spec, index, source)
        elif (
            entry.vantage in ("client", "gateway", "engine") and not entry.names_models and "model" not in source.labels
        ):
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


def roles(spec: Spec) -> Iterator[Finding]:
    """Prefill and decode engines come in pairs: each answers what the other does not."""
    have = {source.role for source in spec.sources}
    for index, source in enumerate(spec.sources):
        other = {"prefill": "decode", "decode": "prefill"}.get(source.role)
        if other and other not in have:
            yield Finding(
                ("sources", index, "role"),
                f"a {source.role} engine without any {other} engine",
                f"a source with `role: {other}` beside it: tokens and ends of requests are counted by the decode "
                "engine, prompts and TTFT by the prefill engine",
                f"add the {other} source, or write `role: unified`",
                reads=(("sources",),),
            )


def native_histograms(spec: Spec) -> Iterator[Finding]:
    """Native histograms need a Prometheus that knows them."""
    match = re.match(r"v?([0-9]{1,4})\.([0-9]{1,4})", spec.prometheus.version)
    if spec.prometheus.flavour != "prometheus" or match is None:
        return
    if (int(match[1]), int(match[2])) >= NATIVE_SINCE:
        return
    for index, source in enumerate(spec.sources):
        if source.histograms == "native":
            version: Path = ("prometheus", "version")
            yield Finding(
                ("sources", index, "histograms"),
                f"native histograms, and Prometheus is {spec.prometheus.version}",
                "Prometheus 3.0 or newer for native histograms in rules",
                'upgrade and write `prometheus: {version: "3.5"}`, or write `histograms: classic`',
                reads=(version,),
            )


def shared_names(spec: Spec) -> Iterator[Finding]:
    """Two exporters that use one metric name must be told apart by their selectors, or series count twice."""
    sources = list(_known(spec))
    for place, (index, source) in enumerate(sources):
        for other, first in sources[:place]:
            if first.kind == source.kind or _disjoint(first, source):
                continue
            shared = _names(first) & _names(source)
            if shared:
                yield Finding(
                    ("sources", index, "selector"),
                    f"{source.kind} and {first.kind} both expose {min(shared)}, and their selectors may pick the same "
                    "series",
                    "selectors that cannot overlap: one label with a different value in each",
                    "name the job in both, such as `job: vllm` and `job: router`",
                    reads=(("sources", index, "kind"), ("sources", other, "kind")),
                    other=("sources", other, "selector"),
                )


def _names(source: Source) -> frozenset[str]:
    return frozenset(known.metrics(source.kind))


def _disjoint(one: Source, two: Source) -> bool:
    """Whether no series can match both selectors, as far as plain values can tell."""
    both = one.selector.keys() & two.selector.keys()
    return any(_apart(one.selector[label], two.selector[label]) for label in both)


def _apart(one: Matcher, two: Matcher) -> bool:
    if one.equals is not None:
        return not _accepts(two, one.equals)
    if two.equals is not None:
        return not _accepts(one, two.equals)
    return False


def _accepts(matcher: Matcher, value: str) -> bool:
    operator, text = matcher.operator()
    if operator in ("=", "!="):
        return (text == value) == (operator == "=")
    try:
        # RE2 and Python agree on what job names are matched with; anything stranger may overlap.
        found = re.fullmatch(text, value) is not None
    except re.error:
        return True
    return found == (operator == "=~")
