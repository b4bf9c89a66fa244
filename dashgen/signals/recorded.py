"""A signal as this spec records it: the rules that write it and the expressions that read it.

Recorded names are ``llm:<signal>_<vantage>[_<unit>_bucket]:<operation>``. Name and labels are an API: a
change keeps the old name for 35 days. Vantages have names of their own, so that nobody adds them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashgen.model import RecordingRule
from dashgen.model.dashboard import Vantage
from dashgen.promql import histogram
from dashgen.promql.selector import Match, aggregate
from dashgen.signals import raw
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed
from dashgen.signals.scope import Scope
from dashgen.spec import Spec
from dashgen.spec.types import duration_text


@dataclass(frozen=True, slots=True)
class Recorded:
    """A signal of one vantage, fed by one or more sources."""

    spec: Spec
    signal: Signal
    vantage: Vantage
    feeds: tuple[Feed, ...]

    @property
    def stem(self) -> str:
        """The recorded name up to its operation."""
        return f"llm:{self.signal.record_key}_{self.vantage}"

    def rate_record(self, window: timedelta) -> str:
        """Name of the recorded per-second rate over ``window``."""
        return f"{self.stem}:rate{duration_text(window)}"

    def value_record(self) -> str:
        """Name of the recorded gauge."""
        return f"{self.stem}:{self.signal.combine}"

    def bucket_record(self, feed: Feed, window: timedelta) -> str:
        """Name of the recorded distribution; it carries the unit in which the source writes its bounds."""
        kind = "histogram" if feed.native else "bucket"
        return f"{self.stem}_{feed.unit}_{kind}:rate{duration_text(window)}"

    def rules(self, window: timedelta | None = None) -> tuple[RecordingRule, ...]:
        """One rule per source; ``window`` for counters and histograms."""
        return tuple(self._rule(feed, window) for feed in self.feeds)

    def _rule(self, feed: Feed, window: timedelta | None) -> RecordingRule:
        signal, spec = self.signal, self.spec
        labels = raw.rule_labels(spec, feed)
        if signal.per_gpu:
            gpus = raw.samples(spec, feed, extra=raw.workload_matches(spec, feed))
            return RecordingRule(self.value_record(), raw.in_signal_unit(feed, raw.gpu(spec, feed, gpus)), labels)
        by = (*raw.service_labels(spec, feed), *(label for label in signal.keep if feed.provides(label)))
        if signal.kind == "histogram":
            if window is None:
                raise ValueError(f"{signal.key}: a histogram is recorded over a window")
            rates = raw.samples(spec, feed, window=window, is_histogram=True)
            expr = raw.canonical(spec, feed, rates, "sum", histogram.labels(by, native=feed.native))
            return RecordingRule(self.bucket_record(feed, window), expr, labels)
        expr = raw.canonical(spec, feed, raw.samples(spec, feed, window=window), signal.combine, by)
        record = self.value_record() if signal.kind == "gauge" else self.rate_record(window or timedelta())
        return RecordingRule(record, raw.in_signal_unit(feed, expr), labels)

    def rate(self, scope: Scope, by: Sequence[str], window: timedelta, extra: Iterable[Match] = ()) -> str:
        """Per second, in the signal's unit, by labels."""
        return aggregate("sum", by, scope.read(self.rate_record(window), extra))

    def value(self, scope: Scope, by: Sequence[str], extra: Iterable[Match] = ()) -> str:
        """The gauge by labels, pods combined the way the signal says."""
        return aggregate(self.signal.combine, by, scope.read(self.value_record(), extra))

    def quantile(self, q: float, scope: Scope, by: Sequence[str], window: timedelta) -> str:
        """The ``q`` quantile in the signal's unit, by labels.

        Sources with unlike units have bucket names of their own and are never summed; a model is
        measured by one of them, so ``or`` puts the models side by side; one without observations is NaN
        and has to step aside, or the old name of an upgrade would hide the new one.
        """
        by_record = {self.bucket_record(feed, window): feed for feed in self.feeds}
        parts = [
            histogram.quantile(q, scope.read(record, native=feed.native), by, raw.unit_factor(feed), native=feed.native)
            for record, feed in by_record.items()
        ]
        return _first_of(parts, ">= 0")

    def buckets(self, scope: Scope, by: Sequence[str], window: timedelta) -> tuple[str, float]:
        """(distribution by labels for a heatmap, factor from its unit to the signal's); by ``le`` when classic."""
        feed = self.feeds[0]
        labels = histogram.labels(by, native=feed.native)
        rates = scope.read(self.bucket_record(feed, window), native=feed.native)
        return aggregate("sum", labels, rates), raw.unit_factor(feed)

    @property
    def classic(self) -> bool:
        """Whether all of its distributions have explicit bounds."""
        return not any(feed.native for feed in self.feeds)

    def observations(self, scope: Scope, by: Sequence[str], window: timedelta) -> str:
        """Observations of the histogram per second, by labels."""
        records = {self.bucket_record(feed, window): feed.native for feed in self.feeds}
        parts = [
            f"histogram_count({aggregate('sum', by, scope.read(record, native=True))})"
            if native
            else aggregate("sum", by, scope.read(record, (histogram.EVERYTHING,)))
            for record, native in records.items()
        ]
        return _first_of(parts, "> 0")


def _first_of(parts: Sequence[str], useful: str) -> str:
    """By label set, the first part whose value is useful, else the last."""
    return " or ".join([*(f"({part}) {useful}" for part in parts[:-1]), parts[-1]])
