"""Every signal of every source of every spec: what a part plays is what the recorded rule shows.

All signals of a spec are played at once, each with a value of its own for each model, in as few runs as the metrics
that several signals share allow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from dashgen.catalogue.loader import load
from dashgen.model import RuleGroup
from dashgen.signals import cache, capacity, cluster, cost, gpu, latency, progress, raw, tokens, traffic
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed
from dashgen.signals.recorded import Recorded
from dashgen.signals.resolve import feeds, source_vantage
from dashgen.testing.series.part import series_of
from dashgen.testing.series.places import served
from tests.specs import variety
from tests.testing.series.plays import WHERE, clock, look, part

WINDOW = timedelta(minutes=5)
SHARES = {"low": 0.6, "middle": 0.3, "high": 0.1}
SIGNALS = [
    signal
    for family in (cache, capacity, cluster, cost, gpu, latency, progress, tokens, traffic)
    for signal in vars(family).values()
    if isinstance(signal, Signal)
]
SCALED = (cluster.DEMAND, cluster.DESIRED, cluster.MAXIMUM)
SPECS = {name: spec for name, spec in variety().items() if name != "native"}


@dataclass
class Asked:
    signal: Signal
    feed: Feed
    model: object
    value: float
    shares: dict
    series: dict

    def rules(self, spec):
        window = None if self.signal.kind == "gauge" else WINDOW
        return Recorded(spec, self.signal, source_vantage(self.feed.source), (self.feed,)).rules(window)


def read(spec):
    """(signal, feed) of every signal that a rule of the spec may record, each metric of a source once."""
    for signal in SIGNALS:
        for vantage in ("client", "gateway", "engine", "gpu", "cluster"):
            for feed in feeds(spec, signal, vantage):
                yield signal, feed


def asked(spec):
    """What to play and to expect, in rounds whose series do not meet."""
    rounds = []
    numbers = count(1)
    for signal, feed in read(spec):
        for model in served(spec, feed.source)[:2]:
            number = next(numbers)
            named = {"signal": signal.key, "source": feed.source.id, "model": model.name}
            value = round(0.5 + 0.001 * number, 6) if signal.unit == "ratio" else float(number)
            shares = {}
            step = {"constant": value}
            if signal.kind == "histogram":
                low, middle, high = SCALES[signal.unit]
                shares = {low * (1 + number / 1000): 0.6, middle: 0.3, high: 0.1}
                step = {"per_minute": 60 * value, "observe": shares}
            elif signal.kind == "counter":
                step = {"per_minute": 60 * value}
            if signal in SCALED and (model.workload is None or model.workload.scaled_object is None):
                continue
            series = series_of(spec, part(**named, values=[step]), clock(), WHERE)
            this = Asked(signal, feed, model, value, shares, series)
            free = next((each for each in rounds if not any(o.series.keys() & series.keys() for o in each)), None)
            if free is None:
                free = []
                rounds.append(free)
            free.append(this)
    return rounds


SCALES = {"s": (0.02, 0.7, 3.0), "usd": (0.004, 0.02, 0.3), "tokens": (30.0, 700.0, 9000.0)}


def questions(spec, each):
    """(expression, expected value) of one signal, source and model."""
    model = each.model
    if each.signal in vars(cluster).values():
        return [(cluster.of_workload(spec, model.workload, each.signal), each.value)]
    (rule,) = each.rules(spec)
    mine = f'llm_source="{each.feed.source.id}"'
    if "model" in rule.labels or each.signal.per_gpu or "model" in rule.expr:
        mine += f',model="{model.name}"'
    if each.signal.kind != "histogram":
        return [(f"{rule.record}{{{mine}}}", each.value)]
    factor = raw.unit_factor(each.feed)
    limits = [line.split('le="')[1].split('"')[0] for line in each.series if "_bucket{" in line]
    found = []
    for limit in limits:
        below = sum(s for v, s in each.shares.items() if limit == "+Inf" or v <= float(limit) * factor * (1 + 1e-12))
        found.append((f'{rule.record}{{{mine},le="{limit}"}}', each.value * below))
    return found


@pytest.mark.parametrize("name", SPECS)
def test_what_a_part_plays_is_what_the_rule_records(name):
    spec = SPECS[name]
    rounds = asked(spec)
    assert rounds
    for together in rounds:
        series, rules, wanted = {}, {}, []
        for each in together:
            series |= each.series
            if each.signal not in vars(cluster).values():
                for rule in each.rules(spec):
                    rules.setdefault((rule.record, tuple(sorted(rule.labels.items()))), rule)
            wanted += [(expr, value, each) for expr, value in questions(spec, each)]
        groups = (RuleGroup("signals", tuple(rules.values())),)
        answers = look(series, *(expr for expr, _, _ in wanted), groups=groups if rules else ())
        for (expr, value, each), answer in zip(wanted, answers, strict=True):
            assert [v for _, v in answer] == [pytest.approx(value, rel=1e-9, abs=1e-9)], (each.signal.key, expr)


def test_no_signal_of_the_catalogue_is_left_out():
    """Signals that no rule reads are played as well."""
    spec = SPECS["chat"]
    for source in spec.sources:
        for key in load(source.kind).signals:
            if not any(f.source is source for f in feeds(spec, Signal(key, "gauge", "", ""), source_vantage(source))):
                continue
            kind = "histogram" if re.search("ttft|itl|duration|queue_time|per_request", key) else None
            step = {"per_minute": 1, "observe": {1: 1}} if kind else {"constant": 1}
            if not kind and load(source.kind).find(load(source.kind).signals[key][0].metric)[0].type == "counter":
                step = {"per_minute": 1}
            assert series_of(spec, part(signal=key, source=source.id, values=[step]), clock(), WHERE), key
