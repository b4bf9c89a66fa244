"""Series of somebody else, large enough to be noticed: whatever forgets a matcher adds them up.

Of every metric of every source there is one that its selector leaves out, of GPUs one that no pod of ours holds, of
metrics that signals read in part one they do not; and of every recorded name one of another service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from dashgen.catalogue.loader import load
from dashgen.model import Alert, Bundle, RecordingRule
from dashgen.promql.quote import regex
from dashgen.signals.resolve import source_vantage
from dashgen.signals.scope import SERVICE, SOURCE, cluster_labels
from dashgen.spec import Source, Spec
from dashgen.testing.clock import Clock
from dashgen.testing.series.background import lines
from dashgen.testing.series.examples import examples, matches, picks
from dashgen.testing.series.line import Line, selector

Labels = Mapping[str, str]

NAME = "neighbour"
LOUD = 1e6
"""What a neighbour shows, and how much its counters grow per scrape: more than anything of ours."""


def neighbours(spec: Spec, bundle: Bundle, clock: Clock) -> dict[str, str]:
    """Decoys that no rule and no panel of the spec may read."""
    found = dict(_raw(spec, lines(spec, "healthy", clock, sample=True), clock))
    found |= dict(_recorded(spec, bundle, clock))
    return dict(sorted(found.items()))


def _raw(spec: Spec, shown: Iterable[Line], clock: Clock) -> Iterator[tuple[str, str]]:
    """Each metric of each source once for every matcher that could be forgotten."""
    seen: set[tuple[str, str]] = set()
    sources = {source.id: source for source in spec.sources}
    for line in shown:
        key = (line.source, line.name)
        if key in seen or (line.name.endswith("_bucket") and line.labels.get("le") != "+Inf"):
            continue
        seen.add(key)
        source = sources[line.source]
        for labels in (*_not_selected(spec, source, line), *_not_held(spec, source, line), *_not_read(source, line)):
            yield selector(line.name, labels), _values(line, clock)


def _values(line: Line, clock: Clock) -> str:
    """Loud values: a counter that runs where the line's grows, or a level."""
    last = clock.samples() - 1
    if line.name == "up":
        return f"1x{last}"
    grows = line.name.endswith(("_total", "_bucket", "_sum", "_count"))
    return f"0+{LOUD:.0f}x{last}" if grows else f"{LOUD:.0f}x{last}"


def _not_selected(spec: Spec, source: Source, line: Line) -> Iterator[Labels]:
    """For each label of the source's selector, the line with another value, so that no source selects it."""
    for label, matcher in source.selector.items():
        operator, value = matcher.operator()
        others = {"!=": (value,), "!~": examples(value)}.get(operator, (NAME, ""))
        changed = ({**line.labels, label: other} for other in others)
        yield from islice((each for each in changed if not any(_selects(s, each) for s in spec.sources)), 1)


def _selects(source: Source, labels: Mapping[str, str]) -> bool:
    matchers = ((labels.get(label, ""), *matcher.operator()) for label, matcher in source.selector.items())
    return all(picks(operator, value, text) for text, operator, value in matchers)


def _not_held(spec: Spec, source: Source, line: Line) -> Iterator[Labels]:
    """A GPU that a pod of somebody else holds; none where the spec does not say which pods are ours."""
    if source_vantage(source) == "gpu" and any(model.workload for model in spec.models) and "UUID" in line.labels:
        names = load(source.kind).label_map(honor_labels=source.honor_labels) | dict(source.labels)
        yield {**line.labels, names["pod"]: NAME, "UUID": f"GPU-{NAME}", "gpu": "7"}


def _not_read(source: Source, line: Line) -> Iterator[Labels]:
    """The line with a value that every signal which reads the metric leaves out: a phase, an operation."""
    exporter = load(source.kind)
    read = exporter.find(line.family)
    uses = [use for each in exporter.signals.values() for use in each if read and exporter.find(use.metric) == read]
    asked = [{**{label: regex(value) for label, value in use.match.items()}, **use.match_re} for use in uses]
    for label in sorted(set.intersection(*map(set, asked))) if asked else ():
        if not any(matches(each[label], NAME) for each in asked):
            yield {**line.labels, label: NAME}


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
