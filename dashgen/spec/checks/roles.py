"""Checks of prefill and decode: in pairs, and each with the model it is of."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.sources import Source
from dashgen.spec.spec import Spec


def pairs(spec: Spec) -> Iterator[Finding]:
    """Prefill and decode engines come in pairs of one kind and model: each answers what the other does not."""
    for index, source in _engines(spec):
        other = {"prefill": "decode", "decode": "prefill"}.get(source.role)
        if other is None or any(_pair(source, each) for _, each in _engines(spec) if each.role == other):
            continue
        whose = f" for the model {source.model}" if source.model else ""
        yield Finding(
            ("sources", index, "role"),
            f"a {source.role} engine without any {other} engine of kind {source.kind}{whose}",
            f"a source of that kind with `role: {other}` beside it: tokens and ends of requests are counted by the "
            "decode engine, prompts and TTFT by the prefill engine",
            f"add the {other} source, or write `role: unified`",
            reads=(("sources",),),
        )


def _engines(spec: Spec) -> Iterator[tuple[int, Source]]:
    return ((index, source) for index, source in known.sources(spec) if known.vantage(source) == "engine")


def _pair(one: Source, two: Source) -> bool:
    return one.kind == two.kind and (None in (one.model, two.model) or one.model == two.model)


def role_models(spec: Spec) -> Iterator[Finding]:
    """Where engines of one kind have several roles and serve several models, each says which model it is of."""
    engines = list(_engines(spec))
    for index, source in engines:
        roles = {each.role for _, each in engines if each.kind == source.kind}
        served = [model.name for model in spec.models if model.engine_kind == source.kind]
        unnamed = "model" not in source.labels and not known.exporter(source.kind).names_models
        if source.model is not None or len(roles) < 2 or len(served) < 2 or unnamed:
            continue
        yield Finding(
            ("sources", index, "kind"),
            f"sources of kind {source.kind} have the roles {', '.join(sorted(roles))}, and {len(served)} models are "
            "served by this kind: which of them this source is of cannot be told",
            f"`model` at each source of kind {source.kind}",
            "add `model: `, the name of the model it serves; one source for each model and role",
            reads=(("models",), ("sources",)),
        )
