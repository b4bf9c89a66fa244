"""One exporter as frozen data: its metrics by version, its variants, and which signals they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dashgen.catalogue.version import Version

MetricType = Literal["counter", "gauge", "histogram", "summary", "label"]
Vantage = Literal["client", "gateway", "engine", "gpu", "cluster"]
ShippedState = Literal["enabled", "commented", "unlisted"]
Buckets = tuple[float, ...]
History = tuple[tuple[Version, tuple[str, ...]], ...]

# What each type adds to its base name. `_created` is in the text format only, yet dashboards query it.
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "histogram": ("_bucket", "_sum", "_count", "_created"),
    "summary": ("_sum", "_count", "_created"),
    "counter": ("_created",),
}


@dataclass(frozen=True, slots=True)
class Engine:
    """One of several implementations inside an exporter, possible from ``since`` to before ``removed_in``."""

    name: str
    since: Version
    removed_in: Version | None = None
    note: str = ""

    def possible_at(self, version: Version) -> bool:
        """Whether a process of that version can run this engine."""
        return self.since <= version and (self.removed_in is None or version < self.removed_in)


@dataclass(frozen=True, slots=True)
class Metric:
    """What one engine of an exporter exposes under one name.

    ``name`` is the base name in Prometheus under the exporter's default variant (counters with ``_total``,
    histograms without ``_bucket``); ``names`` has it per variant where variants rename. ``engine`` is empty
    when it does not matter. ``condition`` is what turns on a metric that is off by default. ``renamed_to`` is
    a metric or an expression. ``shipped`` is what each variant's configuration says, by version.
    ``bucket_history`` holds upper bounds in ``unit``; empty bounds are unknown or, with
    ``buckets_per_model``, differ by model. ``values`` are all a label can be, by version, where they are a closed set.
    ``includes`` are metrics that count part of what this one counts: adding them counts that part twice.
    """

    name: str
    type: MetricType
    meaning: str
    source: str
    unit: str = ""
    engine: str = ""
    instrument: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    since: Version | None = None
    deprecated_in: Version | None = None
    hidden_since: Version | None = None
    removed_in: Version | None = None
    renamed_to: str = ""
    condition: str = ""
    requires: str = ""
    pitfall: str = ""
    label_history: History = ()
    optional_labels: tuple[str, ...] = ()
    open_labels: bool = False
    bucket_history: tuple[tuple[Version | None, Buckets], ...] = ()
    buckets_per_model: bool = False
    shipped: Mapping[str, tuple[tuple[Version, ShippedState], ...]] = field(default_factory=dict)
    values: Mapping[str, History] = field(default_factory=dict)
    includes: tuple[str, ...] = ()

    @property
    def default(self) -> bool:
        """Whether it is exposed without a switch, hidden windows and CSV variants aside."""
        return not self.condition

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label it carries in some version or configuration, oldest first; ``le`` is not listed."""
        seen = [label for _, labels in self.label_history for label in labels]
        return tuple(dict.fromkeys([*seen, *self.optional_labels]))

    @property
    def buckets(self) -> Buckets:
        """The newest default upper bounds in ``unit``, without +Inf; empty when unknown or no histogram."""
        return self.bucket_history[-1][1] if self.bucket_history else ()

    def labels_at(self, version: Version) -> tuple[str, ...]:
        """The labels every series of it has at a version; configuration may add ``optional_labels``."""
        current: tuple[str, ...] = self.label_history[0][1] if self.label_history else ()
        for start, labels in self.label_history:
            if start <= version:
                current = labels
        return current

    def buckets_at(self, version: Version) -> Buckets:
        """The default upper bounds at a version, in ``unit``; empty when unknown."""
        current: Buckets = ()
        for start, bounds in self.bucket_history:
            if start is None or start <= version:
                current = bounds
        return current

    def shipped_at(self, variant: str, version: Version) -> ShippedState:
        """What the variant's configuration says about it at a version."""
        current: ShippedState = "unlisted"
        for start, state in self.shipped.get(variant, ()):
            if start <= version:
                current = state
        return current

    def name_in(self, variant: str) -> str:
        """The base name under a variant."""
        return self.names.get(variant, self.name)

    def series_names(self, variant: str = "") -> tuple[str, ...]:
        """The names a selector can use: the base name, for a histogram ``_bucket``, ``_sum``, ``_count``."""
        base = self.name_in(variant)
        if self.type in ("histogram", "summary"):
            suffixes = SUFFIXES[self.type][:-1]
            bare = (base,) if self.type == "summary" else ()
            return (*bare, *(base + suffix for suffix in suffixes))
        return (base,)


@dataclass(frozen=True, slots=True)
class Classify:
    """How a raw label of an exporter (a status code, an exception) says why a request failed.

    Values that match ``success`` are no failure, the others get the error class of the first of ``classes``
    (regular expression, error class) they match, else ``otherwise``. Expressions are RE2 and anchored.
    """

    label: str
    success: str
    classes: tuple[tuple[str, str], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class SignalUse:
    """How one metric answers one signal.

    ``match`` and ``match_re`` (regular expressions) are added to the selector, ``drop`` is aggregated away so
    that alternatives have equal labels, ``scale`` multiplies the value, ``keep`` maps labels of the signal to
    what the exporter calls them, ``set`` adds labels. ``copy`` maps one label of the exporter to another: where the
    first is empty or absent, as before the version that brought it, it takes the value of the second; series that
    become equal by that are added up. ``part`` reads the ``sum`` or ``count`` of a histogram as a counter.
    ``beside`` says that the series stand beside those of the other uses and count too, instead of being an
    alternative to them. ``metric`` is the Prometheus base name.
    """

    metric: str
    match: Mapping[str, str] = field(default_factory=dict)
    match_re: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    scale: float = 1.0
    keep: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    copy: Mapping[str, str] = field(default_factory=dict)
    part: Literal["", "sum", "count"] = ""
    beside: bool = False
    classify: Classify | None = None

    @property
    def labels(self) -> frozenset[str]:
        """Labels of signals that this use provides beyond the exporter's own map."""
        derived = ("outcome", "error_class") if self.classify else ()
        return frozenset((*self.keep, *self.set, *derived))


@dataclass(frozen=True, slots=True)
class Presence:
    """The series whose existence says the exporter works.

    ``per_model``: one per model it serves. ``up_is_enough``: its absence proves nothing while the target is
    up, because series appear with the first request.
    """

    metric: str
    per_model: bool
    up_is_enough: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One documented configuration of an exporter: what it is and how to tell that it runs.

    ``separators``: what stands for the colon of the exporter's names in Prometheus; several when it is not
    known, or changes with an upgrade of Prometheus.
    """

    name: str
    summary: str
    tell: str
    default: bool = False
    strategy: str = ""
    separators: tuple[str, ...] = (":",)

    def spellings(self, name: str) -> tuple[str, ...]:
        """Every way a name with a colon may be stored under this configuration."""
        return tuple(name.replace(":", separator) for separator in self.separators)


@dataclass(frozen=True, slots=True, eq=False)
class Exporter:
    """Everything the catalogue knows about one exporter; compared by identity, so it can key a cache.

    ``labels`` maps canonical labels to the exporter's as Prometheus stores them (without ``model`` when the
    series do not say which model they are of), ``labels_honored`` what
    changes when the scrape honours the exporter's own labels, ``label_changes`` what changes from a version on.
    ``route`` is the route of everything it reports, ``by-model`` when the spec's models say it, empty when a
    label does. ``target_labels`` are those the scrape adds, allowed in any selector. ``owns`` are beginnings of
    names that nothing else uses and of which every one there is has an entry, but for what ``owns_except`` (regular
    expressions) match. ``listed``: it exposes what
    a configuration file lists, and nothing else. ``breaks``: from that version on the
    entries are known to be wrong, and why.
    """

    name: str
    title: str
    vantage: Vantage
    port: int
    path: str
    newest: Version
    newest_text: str
    source: str
    labels: Mapping[str, str]
    presence: Presence
    metrics: tuple[Metric, ...]
    signals: Mapping[str, tuple[SignalUse, ...]]
    route: str = ""
    labels_honored: Mapping[str, str] = field(default_factory=dict)
    label_changes: tuple[tuple[Version, Mapping[str, str]], ...] = ()
    target_labels: tuple[str, ...] = ()
    variants: Mapping[str, Variant] = field(default_factory=dict)
    engines: tuple[Engine, ...] = ()
    listed: bool = False
    owns: tuple[str, ...] = ()
    owns_except: tuple[str, ...] = ()
    hidden_flag: str = ""
    off_hint: str = ""
    notes: tuple[str, ...] = ()
    breaks: tuple[tuple[Version, str], ...] = ()
    by_name: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict, repr=False)

    @property
    def names_models(self) -> bool:
        """Whether its series say which model they are of."""
        return "model" in self.labels or all("model" in use.keep for uses in self.signals.values() for use in uses)

    @property
    def default_variant(self) -> str:
        """The variant assumed when a spec names none; empty when the exporter has no variants."""
        return next((name for name, variant in self.variants.items() if variant.default), "")

    def find(self, name: str) -> tuple[Metric, ...]:
        """The entries (one per engine) a series name belongs to; empty when nothing exposes it.

        Accepts the base name, an OpenTelemetry instrument, any variant's name, and ``_bucket``, ``_sum``,
        ``_count`` and ``_created`` where the type has them.
        """
        if name in self.by_name:
            return self.by_name[name]
        for suffix in ("_bucket", "_sum", "_count", "_created"):
            if name.endswith(suffix):
                base = name.removesuffix(suffix)
                # prometheus_client names the creation time of x_total x_created.
                for candidate in (base, f"{base}_total") if suffix == "_created" else (base,):
                    found = tuple(
                        metric for metric in self.by_name.get(candidate, ()) if suffix in SUFFIXES.get(metric.type, ())
                    )
                    if found:
                        return found
        return ()

    def label_map(self, version: Version | None = None, *, honor_labels: bool = False) -> dict[str, str]:
        """Canonical label -> raw label at a version (default: the newest known).

        ``honor_labels`` says that the scrape job sets honorLabels.
        """
        labels = dict(self.labels)
        for start, change in self.label_changes:
            if start <= (version or self.newest):
                labels.update(change)
        if honor_labels:
            labels.update(self.labels_honored)
        return labels
