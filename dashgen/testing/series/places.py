"""Where the series of a source come from: which models it serves, on which pods, under which labels.

The inverse of ``signals.raw.canonical`` and ``gpu``: what an exporter calls our labels, and what else it carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from dashgen.catalogue.loader import load
from dashgen.catalogue.model import Exporter, SignalUse
from dashgen.errors import Location
from dashgen.signals import raw
from dashgen.signals.feed import Feed
from dashgen.signals.resolve import source_vantage
from dashgen.signals.scope import CLUSTER, rules_see_cluster
from dashgen.spec import Model, Source, Spec
from dashgen.testing.series.entry import entry
from dashgen.testing.series.examples import examples, picks
from dashgen.testing.series.fault import fault, shown

Labels = Mapping[str, str]

DEFAULTS: Labels = {
    "engine": "0",
    "gpu": "0",
    "modelName": "NVIDIA H100 80GB HBM3",
    "outcome": "success",
    "finished_reason": "stop",
    "phase": "Running",
    "reason": "capacity",
    "prompt_template": "other",
    "gen_ai_operation_name": "chat",
    "cache_source": "device",
    "mode": "decode",
    "team_alias": "search",
    "end_user": "alice",
    "error_class": "",
    "error_type": "",
    "endpoint": "/api/chat",
}
"""Labels every series of a metric has and nobody asked about; any other is ``-``."""
NOBODY = "-"
APART = 4
"""Pods that each of several sources of one model has to itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """One model of one source on one pod. ``model`` is None for what says nothing of models."""

    source: Source
    model: Model | None
    pod: str


def served(spec: Spec, source: Source) -> tuple[Model, ...]:
    """Models a source tells about."""
    exporter = load(source.kind)
    models = [model for model in spec.models if source.model in (None, model.name)]
    if exporter.vantage == "engine":
        whole = source.role == "unified"
        others = {each.model for each in spec.sources if each.kind == source.kind and (each.role == "unified") != whole}
        models = [model for model in models if model.engine_kind == source.kind]
        return tuple(model for model in models if source.model or model.name not in others)
    if source_vantage(source) in ("engine", "gpu", "cluster"):
        return tuple(model for model in models if model.route == "local")
    return tuple(model for model in models if exporter.route in ("", raw.BY_MODEL, model.route))


def pods(spec: Spec, source: Source, model: Model | None, count: int) -> tuple[str, ...]:
    """The first ``count`` pods on which a source shows a model. GPUs and Kubernetes: of each engine source in turn."""
    if model is not None and load(source.kind).vantage == "engine":
        return _engine_pods(spec, source, model, count)
    if model is not None and source_vantage(source) in ("gpu", "cluster"):
        return _workload_pods(spec, model, count)
    return tuple(f"{source.id}-{n}" for n in range(count))


def _engine_pods(spec: Spec, source: Source, model: Model, count: int) -> tuple[str, ...]:
    """Pods of one engine source that serve a model: no other source of the model has the same ones."""
    siblings = [each for each in spec.sources if (each.kind, each.role) == (source.kind, source.role)]
    siblings = [each for each in siblings if model in served(spec, each)]
    first = siblings.index(source) * max(APART, count) if source in siblings else 0
    role = "" if source.role == "unified" else source.role
    return _named(model, first + count, role)[first:] or _named(model, count, role)


def _workload_pods(spec: Spec, model: Model, count: int) -> tuple[str, ...]:
    engines = [source for source in spec.sources if source.kind == model.engine_kind and model in served(spec, source)]
    each = [_engine_pods(spec, source, model, count) for source in engines]
    in_turn = (pod for pods in zip_longest(*each) for pod in pods if pod is not None)
    return tuple(dict.fromkeys(in_turn)) or _named(model, count, "")


def _named(model: Model, count: int, having: str) -> tuple[str, ...]:
    """Names of pods that are of the model's workload."""
    if model.workload:
        return examples(model.workload.pods, count, having)
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in model.name.lower()).strip("-")
    return tuple("-".join(filter(None, (plain or "model", having, str(n)))) for n in range(count))


def reported(exporter: Exporter, model: Model) -> str:
    """What a source calls a model: engines by the name it was loaded under, where the spec knows one."""
    return model.aliases[0] if exporter.vantage == "engine" and model.aliases else model.name


class Namer:
    """Labels of the series of one source; keeps what is the same for all of them."""

    def __init__(self, spec: Spec, source: Source, where: Location) -> None:
        self.spec, self.source, self.where = spec, source, where
        self.exporter = load(source.kind)
        self.vantage = source_vantage(source)

    def labels(self, place: Place, use: SignalUse, told: Labels) -> dict[str, str]:
        """Labels of a series of a metric: what the place says, what was ``told``, what the selector asks for.

        ``told`` are raw labels; an empty one leaves a label out.
        """
        feed = Feed(self.source, self.exporter, (use,))
        names = raw.label_map(self.spec, feed)
        carried = entry(self.source.version, self.exporter, use.metric).labels
        found = {label: DEFAULTS.get(label, NOBODY) for label in carried}
        found |= self._place(place, use, carried, names)
        found |= {**use.match, **told}
        if "UUID" in carried:
            found |= {"UUID": f"GPU-{place.pod}-{found['gpu']}", "device": f"nvidia{found['gpu']}", **told}
        return {label: value for label, value in self._selected(found).items() if value}

    def target(self, place: Place) -> dict[str, str]:
        """Labels of ``up`` of the target that shows a place."""
        found = self._scraped(place) | self._outside(raw.label_map(self.spec, Feed(self.source, self.exporter, ())))
        known = {*found, *self.exporter.target_labels}
        return {label: value for label, value in self._selected(found).items() if value and label in known}

    def _place(self, place: Place, use: SignalUse, carried: tuple[str, ...], names: Labels) -> dict[str, str]:
        found = self._scraped(place) | self._outside(names)
        model = place.model
        if model is None:
            return found
        if self.vantage in ("gpu", "cluster"):
            return found | self._held(place.pod, model, carried, names)
        if "model" in names:
            for label in (names["model"], use.copy.get(names["model"], names["model"])):
                if label in carried or label == names["model"] not in use.copy:
                    found[label] = reported(self.exporter, model)
        if "route" in names:
            found[names["route"]] = model.route
        return found

    def _scraped(self, place: Place) -> dict[str, str]:
        """What the scrape says of its target: the pod itself, or an exporter that tells of others."""
        model, names = place.model, raw.label_map(self.spec, Feed(self.source, self.exporter, ()))
        if self.vantage in ("gpu", "cluster"):
            pod = f"{self.source.id}-0"
            return {"namespace": "monitoring", "pod": pod, "instance": f"{pod}:{self.exporter.port}"}
        workload = model.workload if model and self.exporter.vantage == "engine" else None
        return {
            names.get("namespace", "namespace"): workload.namespace if workload else self.source.id,
            names.get("pod", "pod"): place.pod,
            "instance": f"{place.pod}:{self.exporter.port}",
        }

    def _held(self, pod: str, model: Model, carried: tuple[str, ...], names: Labels) -> dict[str, str]:
        """What an exporter tells of a pod that is not its own."""
        found = {names.get("namespace", "namespace"): model.workload.namespace if model.workload else "default"}
        node = names.get("node", "")
        if pod:
            found[names.get("pod", "pod")] = pod
        if node in carried and pod:
            found[node] = f"node-of-{pod}"
        return found

    def _outside(self, names: Labels) -> dict[str, str]:
        """What Prometheus adds on the way out, where rules run above it; the cluster also where a source says it."""
        prometheus, found = self.spec.prometheus, {}
        outer = prometheus.external_labels
        if CLUSTER in self.source.labels or rules_see_cluster(self.spec):
            found[names[CLUSTER]] = outer.get(prometheus.cluster_label, "cluster-1")
        if prometheus.replica_label and prometheus.rules == "global":
            found[prometheus.replica_label] = outer.get(prometheus.replica_label, "a")
        return found

    def _selected(self, found: dict[str, str]) -> dict[str, str]:
        """The labels so that the source's selector picks them.

        Raises:
            InputError: when no value is known that it picks.
        """
        for label, matcher in self.source.selector.items():
            operator, value = matcher.operator()
            have = found.get(label, "")
            if picks(operator, value, have):
                continue
            options = {"=": (value,), "!=": ("", "other"), "=~": examples(value), "!~": ("", "other")}[operator]
            picked = next((option for option in options if picks(operator, value, option)), None)
            if picked is None:
                raise fault(
                    self.where,
                    f"no text is known that the selector {label}{operator}{shown(value)} of {self.source.id} picks",
                    "a regular expression that is easier to read",
                    "simplify the source's selector, or play its series as a `metric`",
                )
            found[label] = picked
        return found
