"""Which alert explains which: inhibitions of Alertmanager.

The names, and the labels that have to be equal, are facts about the alerts, kept here and compared with the alerts
that exist by a test: targets do not know how alerts are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dashgen.emit.matchers import matcher
from dashgen.model import Bundle
from dashgen.spec import Spec

Mapping = dict[str, Any]

TARGET_DOWN = ("InstanceDown", "PrometheusTargetMissing", "TargetDown")
"""What alerts on ``up == 0`` are called: kube-prometheus, the Prometheus documentation, awesome-prometheus-alerts."""
TELEMETRY = "LLMTelemetryMissing"


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While one of ``causes`` fires, ``effects`` about the same thing are not notified.

    ``same`` are labels that have to be equal and present. ``cause_is`` and ``effect_is`` narrow either side to
    label values; ``engines`` narrows the effect to the engines of the spec's local models.
    """

    why: str
    causes: tuple[str, ...]
    effects: tuple[str, ...]
    same: tuple[str, ...] = ()
    cause_is: dict[str, str] = field(default_factory=dict)
    engines: bool = False


INHIBITIONS = (
    Inhibition(
        "Requests that queue or fail make users of that model wait: one page says it.",
        causes=("LLMErrorRateHigh", "LLMRequestsQueued"),
        effects=("LLMTimeToFirstTokenHigh",),
        same=("model", "route"),
    ),
    Inhibition(
        "The page already says that requests wait.",
        causes=("LLMRequestsQueued",),
        effects=("LLMQueueTimeHigh",),
        same=("model", "route"),
    ),
    Inhibition(
        "The service spends more because each request costs more.",
        causes=("LLMCostPerRequestDoubled",),
        effects=("LLMSpendRateDoubled",),
        cause_is={"level": "service"},
    ),
    Inhibition(
        "Requests that wait while no replica is ready: the engine is not there to report.",
        causes=("LLMRequestsQueued",),
        effects=(TELEMETRY,),
        same=("model",),
        engines=True,
    ),
)


def cluster_label(spec: Spec) -> str:
    """The label of the cluster on alerts: ours from rules over all clusters, else the one Prometheus adds."""
    return "cluster" if spec.prometheus.rules == "global" else spec.prometheus.cluster_label


def inhibit_rules(bundle: Bundle, spec: Spec) -> list[tuple[str, Mapping]]:
    """(reason, rule of Alertmanager) of everything that the alerts of this bundle can inhibit."""
    names = {alert.name for alert in bundle.alerts()}
    rules = [(each.why, _rule(spec, each, names)) for each in INHIBITIONS if _applies(spec, each, names)]
    if TELEMETRY in names:
        rules += _target_rules(spec)
    return rules


def _applies(spec: Spec, inhibition: Inhibition, names: set[str]) -> bool:
    """Whether both sides exist, and the labels that tell alerts apart are not the same on all of them."""
    telling = {*inhibition.same, *inhibition.cause_is, *(["llm_exporter"] if inhibition.engines else [])}
    return (
        telling.isdisjoint(spec.alerts.labels)
        and not names.isdisjoint(inhibition.causes)
        and not names.isdisjoint(inhibition.effects)
    )


def _rule(spec: Spec, inhibition: Inhibition, names: set[str]) -> Mapping:
    ours = matcher("llm_service", "=", spec.name)
    present = [matcher(label, "!=", "") for label in inhibition.same]
    causes = [matcher(label, "=", value) for label, value in inhibition.cause_is.items()]
    kinds = sorted({model.engine_kind for model in spec.models if model.engine_kind})
    effects = [_one_of("llm_exporter", kinds)] if inhibition.engines else []
    return {
        "source_matchers": [ours, _one_of("alertname", names & set(inhibition.causes)), *causes, *present],
        "target_matchers": [ours, _one_of("alertname", names & set(inhibition.effects)), *effects, *present],
        "equal": [cluster_label(spec), *inhibition.same],
    }


def _one_of(label: str, values: Any) -> str:
    """Names of alerts and exporters: nothing in them is special in a regular expression."""
    known = sorted(values)
    return matcher(label, "=", known[0]) if len(known) == 1 else matcher(label, "=~", "|".join(known))


def _target_rules(spec: Spec) -> Iterator[tuple[str, Mapping]]:
    """An alert about targets has no label of ours: it is ours when it has the job of the spec's source.

    Only for kinds with one source, one job and at most one model: where a job serves several models, one target
    that is down would hide that another model lost its series.
    """
    if "llm_exporter" in spec.alerts.labels:
        return
    for kind in sorted({source.kind for source in spec.sources}):
        sources = [source for source in spec.sources if source.kind == kind]
        where = {label: sources[0].selector[label] for label in ("job", "namespace") if label in sources[0].selector}
        one_job = len(sources) == 1 and "job" in where and bool(where["job"].equals)
        if not one_job or sum(model.engine_kind == kind for model in spec.models) > 1:
            continue
        role = sources[0].role
        exporter = kind if role == "unified" else f"{kind} {role}"
        target = [matcher(label, *value.operator()) for label, value in where.items()]
        yield (
            f"{exporter} reports nothing because its target is down, and an alert on `up` says so.",
            {
                "source_matchers": [_one_of("alertname", TARGET_DOWN), *target],
                "target_matchers": [
                    matcher("llm_service", "=", spec.name),
                    matcher("alertname", "=", TELEMETRY),
                    matcher("llm_exporter", "=", exporter),
                ],
                "equal": [cluster_label(spec)],
            },
        )
