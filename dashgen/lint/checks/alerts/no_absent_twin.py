"""``no-absent-twin``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dashgen.catalogue.model import Exporter
from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.firing.watched import behind, namespace, needed, watched
from dashgen.lint.meaning.names.series import Known
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule, Subjects
from dashgen.promql.nodes import Selector

_CLUSTER = (
    "node_",
    "kube_",
    "container_",
    "kubelet_",
    "apiserver_",
    "prometheus_",
    "alertmanager_",
    "process_",
    "go_",
    "keda_",
)
"""What the platform watches for everybody."""
_LEVELS = ("job:", "instance:", "cluster:", "namespace:", "node:", "pod:", "service:")


@dataclass(slots=True)
class _Unwatched:
    rule: Rule
    place: Place
    watch: str = ""
    alerts: set[str] = field(default_factory=set)


class NoAbsentTwin(Check):
    """Alerts read series of an exporter, and none fires when these series are gone.

    A crashed exporter, a failed scrape, a renamed metric: the expression returns nothing, and nothing looks exactly
    like health. Pending and firing alerts resolve. One alert on the absence of the series, or on ``up == 0`` of their
    job, tells silence from quiet; it is named once for each exporter.

    Bad:

        - alert: LLMRequestsQueued
          expr: vllm:num_requests_waiting{job="vllm"} > 10

    Good:

        - alert: LLMRequestsQueued
          expr: vllm:num_requests_waiting{job="vllm"} > 10
        - alert: LLMTelemetryMissing
          expr: absent(vllm:num_requests_waiting{job="vllm"})
          for: 10m

    Good:

        - alert: LLMRequestsQueued
          expr: vllm:num_requests_waiting{job="vllm"} > 10
        - alert: VLLMDown
          expr: up{job="vllm"} == 0
          for: 5m
    """

    code = "ALR003"
    name = "no-absent-twin"
    severity = Severity.WARNING
    example = "rules"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Looks at what all alerts together read, and at what they watch."""
        alerts = [rule for subjects in files for rule in subjects.rules if rule.kind == "alert"]
        guards = watched(alerts, world)
        silent: dict[str, _Unwatched] = {}
        for rule in alerts:
            if rule.expression is None or rule.expression.analysis.root is None:
                continue
            for place, selector in _reads(rule, world):
                # Beginnings of names say little of who exposes them: where somebody watches at all, this is trusted.
                title = _title(selector.metric, world, unknown=not guards.any)
                if title and not guards.covers(selector, world):
                    own = silent.setdefault(title, _Unwatched(rule, place))
                    own.alerts.add(rule.name)
                    own.watch = own.watch or _watch(selector, world)
        for title, own in silent.items():
            others = len(own.alerts) - 1
            also = f" and {others} other{'s' if others > 1 else ''}" if others else ""
            watch = own.watch or "up == 0"
            yield self.finding(
                own.place,
                own.rule.about,
                f"it{also} cannot fire when the series of {title} are gone, and no alert says so",
                "an alert on their absence, or on `up == 0` of their job",
                f"add an alert on `{watch}` with a `for` of a few scrapes",
            )


def _reads(rule: Rule, world: World) -> Iterator[tuple[Place, Selector]]:
    """The series an alert cannot do without, those behind recorded names too, each with its place in the alert."""
    expression = rule.expression
    if expression is None or expression.analysis.root is None:
        return
    for selector in needed(expression.analysis.root):
        place = expression.at(selector)
        for each in behind(selector, world):
            yield place, each


def _title(name: str, world: World, *, unknown: bool) -> str:
    """Whose series it is; '' when somebody else watches it, or nobody knows."""
    entries = world.known(name)
    if entries:
        exporter = _exporter(entries, world)
        return "" if exporter.vantage == "cluster" else exporter.title
    if (
        not unknown
        or not name
        or name in ("up", "ALERTS", "ALERTS_FOR_STATE")
        or name.startswith((*_CLUSTER, *_LEVELS))
    ):
        return ""
    return f"`{namespace(name)}…`" if name.count(":") < 2 and "$" not in name else ""


def _watch(selector: Selector, world: World) -> str:
    """A condition that tells when the series are gone; '' for one that is not there before the first event."""
    name, job = selector.metric, selector.where("job")
    own = f'{{job="{job.text}"}}' if job is not None and job.operator.text == "=" else ""
    entries = world.known(name)
    if entries:
        presence = _exporter(entries, world).presence
        return f"up{own} == 0" if presence.up_is_enough else f"absent({presence.metric}{own})"
    return "" if name.endswith(("_total", "_bucket", "_count", "_sum")) else f"absent({name}{own})"


def _exporter(entries: Sequence[Known], world: World) -> Exporter:
    """Who exposes a name: an engine rather than a router that repeats it, one that runs here rather than another."""

    def rank(each: Known) -> tuple[bool, bool]:
        return not world.assume.exposed(each.exporter.name), each.exporter.vantage != "engine"

    return min(entries, key=rank).exporter
