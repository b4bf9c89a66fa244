"""LLMTimeToFirstTokenHigh: users wait too long before anything appears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from dashgen.alerts.common import LEVEL, Built, at_least, make_alert
from dashgen.model import Alert, Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql.selector import number
from dashgen.signals import Recorded, find
from dashgen.signals.latency import TTFT
from dashgen.signals.resolve import USERS, recorded
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, route_labels, service_scope
from dashgen.signals.windows import brief, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMTimeToFirstTokenHigh"


def watched(spec: Spec) -> Recorded | Missing:
    """TTFT as near to the user as anybody measures it: in the application, the gateway, the engine."""
    return find(spec, TTFT, *USERS, "engine")


def _speakers(spec: Spec) -> tuple[Recorded, ...]:
    """Who measures TTFT, nearest to the user first: the engine speaks for models that nobody nearer reports."""
    found = (recorded(spec, TTFT, *USERS), recorded(spec, TTFT, "engine"))
    return tuple(each for each in found if each)


def p95_record(ttft: Recorded, window: timedelta) -> str:
    """Recorded p95 in seconds by model and route."""
    return f"{ttft.stem}_seconds:p95_{duration_text(window)}"


def count_record(ttft: Recorded, window: timedelta) -> str:
    """Recorded number of requests the p95 is made of."""
    return f"{ttft.stem}:increase{duration_text(window)}"


def _with_enough(ttft: Recorded, scope: Scope, window: timedelta, condition: str = "") -> str:
    """The p95 by model and route that meets a condition and has enough requests behind it."""
    enough = at_least(ttft.spec.alerts.ttft.min_requests)
    return f"{scope.read(p95_record(ttft, window))}{condition} and {scope.read(count_record(ttft, window))} {enough}"


def _by_nearest(spec: Spec, scope: Scope, read: Callable[[Recorded], str]) -> str:
    """What is read of the nearest speaker, and of the engine for the models the nearest has no series of."""
    first, *others = _speakers(spec)
    parts = [read(first)]
    for engine in others:
        by = ", ".join((*cluster_labels(spec), "model"))
        reported = scope.without("namespace").read(count_record(first, recent(spec)))
        parts.append(f"({read(engine)})\nunless on ({by}) {reported}")
    return "\nor ".join(f"({part})" for part in parts) if others else parts[0]


def worth_reading(spec: Spec, scope: Scope) -> str:
    """The p95 by model and route where enough requests stand behind it: what the verdict shows."""
    return _by_nearest(spec, scope, lambda ttft: _with_enough(ttft, scope, recent(spec)))


def _records(ttft: Recorded, window: timedelta) -> Iterator[RecordingRule]:
    scope, labels = service_scope(ttft.spec), route_labels(ttft.spec)
    own = {SERVICE: ttft.spec.name, LEVEL: "model_route"}
    yield RecordingRule(p95_record(ttft, window), ttft.quantile(0.95, scope, labels, window), own)
    count = f"({ttft.observations(scope, labels, window)}) * {number(window.total_seconds())}"
    yield RecordingRule(count_record(ttft, window), count, own)


def _alert(spec: Spec, ttft: Recorded) -> Alert:
    scope, settings = service_scope(spec), spec.alerts.ttft
    limit = number(spec.ttft_threshold.total_seconds())
    seen = "users see" if ttft.vantage == "client" else f"the {ttft.vantage} sees"
    others = "" if len(_speakers(spec)) == 1 else " (the engine, where nobody nearer reports the model)"

    def slow(ttft: Recorded) -> str:
        # Five bad minutes stay in a window of five minutes for five more: the short window says when it is over.
        over = _with_enough(ttft, scope, brief(spec), f" <= {limit}")
        return f"{_with_enough(ttft, scope, recent(spec), f' > {limit}')}\nunless ({over})"

    return make_alert(
        spec,
        NAME,
        _by_nearest(spec, scope, slow),
        severity="page",
        summary="{{ $labels.model }} ({{ $labels.route }}) is slow to start answering",
        description=(
            f"The TTFT p95 {seen}{others} on {{{{ $labels.model }}}} is {{{{ $value | humanizeDuration }}}}, "
            f"above {duration_text(spec.ttft_threshold)} for {duration_text(settings.for_)}. "
            "First look: requests waiting and KV cache of the model, then the provider's status."
        ),
        panel=PanelRef("service-health", f"ttft-{ttft.vantage}"),
        variables=route_labels(spec),
        wait=settings.for_,
    )


def build(spec: Spec) -> Built:
    """The page and its records."""
    ttft = watched(spec)
    if isinstance(ttft, Missing):
        return Built(missing=(MissingAlert(NAME, ttft),))
    long, short = recent(spec), brief(spec)
    records: list[RecordingRule] = []
    for speaker in _speakers(spec):
        records += _records(speaker, long)
        # The buckets of the long window are recorded for the panels.
        records += [] if short == long else [*speaker.rules(short), *_records(speaker, short)]
    return Built(tuple(records), (_alert(spec, ttft),))
