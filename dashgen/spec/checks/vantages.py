"""Checks of where sources stand: who speaks for users, which kinds are engines, what only engines have."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.spec.sources import Source
from dashgen.spec.spec import Spec
from dashgen.spec.words import listing, quote

REQUESTS = ("client", "gateway", "engine")
"""Vantages that see requests; hardware and Kubernetes see nothing of them."""


def one_kind_for_users(spec: Spec) -> Iterator[Finding]:
    """Two kinds at the users' side see the same requests, so adding them up counts each twice."""
    first: dict[str, tuple[int, Source]] = {}
    told: set[str] = set()
    for index, source in known.sources(spec):
        vantage = known.vantage(source)
        if vantage not in ("client", "gateway"):
            continue
        other, chosen = first.setdefault(vantage, (index, source))
        if chosen.kind == source.kind or source.kind in told:
            continue
        told.add(source.kind)
        yield Finding(
            ("sources", index, "kind"),
            f"{source.kind} beside {chosen.kind}: two kinds of {vantage} that see the same requests",
            f"one kind of source with vantage {vantage}: the one nearest to the users speaks for every request, and "
            "another would count each again",
            "keep one of the two; services that really are two get a spec each",
            reads=(("sources", index, "vantage"), ("sources", other, "kind"), ("sources", other, "vantage")),
            other=("sources", other, "kind"),
        )


def fixed_vantages(spec: Spec) -> Iterator[Finding]:
    """What sees requests may stand elsewhere among them; a GPU or cluster exporter sees nothing else."""
    for index, source in known.sources(spec):
        usual = known.exporter(source.kind).vantage
        possible = REQUESTS if usual in REQUESTS else (usual,)
        if source.vantage is not None and source.vantage not in possible:
            yield Finding(
                ("sources", index, "vantage"),
                f"{source.kind} with vantage {source.vantage}",
                f"vantage {usual}, which is what {source.kind} measures",
                "remove `vantage`, or correct `kind`",
                reads=(("sources", index, "kind"),),
            )


def engines_only(spec: Spec) -> Iterator[Finding]:
    """Roles are those of engines; a model is of what serves or calls it."""
    for index, source in known.sources(spec):
        reads: tuple[Path, ...] = (("sources", index, "kind"), ("sources", index, "vantage"))
        if source.role != "unified" and known.vantage(source) != "engine":
            yield Finding(
                ("sources", index, "role"),
                f"`role: {source.role}` at {source.kind}, which is no engine",
                "a role at engines only: a request passes two of them, and everything else once",
                "remove `role`",
                reads=reads,
            )
        if source.model is not None and known.exporter(source.kind).vantage not in REQUESTS:
            yield Finding(
                ("sources", index, "model"),
                f"`model` at {source.kind}, whose series are of every model",
                "`model` at applications, gateways and engines; GPUs and pods find their model by its `workload`",
                "remove `model`",
                reads=reads,
            )


def engine_kinds(spec: Spec) -> Iterator[Finding]:
    """A model's engine is a kind that serves models, or one that a source puts in the engine's place."""
    placed = {source.kind for _, source in known.sources(spec) if source.vantage == "engine"}
    for index, model in enumerate(spec.models):
        kind = model.engine
        if model.route != "local" or kind is None or kind not in known.kinds() or kind in placed:
            continue
        if known.exporter(kind).vantage != "engine":
            engines = tuple(name for name in known.kinds() if known.exporter(name).vantage == "engine")
            yield Finding(
                ("models", index, "engine"),
                f"{quote(kind)} is no engine",
                f"one of {listing(engines)}",
                "name the engine that serves the model; gateways and exporters around it are `sources`",
                reads=(("models", index, "route"), ("sources",)),
            )
