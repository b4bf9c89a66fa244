"""Series of somebody else, large enough to be noticed: whatever forgets a matcher adds them up.

Three kinds: what the service's exporters show under a label that its sources do not select, GPUs held by pods of
nobody's workload, and recorded series and alerts of another service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dashgen.catalogue.loader import load
from dashgen.model import Alert, Bundle, RecordingRule
from dashgen.signals.resolve import source_vantage
from dashgen.signals.scope import SERVICE, SOURCE, cluster_labels
from dashgen.spec import Source, Spec
from dashgen.testing.clock import Clock
from dashgen.testing.series.background import lines
from dashgen.testing.series.examples import examples
from dashgen.testing.series.line import Line, selector
from dashgen.testing.series.places import picks

NAME = "neighbour"
LOUD = 1e6
"""What a neighbour shows, and how much its counters grow per scrape: more than anything of ours."""
_HELD = ("FB_USED", "FB_FREE", "GPU_UTIL", "PROF")


def neighbours(spec: Spec, bundle: Bundle, clock: Clock) -> dict[str, str]:
    """Decoys that no rule and no panel of the spec may read."""
    found = dict(_raw(spec, lines(spec, "healthy", clock, sample=True), clock))
    found |= dict(_recorded(spec, bundle, clock))
    return dict(sorted(found.items()))


def _raw(spec: Spec, shown: Iterable[Line], clock: Clock) -> Iterator[tuple[str, str]]:
    """One series of each metric of each source, not selected; and of GPUs one that no pod of ours holds."""
    seen: set[tuple[str, str]] = set()
    sources = {source.id: source for source in spec.sources}
    for line in shown:
        key = (line.source, line.name)
        if key in seen or (line.name.endswith("_bucket") and line.labels.get("le") != "+Inf"):
            continue
        seen.add(key)
        source = sources[line.source]
        values = _values(line, clock)
        elsewhere = _not_selected(spec, source, line.labels)
        if elsewhere is not None:
            yield selector(line.name, elsewhere), values
        held = _not_held(spec, source, line.labels)
        if held is not None:
            yield selector(line.name, held), values


def _values(line: Line, clock: Clock) -> str:
    """Loud values: a counter that runs where the line's grows, or a level."""
    last = clock.samples() - 1
    if line.name == "up":
        return f"1x{last}"
    grows = line.name.endswith(("_total", "_bucket", "_sum", "_count"))
    return f"0+{LOUD:.0f}x{last}" if grows else f"{LOUD:.0f}x{last}"


def _not_selected(spec: Spec, source: Source, labels: Mapping[str, str]) -> dict[str, str] | None:
    """The labels with one changed so that no source selects them; None when every value is selected."""
    for label, matcher in source.selector.items():
        operator, value = matcher.operator()
        for other in (NAME, "", value if operator in ("!=",) else examples(value)[0] if examples(value) else ""):
            changed = {**labels, label: other}
            if not any(_selects(each, changed) for each in spec.sources):
                return changed
    return None


def _selects(source: Source, labels: Mapping[str, str]) -> bool:
    matchers = ((labels.get(label, ""), *matcher.operator()) for label, matcher in source.selector.items())
    return all(picks(operator, value, text) for text, operator, value in matchers)


def _not_held(spec: Spec, source: Source, labels: Mapping[str, str]) -> dict[str, str] | None:
    """The labels of a GPU that a pod of somebody else holds; None where the spec does not say which pods are ours."""
    if source_vantage(source) != "gpu" or not any(model.workload for model in spec.models) or "UUID" not in labels:
        return None
    names = load(source.kind).label_map(honor_labels=source.honor_labels) | dict(source.labels)
    return {**labels, names["pod"]: NAME, "UUID": f"GPU-{NAME}", "gpu": "7"}


def _recorded(spec: Spec, bundle: Bundle, clock: Clock) -> Iterator[tuple[str, str]]:
    """One series of every recorded name, and a firing alert, of a service of that name."""
    last = clock.samples() - 1
    model = spec.models[0]
    own = {SERVICE: NAME, SOURCE: spec.sources[0].id, "namespace": NAME, "model": model.name, "route": model.route}
    own |= dict.fromkeys(cluster_labels(spec), NAME)
    rules = [rule for group in bundle.groups for rule in group.rules]
    for rule in rules:
        if isinstance(rule, RecordingRule):
            labels = own | {label: value for label, value in rule.labels.items() if label != SERVICE}
            bound = {"le": "+Inf"} if "_bucket:" in rule.record else {}
            yield selector(rule.record, labels | bound), f"{LOUD:.0f}x{last}"
    for severity in sorted({rule.severity for rule in rules if isinstance(rule, Alert)}):
        labels = {**own, "alertname": NAME, "alertstate": "firing", "severity": severity}
        yield selector("ALERTS", labels), f"1x{last}"
