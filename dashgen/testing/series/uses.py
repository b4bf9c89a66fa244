"""Which metric of a source shows a signal with certain labels, and which raw labels those are.

The inverse of what ``signals.raw`` does with a SignalUse: outcomes become status codes, our labels the exporter's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashgen.catalogue.loader import load
from dashgen.catalogue.model import Classify, Metric, SignalUse
from dashgen.signals import raw
from dashgen.signals.feed import Feed
from dashgen.spec import Source, Spec
from dashgen.testing.series.entry import Entry, entry
from dashgen.testing.series.examples import examples, matches, picks

ENDS = ("outcome", "error_class")
OF_SIGNALS = (*ENDS, "finished_reason", "team", "user", "scaled_object", "autoscaler")
"""Labels of signals that are nobody's raw labels, unless an exporter happens to call them the same."""
PREFERRED = {"phase": "Running"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A metric that shows a signal with labels; ``told`` are the raw labels that say so, '' for one left out."""

    use: SignalUse
    entry: Entry
    told: Mapping[str, str]


class UntoldError(Exception):
    """A source cannot show a label of a part; says which and why."""

    def __init__(self, label: str, why: str) -> None:
        self.label, self.why = label, why
        super().__init__(why)


def choose(spec: Spec, source: Source, uses: Sequence[SignalUse], asked: Mapping[str, str]) -> Chosen:
    """The first of the uses that can show all the labels asked for.

    Raises:
        UntoldError: when none can; of the first one.
    """
    first: UntoldError | None = None
    for use in uses:
        feed = Feed(source, load(source.kind), (use,))
        found = entry(source.version, feed.exporter, use.metric)
        try:
            return Chosen(use, found, dict(_told(spec, feed, found, asked)))
        except UntoldError as untold:
            first = first or untold
    raise first or UntoldError("", "nothing shows it")


def _told(spec: Spec, feed: Feed, found: Entry, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    use = feed.uses[0]
    ends = {label: value for label, value in asked.items() if label in ENDS}
    yield from _matched(use, asked)
    if any(label in use.set for label in ENDS):
        _agree(use.set, ends)
    else:
        yield from _ended(use, found.metric, ends)
    for label, value in asked.items():
        if label in ENDS:
            continue
        if label in use.set:
            if use.set[label] != value:
                raise UntoldError(label, f"{use.metric} is {label} `{use.set[label]}`")
        else:
            called = use.keep.get(label) or found.keep.get(label) or _raw_label(spec, feed, found.metric, label)
            yield called, _selectable(feed.source, called, value)


def _selectable(source: Source, label: str, value: str) -> str:
    """The value, when the source's selector picks series that have it."""
    if label in source.selector and not picks(*source.selector[label].operator(), value):
        operator, wanted = source.selector[label].operator()
        raise UntoldError(label, f"{source.id} selects {label}{operator}`{wanted}`")
    return value


def _matched(use: SignalUse, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Labels so that the use's own matchers pick the series."""
    for label, value in use.match.items():
        if asked.get(label, value) != value:
            raise UntoldError(label, f"the signal reads {use.metric} with {label} `{value}` only")
    for label, pattern in use.match_re.items():
        if label in asked:
            if not matches(pattern, asked[label]):
                raise UntoldError(label, f"the signal reads {use.metric} with {label} like `{pattern}` only")
            continue
        options = examples(pattern, 8)
        if not options:
            raise UntoldError(label, f"no text is known that matches `{pattern}`")
        yield label, PREFERRED[label] if PREFERRED.get(label) in options else options[0]


def _agree(fixed: Mapping[str, str], ends: Mapping[str, str]) -> None:
    """Ends of requests that a metric counts by what it is; only those."""
    for label, value in _complete(ends).items():
        if fixed.get(label, "") != value:
            raise UntoldError(label, f"it counts requests that end in {fixed.get('error_class') or fixed['outcome']}")


def _complete(ends: Mapping[str, str]) -> dict[str, str]:
    """Outcome and error class as the telemetry contract pairs them."""
    error = ends.get("error_class", "")
    outcome = ends.get("outcome") or (("cancelled" if error == "cancelled" else "error") if error else "success")
    if outcome == "error":
        return {"outcome": outcome, "error_class": error or "internal"}
    return {"outcome": outcome, "error_class": "cancelled" if outcome == "cancelled" else error}


def _ended(use: SignalUse, metric: Metric, ends: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Raw labels of how requests end: as the exporter says it, or a status that means it."""
    if use.classify:
        yield use.classify.label, _status(use, use.classify, _complete(ends)["error_class"])
        return
    names = {label: use.keep.get(label, label) for label in ENDS}
    if names["outcome"] in metric.labels:
        told = _complete(ends)
        for label, name in names.items():
            if name in metric.labels:
                yield name, told[label]
            elif ends.get(label):
                raise UntoldError(label, f"{use.metric} does not tell {label}")
        return
    for label in ends:
        raise UntoldError(label, f"{use.metric} does not tell {label}")


def _status(use: SignalUse, rule: Classify, error_class: str) -> str:
    """A raw value that the rule reads as this class; '' is success."""

    def reads(text: str) -> str:
        if matches(rule.success, text):
            return ""
        return next((name for pattern, name in rule.classes if matches(pattern, text)), rule.otherwise)

    patterns = [pattern for pattern, name in rule.classes if name == error_class]
    patterns += [] if error_class else [rule.success]
    options = [text for pattern in patterns for text in examples(pattern, 64)]
    options += ["unknown", "other", ""]
    for option in options:
        if reads(option) == error_class:
            return option
    known = ", ".join(dict.fromkeys((*(name for _, name in rule.classes), rule.otherwise)))
    raise UntoldError("error_class", f"{use.metric} does not tell `{error_class}`; it tells {known}")


def _raw_label(spec: Spec, feed: Feed, metric: Metric, label: str) -> str:
    """The raw label of a label that is no part of the signal."""
    names, prometheus = raw.label_map(spec, feed), spec.prometheus
    if label in ("cluster", "namespace", "node", "pod", "route") and label in names:
        return names[label]
    known = {*metric.labels, *feed.exporter.target_labels, *feed.source.selector, *names.values()}
    known |= {*prometheus.external_labels, prometheus.replica_label or ""}
    if label in known or (metric.open_labels and label not in OF_SIGNALS):
        return label
    own = ", ".join(metric.labels) or "none of its own"
    raise UntoldError(label, f"{metric.name} has no label {label}; its labels are {own}")
